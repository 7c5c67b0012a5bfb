package simulator

// The answers: the product's own and its gateway's, in their exact shapes.

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An answer is one that can be written, or compared.
type answer struct {
	status  int // HTTP; 0: 200
	Code    string
	Message string
	product bool           // the product's shape, with Success; else the gateway's
	more    map[string]any // of the product
	header  http.Header
}

const codeOK = "200"

// success is the product's answer, with what the action has to tell.
func success(more map[string]any) answer {
	return answer{Code: codeOK, Message: "success", product: true, more: more}
}

// gateway is an answer of the gateway, or a documented error.
func gateway(status int, code, message string) answer {
	return answer{status: status, Code: code, Message: message}
}

// invalid is the product's refusal of a parameter. It repeats the value, as
// the documented "%s" allows: a client has to cope with that.
func invalid(parameter, value string) *answer {
	a := gateway(http.StatusBadRequest, "InvalidParameterValue", fmt.Sprintf("The parameter %s is invalid: %q.", parameter, value))
	return &a
}

// The codes are the service's; of those marked with a star nothing but the
// meaning is known. Source: Alibaba Cloud, "Common error codes".
var (
	errAction     = gateway(http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
	errVersion    = gateway(http.StatusBadRequest, "InvalidVersion", "Specified parameter Version is not valid.")
	errMethod     = gateway(http.StatusMethodNotAllowed, "UnsupportedHTTPMethod", "This http method is not supported.")
	errIncomplete = gateway(http.StatusBadRequest, "IncompleteSignature", "The request signature does not conform to Aliyun standards.")
	errKey        = gateway(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	errToken      = gateway(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey", "The specified SecurityToken mismatch with the AccessKey.")
	errDate       = gateway(http.StatusBadRequest, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
	errExpired    = gateway(http.StatusBadRequest, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
	errSignature  = gateway(http.StatusBadRequest, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
	errNonce      = gateway(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	errTooLarge   = gateway(http.StatusRequestEntityTooLarge, "RequestTooLarge", "The request is too large.")    // *
	errMalformed  = gateway(http.StatusBadRequest, "MalformedRequest", "The query of the request is malformed.") // *
	errInternal   = gateway(http.StatusInternalServerError, "InternalError", "The request processing has failed due to some unknown error.")
	errNoContact  = gateway(http.StatusNotFound, "ContactNotExists", "The contact does not exist.")
	errNoGroup    = gateway(http.StatusNotFound, "GroupNotExists", "The contact group does not exist.") // *
)

// throttled is the answer beyond the limit, with the hint how long to wait.
func throttled(limit int, wait time.Duration) answer {
	a := gateway(http.StatusBadRequest, "Throttling.User", "Request was denied due to user flow control.")
	a.header = http.Header{}
	a.header.Set("x-ratelimit-user-api", fmt.Sprintf("Limit:%d,Remain:0,TimeLeft:%d,Reset:%d",
		limit, max(1, wait.Milliseconds()), time.Second.Milliseconds()))
	return a
}

// reply answers, and tells of the call.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, call Call, a answer) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	id := requestID()
	body := map[string]any{"Code": a.Code, "Message": a.Message, "RequestId": id}
	if a.product {
		body["Success"] = a.Code == codeOK
		for name, value := range a.more {
			body[name] = value
		}
	} else {
		body["HostId"] = r.Host
		body["Recommend"] = "https://api.aliyun.com/troubleshoot?q=" + url.QueryEscape(a.Code) + "&product=Cms&requestId=" + id
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings, numbers and lists of them: cannot be
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.Header().Set("x-acs-request-id", id)
	s.tell(call, a.status, a.Code)
	w.WriteHeader(a.status)
	_, _ = w.Write(text) // the client went away: it will ask again
}

// requestID is a UUID in upper case, as the service writes it.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
