package cloudmonitor

import (
	"log/slog"
	"slices"
	"strings"
)

// A Contact is an alert contact: the seven parameters of PutContact, in the
// shape of the API. A field that is empty is not sent.
// Source: Alibaba Cloud, "CloudMonitor: PutContact", section "Request parameters".
//
// Printed or logged it shows no channel, but JSON, the form in which contacts
// are stored, holds them all: a struct with a Contact in it needs a LogValue of
// its own before it is logged by slog's JSON handler.
type Contact struct {
	Name     string   `json:"name,omitempty"`     // ContactName, required; the key of the contact, account-wide
	Describe string   `json:"describe,omitempty"` // Describe, required
	Channels Channels `json:"channels,omitzero"`  // where alerts go
	Lang     string   `json:"lang,omitempty"`     // Lang: "zh-cn", "en", or empty: by the region of the account
}

// Channels are the alert notification targets of a contact.
type Channels struct {
	SMS         string `json:"sms,omitempty"`         // Channels.SMS: a phone number, activated by a link sent to it
	Mail        string `json:"mail,omitempty"`        // Channels.Mail: a mail address, activated by a link sent to it
	AliIM       string `json:"aliim,omitempty"`       // Channels.AliIM: a TradeManager ID (China site)
	DingWebHook string `json:"dingwebhook,omitempty"` // Channels.DingWebHook: the webhook URL of a DingTalk chatbot, with its token
}

// attrs show which channels are set.
func (c Channels) attrs() []slog.Attr {
	return []slog.Attr{
		slog.Bool("sms", c.SMS != ""),
		slog.Bool("mail", c.Mail != ""),
		slog.Bool("aliim", c.AliIM != ""),
		slog.Bool("webhook", c.DingWebHook != ""),
	}
}

// LogValue shows which channels are set, and none of their values.
func (c Channels) LogValue() slog.Value { return slog.GroupValue(c.attrs()...) }

// String names the channels that are set, such as "mail webhook": channels
// printed by mistake show no value.
func (c Channels) String() string {
	var set []string
	for _, a := range c.attrs() {
		if a.Value.Bool() {
			set = append(set, a.Key)
		}
	}
	return strings.Join(set, " ")
}

// GoString keeps %#v from showing the values.
func (c Channels) GoString() string { return "cloudmonitor.Channels{" + c.String() + "}" }

// LogValue shows which channels a contact has, and none of their values.
func (c Contact) LogValue() slog.Value {
	return slog.GroupValue(slices.Concat(
		[]slog.Attr{slog.String("name", c.Name)},
		c.Channels.attrs(),
		[]slog.Attr{slog.String("lang", c.Lang)},
	)...)
}

// String is the contact's name: a contact printed by mistake shows no channel.
func (c Contact) String() string { return c.Name }

// GoString keeps %#v from showing the channels.
func (c Contact) GoString() string { return "cloudmonitor.Contact{" + c.Name + "}" }

// An Activation is the state of one channel of a contact.
// Source: DescribeContactList, ChannelsState.
type Activation string

const (
	Pending Activation = "PENDING" // the link sent to the channel has not been opened: no alerts yet
	OK      Activation = "OK"      // alerts reach the channel
)

// A Listed contact is one that CloudMonitor holds, as DescribeContactList
// tells it.
type Listed struct {
	Contact
	State  States   // one a channel; empty where the contact has no such channel
	Groups []string // the contact groups it is a member of: without one it gets no alerts
}

// Holds reports whether CloudMonitor holds what was sent.
func (l Listed) Holds(sent Contact) bool {
	if l.Lang == "" || sent.Lang == "" { // it is then CloudMonitor's choice
		l.Lang, sent.Lang = "", ""
	}
	return l.Contact == sent
}

// States are the activation states of a contact's channels.
type States struct {
	SMS, Mail, AliIM, DingWebHook Activation
}

// A Site is the Alibaba Cloud site an account belongs to. It decides which
// channels a contact must have.
type Site string

const (
	International Site = "international" // at least one of mail and webhook
	China         Site = "china"         // at least one of phone, mail, webhook and AliIM
)

// Sufficient reports whether the channels are enough for PutContact on the site.
func (s Site) Sufficient(c Channels) bool {
	if c.Mail != "" || c.DingWebHook != "" {
		return true
	}
	return s == China && (c.SMS != "" || c.AliIM != "")
}
