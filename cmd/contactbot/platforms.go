package main

import (
	"log/slog"
	"net"
	"net/url"
	"strings"

	"contactbot/bot/slack"
)

// slackSettings say which workspace is served.
type slackSettings struct {
	BotToken      string `name:"slack-bot-token" env:"SLACK_BOT_TOKEN" secret:"" placeholder:"xoxb-…" help:"Bot token; with it, Slack is served."`
	AppToken      string `name:"slack-app-token" env:"SLACK_APP_TOKEN" secret:"" placeholder:"xapp-…" help:"App-level token: Socket Mode."`
	SigningSecret string `name:"slack-signing-secret" env:"SLACK_SIGNING_SECRET" secret:"" placeholder:"SECRET" help:"Signing secret: HTTP mode, if no app-level token is given."`
	SlackURL      string `name:"slack-api-url" env:"SLACK_API_URL" default:"https://slack.com/api/" placeholder:"URL" help:"Slack's Web API; http:// only on this machine."`
	SlackCommand  string `name:"slack-command" env:"SLACK_COMMAND" default:"/contact" placeholder:"/WORD" help:"The slash command."`
}

// platform is the workspace that the settings name, or nil.
func (s slackSettings) platform(log *slog.Logger) (*slack.Platform, error) {
	switch {
	case s.BotToken == "" && s.AppToken == "" && s.SigningSecret == "":
		return nil, nil
	case !strings.HasPrefix(s.BotToken, "xoxb-"):
		return nil, badSetting("SLACK_BOT_TOKEN: a bot token begins with xoxb-; copy it from the app's page “OAuth & Permissions”")
	case s.AppToken == "" && s.SigningSecret == "":
		return nil, badSetting("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: one is needed, for Socket Mode or for HTTP mode")
	case s.AppToken == "" && (strings.HasPrefix(s.SigningSecret, "xapp-") || strings.HasPrefix(s.SigningSecret, "xoxb-")):
		return nil, badSetting("SLACK_SIGNING_SECRET: this is a token; copy the signing secret from the app's page “Basic Information”")
	case s.AppToken != "" && !strings.HasPrefix(s.AppToken, "xapp-"):
		return nil, badSetting("SLACK_APP_TOKEN: an app-level token begins with xapp-; make one with the scope connections:write")
	case !strings.HasPrefix(s.SlackCommand, "/") || strings.ContainsAny(s.SlackCommand, " \t"):
		return nil, badSetting("SLACK_COMMAND: a slash command is one word that begins with “/”")
	}
	u, err := url.Parse(s.SlackURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, badSetting("SLACK_API_URL: want https://…/api/ (http:// only on this machine)")
	}
	return slack.New(slack.Options{
		BotToken: s.BotToken, AppToken: s.AppToken, SigningSecret: s.SigningSecret,
		APIURL: strings.TrimSuffix(s.SlackURL, "/") + "/", Command: s.SlackCommand, Log: log,
	}), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
