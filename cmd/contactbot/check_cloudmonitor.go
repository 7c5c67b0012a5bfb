package main

// Trying CloudMonitor: its clock, the access key and each permission.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"contactbot/bot"
	"contactbot/cloudmonitor"
)

// maxSkew is how far the clock may be off.
// Source: Alibaba Cloud, InvalidTimeStamp.Expired, 15 minutes; Slack's requests: 5.
const maxSkew = 2 * time.Minute

// tryClock compares the clock with CloudMonitor's.
func (c checkCommand) tryClock(ctx context.Context) bot.Finding {
	f := bot.Finding{What: "clock"}
	endpoint := c.Endpoint
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint // as the client takes it
	}
	var res *http.Response
	began := time.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, endpoint, nil)
	if err == nil {
		res, err = http.DefaultClient.Do(r)
	}
	if err != nil {
		f.Skipped, f.Note = true, "CloudMonitor does not answer" // the access key's line tells more
		return f
	}
	_ = res.Body.Close()
	theirs, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		f.Note = "CloudMonitor does not tell its time"
		return f
	}
	skew := theirs.Sub(began.Add(time.Since(began) / 2)).Round(time.Second)
	if f.Note = fmt.Sprintf("%v off CloudMonitor's", skew.Abs()); skew.Abs() > maxSkew {
		f.Err = fmt.Errorf("it is %v off CloudMonitor's: set it by NTP, or requests are refused", skew.Abs())
	}
	return f
}

// nobodysContact is a contact that does not exist.
const nobodysContact = "contactbot_check_nobody"

// tryCloudMonitor tries the access key and each permission. What would change
// something is called so that it cannot: a contact without a description, and the
// deletion of one that does not exist.
func (c checkCommand) tryCloudMonitor(ctx context.Context, clockIsWrong bool) []bot.Finding {
	key := bot.Finding{What: "cloudmonitor access key"}
	put := bot.Finding{What: "cloudmonitor cms:PutContact"}
	look := bot.Finding{What: "cloudmonitor cms:DescribeContactList"}
	remove := bot.Finding{What: "cloudmonitor cms:DeleteContact"}
	client, credentials, err := realClient(c.cloudMonitorSettings, c.keySettings)
	if err == nil {
		_, err = credentials.Credentials(ctx)
	}
	if err != nil { // it says what to set
		key.Err = err
		put.Skipped, look.Skipped, remove.Skipped = true, true, true
		return []bot.Finding{key, put, look, remove}
	}
	_, err = client.PutContact(ctx, cloudmonitor.Contact{Name: nobodysContact})
	if err == nil {
		put.Err = fmt.Errorf("CloudMonitor took a contact without a description: delete %s in the console", nobodysContact)
		return []bot.Finding{key, put}
	}
	switch code, status := codeOf(err); {
	case clockIsWrong && strings.HasPrefix(code, "InvalidTimeStamp"):
		key.Skipped, put.Skipped, look.Skipped, remove.Skipped = true, true, true, true
		return []bot.Finding{key, put, look, remove}
	case code == "", strings.HasPrefix(code, "InvalidAccessKeyId"), code == "SignatureDoesNotMatch", code == "IncompleteSignature", strings.HasPrefix(code, "InvalidSecurityToken"), strings.HasPrefix(code, "InvalidTimeStamp"):
		key.Err = remedy(err, "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, and look at CLOUDMONITOR_ENDPOINT")
		put.Skipped, look.Skipped, remove.Skipped = true, true, true
		return []bot.Finding{key, put, look, remove}
	case status == http.StatusForbidden, status >= http.StatusInternalServerError:
		put.Err = remedy(err, "attach deploy/ram/policy.json to the RAM user")
	}
	if c.Lookup == "off" {
		look.Note = "not needed: CONTACTBOT_LOOKUP=off"
	} else if _, _, err := client.Lookup(ctx, nobodysContact); err != nil {
		look.Err = remedy(err, "attach deploy/ram/policy.json to the RAM user, or set CONTACTBOT_LOOKUP=off")
	}
	_, err = client.DeleteContact(ctx, nobodysContact)
	if _, status := codeOf(err); err != nil && status != http.StatusNotFound {
		if remove.Err = remedy(err, "attach deploy/ram/policy.json to the RAM user; without it people cannot unregister"); c.Lookup == "off" {
			remove.Note, remove.Err = "not granted: people cannot unregister", nil
		}
	}
	return []bot.Finding{key, put, look, remove}
}

// codeOf is CloudMonitor's error code and HTTP status; without a code it was not
// CloudMonitor who answered.
func codeOf(err error) (string, int) {
	if e, ok := errors.AsType[*cloudmonitor.Error](err); ok {
		return e.Code, e.Status
	}
	return "", 0
}

// remedy says what to do about a failure: refused if that was CloudMonitor's word.
func remedy(err error, refused string) error {
	switch e, ok := errors.AsType[*cloudmonitor.Error](err); {
	case !ok || e.Code == "":
		return fmt.Errorf("%w: look at CLOUDMONITOR_ENDPOINT and the way out of this network", err)
	case e.Temporary:
		return fmt.Errorf("%w: try again later", err)
	default:
		return fmt.Errorf("%w: %s", err, refused)
	}
}
