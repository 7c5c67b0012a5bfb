package simulator

// The pages for people: activation links, and what one sees who opens the
// simulator in a browser.

import (
	"html/template"
	"net/http"

	"contactbot/cloudmonitor"
)

// activatePath is followed by a link's token.
const activatePath = "/activate/"

// activate serves an activation link. To GET it is enough, as with the service's
// own, whoever does: a link posted in a chat may be activated by the preview
// that the chat fetches of it. Only HEAD changes nothing.
func (s *Server) activate(w http.ResponseWriter, r *http.Request, token string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		page(w, http.StatusMethodNotAllowed, notFound)
		return
	}
	s.mu.Lock()
	l, found := s.world.links[token]
	changed := false
	view := activated
	if found {
		ch := channels[l.kind].of(l.contact)
		if changed = r.Method == http.MethodGet && ch.State != cloudmonitor.OK; changed {
			ch.State = cloudmonitor.OK
			s.world.version++
		}
		view.Name = l.contact.Name
		view.Channel = channelWords[channels[l.kind].name]
	}
	s.mu.Unlock()
	switch {
	case !found:
		page(w, http.StatusNotFound, notFound)
	case changed && s.save() != nil:
		page(w, http.StatusInternalServerError, notSaved)
	default:
		if changed {
			s.options.Log.Info("channel activated", "channel", channels[l.kind].name)
		}
		page(w, http.StatusOK, view)
	}
}

// words are a sentence in both languages.
type words struct{ EN, ZH string }

var channelWords = map[string]words{
	"SMS":  {"phone", "手机"},
	"Mail": {"mail address", "邮箱"},
}

// A view is what a page says.
type view struct {
	Mark        string // a sign, read at a glance
	Title, Text words
	Name        string // of a contact, with Channel
	Channel     words
}

var (
	activated = view{
		Mark:  "✓",
		Title: words{"Activated", "已激活"},
		Text:  words{"Alerts can reach it from now on. You may close this page.", "现在可以收到报警了，这个页面可以关掉。"},
	}
	notFound = view{
		Mark:  "?",
		Title: words{"No such link", "链接无效"},
		Text: words{"It may have been replaced by a newer one, or the contact was changed. Register again to get a new link.",
			"可能已经有更新的链接，或者联系人改过了。请重新登记，获取新链接。"},
	}
	notSaved = view{
		Mark:  "!",
		Title: words{"Not saved", "未能保存"},
		Text:  words{"The simulator could not write its file. Its log says why.", "模拟器写文件失败，原因见模拟器日志。"},
	}
	welcome = view{
		Mark:  "☁",
		Title: words{"CloudMonitor simulator", "云监控模拟器"},
		Text: words{"This is no Alibaba Cloud service: it answers signed API calls (version 2019-01-01) like CloudMonitor, and sends nothing to anybody.",
			"这不是阿里云服务：它像云监控一样应答已签名的 API 调用（版本 2019-01-01），不会向任何人发送消息。"},
	}
)

// page writes a view. Nothing is loaded from elsewhere, and the token in the
// address goes nowhere.
func page(w http.ResponseWriter, status int, v view) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = layout.Execute(w, v) // fails only when the client went away
}

var layout = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title.EN}} · {{.Title.ZH}}</title>
<style>
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --text: #1c1e21; --soft: #65696f; --mark: #ff6a00; }
@media (prefers-color-scheme: dark) { :root { --back: #17181a; --card: #222427; --text: #ececee; --soft: #a2a6ab; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 17px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
main { box-sizing: border-box; width: min(26rem, 92vw); padding: 2rem; border-radius: 1rem; background: var(--card); text-align: center; }
.mark { width: 4rem; margin: 0 auto 1rem; border-radius: 50%; background: var(--mark); color: #fff; font-size: 2rem; line-height: 4rem; }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 0; font-size: 1.1rem; font-weight: 500; }
p { margin: 1rem 0 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .9rem; }
</style>
</head>
<body>
<main>
<div class="mark" aria-hidden="true">{{.Mark}}</div>
<h1>{{.Title.EN}}</h1>
<h2 lang="zh-CN">{{.Title.ZH}}</h2>
{{with .Name}}<p><strong>{{.}}</strong><br>{{$.Channel.EN}} · <span lang="zh-CN">{{$.Channel.ZH}}</span></p>
{{end}}<p class="soft">{{.Text.EN}}</p>
<p class="soft" lang="zh-CN">{{.Text.ZH}}</p>
</main>
</body>
</html>
`))
