package dingtalk

import (
	"testing"
	"unicode/utf8"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
)

// FuzzFrame: whatever comes, reading it does not panic, and the answer is one
// that DingTalk can read, to that frame. What was found is kept in testdata.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		callback("M1", "你好"),
		disconnect,
		`{"type":"SYSTEM","headers":{"topic":"ping","messageId":2,"time":1700000000000},"data":{"opaque":"0-2"}}`,
		`{"type":"EVENT","headers":{"messageId":"1"},"data":"no JSON"}`,
		`{"type":1e3,"headers":[],"data":[null]}`,
		`{"type":null,"headers":null,"data":null}`,
		`null`, `[]`, `{}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := decode(text)
		if err != nil {
			return
		}
		r, err := payload.DecodeDataFrameResponse(got.answer())
		if err != nil {
			t.Fatal(err)
		}
		if r.Code != 200 || r.Headers["messageId"] != got.id || !utf8.ValidString(got.id) {
			t.Errorf("answer %+v to %q", r, got.id)
		}
		if r.Data == "" && len(got.data) > 0 {
			t.Error("an answer without data")
		}
		for _, s := range []string{got.kind, got.topic} {
			if n := name(s); len(n) > 80 || n != s && n != "(not a name)" {
				t.Errorf("logged as %q", n)
			}
		}
	})
}
