package simulator

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaults(t *testing.T) {
	tests := []struct {
		fault   string
		status  int // 0: no answer
		body    string
		carried bool
	}{
		{"InternalError", 500, `"Code":"InternalError"`, false},
		{"ServiceUnavailable", 503, `"Code":"ServiceUnavailable"`, false},
		{"Throttling.Api", 400, `"Code":"Throttling.Api"`, false},
		{"InvalidAuthorization", 403, `"Message":"Permission denied."`, false},
		{"Some.Other2", 400, `"Code":"Some.Other2"`, false},
		{"html502", 502, "<html>", false},
		{"refuse", 200, `"Code":"400","Message":"Illegal parameters."`, false},
		{"oddsuccess", 200, `"Code":"200","Message":"The Request is not authorization."`, true},
		{"drop", 0, "", false},
		{"lost", 0, "", true},
	}
	for _, tt := range tests {
		s := testServer(t, Options{})
		f, err := ParseFault(tt.fault + ":2")
		if err != nil {
			t.Fatal(err)
		}
		s.Fail(f)
		for range 2 {
			w := httptest.NewRecorder()
			aborted := serveAborted(s, w, signed(s, http.MethodPost, "PutContact", bobMail))
			if aborted != (tt.status == 0) || !aborted && w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("%s: aborted %t, %d %s", tt.fault, aborted, w.Code, w.Body)
			}
		}
		if _, found := s.Contact("Bob"); found != tt.carried {
			t.Errorf("%s: carried out is %t", tt.fault, found)
		}
		if status, _ := do(s, "PutContact", bobMail); status != 200 {
			t.Errorf("%s: more than two calls failed", tt.fault)
		}
	}
}

// serveAborted reports whether the handler asked net/http to close the
// connection.
func serveAborted(s *Server, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		if e := recover(); e != nil {
			if err, ok := e.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(e)
			}
			aborted = true
		}
	}()
	s.ServeHTTP(w, r)
	return false
}

func TestFaultsInTurn(t *testing.T) {
	s := testServer(t, Options{})
	for _, text := range []string{"DescribeContactList=NoPermission:*", "PutContact=InternalError", "Throttling:2"} {
		f, err := ParseFault(text)
		if err != nil || f.String() != text {
			t.Fatalf("%s: %v, %v", text, f, err)
		}
		s.Fail(f)
	}
	var got []string
	for _, action := range []string{"DescribeContactList", "PutContact", "PutContact", "DescribeContactGroupList", "PutContact", "DescribeContactList"} {
		_, body := do(s, action, bobMail)
		got = append(got, body["Code"].(string))
	}
	if want := "NoPermission InternalError Throttling Throttling 200 NoPermission"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	s.ClearFaults()
	if status, _ := do(s, "DescribeContactList", ""); status != 200 {
		t.Error("not cleared")
	}
}

func TestParseFaultRefuses(t *testing.T) {
	for _, text := range []string{"", "html503", "Throttling.User:0", "Throttling.User:-1", "Throttling.User:x", "Nothing=drop", "=drop", ":3", "A B", "drop:", "Ünd"} {
		if f, err := ParseFault(text); err == nil {
			t.Errorf("%q: got %v", text, f)
		}
	}
}

func TestDelayAndHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []Call
		s := testServer(t, Options{OnCall: func(c Call) { calls = append(calls, c) }})
		s.SetDelay(10 * time.Second)
		begin := time.Now()
		if status, _ := do(s, "PutContact", bobMail); status != 200 || time.Since(begin) != 10*time.Second {
			t.Errorf("answered after %v", time.Since(begin))
		}
		// Whoever goes away before gets nothing carried out.
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r := signed(s, http.MethodPost, "DeleteContact", "ContactName=Bob").WithContext(ctx)
		if !serveAborted(s, httptest.NewRecorder(), r) || len(s.Contacts()) != 1 {
			t.Error("carried out for nobody")
		}
		s.SetDelay(0)
		s.Fail(Fault{What: "hang", Times: Always})
		time.AfterFunc(time.Hour, s.Close)
		begin = time.Now()
		if !serveAborted(s, httptest.NewRecorder(), signed(s, http.MethodPost, "DeleteContact", "ContactName=Bob")) || time.Since(begin) != time.Hour {
			t.Errorf("hung for %v", time.Since(begin))
		}
		if len(calls) != 2 || calls[1].Code != "hang" || calls[1].Status != 0 || calls[0].Name != "Bob" {
			t.Errorf("told of %+v", calls)
		}
	})
}
