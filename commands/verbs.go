package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Verb is what a message asks for.
type Verb int

const (
	None     Verb = iota // values, an answer, or prose
	Register             // begin; what follows in the message belongs to it
	New                  // begin anew
	Continue             // go on with what is pending
	Back                 // to the question before, or to Topic
	Skip                 // the field that is asked for, or Topic
	Show                 // what is known so far
	Yes                  // take the proposal, submit the summary
	No
	Wait // the person will go on in a while
	Cancel
	Me     // my contacts
	Why    // what is the field (or Topic) for
	Help   // or help with Topic
	Speak  // another language
	Hello  // or thanks: nothing is asked for
	Delete // a contact: the one that Rest names
)

var speakWords = map[string]Language{
	"english": English, "英文": English, "英语": English,
	"chinese": Chinese, "mandarin": Chinese, "中文": Chinese, "汉语": Chinese, "简体中文": Chinese,
}

// speakLeads and speakTails may stand around a language: "switch to English",
// "in English please", "请说中文", "换成英文".
var (
	speakLeads = []string{"switch to ", "speak ", "use ", "in ", "talk ", "请说", "说", "请用", "用", "讲", "切换到", "切换成", "切换为", "切换", "换成", "换", "改成", "改用"}
	speakTails = []string{" please", "吧", "交流", "回复"}
)

// String is the verb's name, for tests and logs.
func (v Verb) String() string {
	switch v {
	case None:
		return "none"
	case Speak:
		return "speak"
	}
	for _, p := range phrasings {
		if p.verb == v {
			return p.name
		}
	}
	return "unknown verb"
}

// Word is what to type for the verb: "register", "登记". None and Speak have no
// word.
func (v Verb) Word() Text {
	for _, p := range phrasings {
		if p.verb == v {
			return Text{EN: p.en[0], ZH: p.zh[0]}
		}
	}
	return Text{}
}

// maxOrder is how long a message may be that is nothing but a verb, in bytes.
const maxOrder = 80

// order reads a message that is a verb, perhaps with a topic, and nothing else.
func order(text string) (c Command, ok bool) {
	if text == "" || len(text) > maxOrder {
		return Command{}, false
	}
	if v := sign(text); v != None {
		return Command{Verb: v}, true
	}
	key, asks := verbKey(text)
	if key == "" {
		return Command{Verb: Help}, asks
	}
	if v := meant(key); v != None {
		// "ok?", "cancel?": asking is not ordering.
		if asks && (v == Yes || v == No || v == Cancel || v == New) {
			return Command{}, false
		}
		return Command{Verb: v}, true
	}
	if l := speaks(key); l != "" {
		return Command{Verb: Speak, Speak: l}, true
	}
	if c, ok := topical(key); ok {
		return c, true
	}
	if rest, ok := uninterrupted(key); ok {
		if c, ok := topical(rest); ok && c.Verb == None {
			return c, true
		}
		if f := Named(rest); f != nil && rest != key {
			return about(None, f), true // "sorry, wrong name"
		}
	}
	if f := Named(key); f != nil && asks {
		return Command{Verb: Help, Topic: f}, true // "webhook?"
	}
	if contact, ok := deletes(key); ok && !asks {
		return Command{Verb: Delete, Rest: asWritten(contact, text)}, true
	}
	if v := slip(key); v != None && !asks {
		return Command{Verb: v}, true
	}
	return Command{}, false
}

// verbKey is a short message as the tables of words spell it: lower case, one
// space between words, no punctuation around it, no courtesies. asks reports a
// question mark at its end.
func verbKey(text string) (key string, asks bool) {
	key = strings.ToLower(line(plain(text)))
	asks = strings.HasSuffix(strings.TrimRight(key, " !。.~"), "?")
	key = strings.TrimFunc(key, func(r rune) bool {
		return r != '+' && (unicode.IsPunct(r) || unicode.IsSymbol(r) || r == ' ')
	})
	key = strings.ReplaceAll(key, "’", "'")
	for _, courtesy := range []string{" please", " pls", " plz", " thanks", " thank you", "谢谢", "，谢谢"} {
		if s, ok := strings.CutSuffix(key, courtesy); ok && s != "" && said[key] == None {
			key = strings.TrimRight(s, " ,，、")
			break
		}
	}
	if s, ok := strings.CutPrefix(key, "please "); ok {
		key = s
	}
	if s, ok := strings.CutPrefix(key, "请"); ok && said[s] != Yes && said[s] != None {
		key = s
	}
	if s := strings.TrimRight(key, "吧啊呀啦"); s != key && said[key] == None && said[s] != None {
		key = s
	}
	return key, asks
}

func speaks(key string) Language {
	for _, tail := range speakTails {
		if s, ok := strings.CutSuffix(key, tail); ok {
			key = s
			break
		}
	}
	for _, lead := range speakLeads {
		if l := speakWords[strings.TrimSpace(strings.TrimPrefix(key, lead))]; l != "" {
			return l
		}
	}
	return speakWords[key]
}

// slip is the verb that is one slip of the finger away from key.
func slip(key string) Verb {
	if len(key) < 4 || len(key) > 10 {
		return None
	}
	for _, p := range phrasings {
		for _, w := range p.en {
			if v, ok := forgiven[w]; ok && oneEdit(key, w) {
				return v
			}
		}
	}
	return None
}

// oneEdit reports whether one letter more, less, other, or two swapped make b of
// a.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// isHan reports whether s has a Chinese character.
func isHan(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
