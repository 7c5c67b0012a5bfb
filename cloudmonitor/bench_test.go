package cloudmonitor

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"golang.org/x/time/rate"
)

func BenchmarkSign(b *testing.B) {
	s := Signable{
		Method:   http.MethodPost,
		Path:     "/",
		Query:    url.Values{"ContactName": {alice.Name}, "Describe": {alice.Describe}, "Channels.Mail": {alice.Channels.Mail}, "Channels.DingWebHook": {alice.Channels.DingWebHook}},
		BodyHash: BodyHash(nil),
		Header: map[string]string{
			"host": "metrics.cn-hangzhou.aliyuncs.com", "x-acs-action": "PutContact", "x-acs-version": "2019-01-01",
			"x-acs-date": "2026-11-23T18:02:21Z", "x-acs-signature-nonce": "49e3ca91dbf12086b87388ba0e11f0d4", "x-acs-content-sha256": BodyHash(nil),
		},
	}
	for b.Loop() {
		_ = s.Authorization(testKey)
	}
}

// A PutContact beside its anchor, the same exchange by net/http alone.
func BenchmarkRoundTrip(b *testing.B) {
	const answer = `{"Code":"200","Message":"success","RequestId":"181C406E-9DE4-484C-9C61-37AE9A1A12EE","Success":true}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	defer srv.Close()

	b.Run("net/http", func(b *testing.B) {
		q := url.Values{"ContactName": {alice.Name}, "Describe": {alice.Describe}, "Channels.Mail": {alice.Channels.Mail}, "Channels.SMS": {alice.Channels.SMS}, "Channels.DingWebHook": {alice.Channels.DingWebHook}}
		for b.Loop() {
			r, err := http.Post(srv.URL+"/?"+q.Encode(), "", nil)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
	})
	b.Run("PutContact", func(b *testing.B) {
		c := testClient(b, Options{Endpoint: srv.URL, Transport: http.DefaultTransport})
		c.pace["PutContact"] = rate.NewLimiter(rate.Inf, 1)
		for b.Loop() {
			if _, err := c.PutContact(b.Context(), alice); err != nil {
				b.Fatal(err)
			}
		}
	})
}
