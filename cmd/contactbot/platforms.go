package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"contactbot/bot"
	"contactbot/bot/dingtalk"
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
	if !secureURL(s.SlackURL) {
		return nil, badSetting("SLACK_API_URL: want https://…/api/ (http:// only on this machine)")
	}
	return slack.New(slack.Options{
		BotToken: s.BotToken, AppToken: s.AppToken, SigningSecret: s.SigningSecret,
		APIURL: strings.TrimSuffix(s.SlackURL, "/") + "/", Command: s.SlackCommand, Log: log,
	}), nil
}

// dingtalkSettings say which organization is served.
type dingtalkSettings struct {
	ClientID     string `name:"dingtalk-client-id" env:"DINGTALK_CLIENT_ID" placeholder:"ID" help:"Client ID (AppKey) of the app; with it, DingTalk is served."`
	ClientSecret string `name:"dingtalk-client-secret" env:"DINGTALK_CLIENT_SECRET" secret:"" placeholder:"SECRET" help:"Client secret (AppSecret) of the app."`
	RobotCode    string `name:"dingtalk-robot-code" env:"DINGTALK_ROBOT_CODE" placeholder:"CODE" help:"Code of the robot (default: the client ID)."`
	DingTalkURL  string `name:"dingtalk-api-url" env:"DINGTALK_API_URL" default:"https://api.dingtalk.com" placeholder:"URL" help:"DingTalk's gateway and OpenAPI; http:// only on this machine."`
}

// platform is the organization that the settings name, or nil.
func (s dingtalkSettings) platform(log *slog.Logger) (*dingtalk.Platform, error) {
	switch {
	case s.ClientID == "" && s.ClientSecret == "" && s.RobotCode == "":
		return nil, nil
	case s.ClientID == "":
		return nil, badSetting("DINGTALK_CLIENT_ID: it is missing; copy it from the app's page “Credentials & basic information” (凭证与基础信息)")
	case s.ClientSecret == "":
		return nil, badSetting("DINGTALK_CLIENT_SECRET: it is missing; copy it from the app's page “Credentials & basic information” (凭证与基础信息)")
	case strings.ContainsAny(s.ClientID+s.ClientSecret+s.RobotCode, " \t\r\n\"'"):
		return nil, badSetting("DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET, DINGTALK_ROBOT_CODE: one of them has a space or a quote in it; copy it again")
	case !secureURL(s.DingTalkURL):
		return nil, badSetting("DINGTALK_API_URL: want https://… (http:// only on this machine)")
	}
	return dingtalk.New(dingtalk.Options{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret, RobotCode: s.RobotCode, APIURL: s.DingTalkURL, Log: log,
	}), nil
}

// A platform is one that can be served.
type platform interface {
	bot.Platform
	bot.Introducer
	Run(ctx context.Context, b *bot.Bot) error
	Ready() error
	Check(ctx context.Context) []bot.Finding
	Opens() uint64 // attempts to open a connection, since the start
}

// platforms are those that the settings name.
func (c serveCommand) platforms(log *slog.Logger) (all []platform, doors []http.Handler, err error) {
	workspace, err := c.slackSettings.platform(log)
	if err != nil {
		return nil, nil, err
	}
	if workspace != nil {
		all = append(all, workspace)
		if h := workspace.Handler(); h != nil {
			doors = append(doors, h)
		}
	}
	organization, err := c.dingtalkSettings.platform(log)
	if err != nil {
		return nil, nil, err
	}
	if organization != nil {
		all = append(all, organization)
	}
	if len(all) == 0 {
		return nil, nil, badSetting("no platform is configured: set SLACK_BOT_TOKEN with SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET), or DINGTALK_CLIENT_ID with DINGTALK_CLIENT_SECRET; “contactbot chat” needs none")
	}
	return all, doors, nil
}

func secureURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
