package dingtalk

// Frames: what comes over a connection, and the answers to it.

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"unicode/utf8"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/event"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"
)

// Topics of system frames.
// Source: dingtalk-stream-sdk-go v0.9.1, client, NewStreamClient.
const (
	topicPing       = "ping"
	topicDisconnect = "disconnect"
)

// topics are the callbacks that are asked for, and taken.
var topics = []string{payload.BotMessageCallbackTopic}

// A frame is one message of the connection.
type frame struct {
	kind, topic, id string
	data            json.RawMessage // as it was sent, which may be no JSON; nil if there is none
}

var errFrame = errors.New("not a frame")

// decode reads a frame. The SDK's own model is not used: its headers are strings
// only, so that one number among them loses the frame, and its data is a string
// only.
func decode(text []byte) (frame, error) {
	var envelope struct {
		Type, Headers, Data json.RawMessage
	}
	if json.Unmarshal(text, &envelope) != nil || envelope.Type == nil && envelope.Headers == nil {
		return frame{}, errFrame
	}
	var headers map[string]json.RawMessage
	_ = json.Unmarshal(envelope.Headers, &headers) // without headers it is a frame of an unknown topic
	return frame{
		kind:  scalar(envelope.Type),
		topic: scalar(headers[payload.DataFrameHeaderKTopic]),
		id:    scalar(headers[payload.DataFrameHeaderKMessageId]),
		data:  content(envelope.Data),
	}, nil
}

// scalar is a string, or a number as it is written; of anything else, nothing.
func scalar(raw json.RawMessage) string {
	var text string
	var number json.Number
	switch {
	case len(raw) == 0:
		return ""
	case raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw):
		return string(raw[1 : len(raw)-1]) // as most are
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &number) == nil:
		return number.String()
	}
	return ""
}

// content is a frame's data, which comes in a string or as it is.
func content(raw json.RawMessage) json.RawMessage {
	var text string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case raw[0] != '"':
		return raw
	}
	_ = json.Unmarshal(raw, &text) // it is a string
	return json.RawMessage(text)
}

// answer acknowledges a frame.
func (f frame) answer() []byte {
	r := payload.NewSuccessDataFrameResponse()
	r.SetHeader(payload.DataFrameHeaderKMessageId, f.id)
	r.SetHeader(payload.DataFrameHeaderKContentType, payload.DataFrameContentTypeKJson)
	r.Message = "OK"
	switch {
	case f.kind == utils.SubscriptionTypeKSystem && f.data != nil: // a ping's, with its opaque
		r.SetData(string(f.data))
	case f.kind == utils.SubscriptionTypeKEvent:
		_ = r.SetJson(event.NewEventProcessResultSuccess()) // two strings
	default:
		r.SetData("{}")
	}
	return r.Encode()
}

// plain is what a name of DingTalk's looks like.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./*-]{1,80}$`)

// name is a type, a topic or a code as it may be logged: anything could stand
// there, even what a person wrote.
func name(text string) string {
	if !plain.MatchString(text) {
		return "(not a name)"
	}
	return text
}
