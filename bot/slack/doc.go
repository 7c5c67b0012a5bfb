// Package slack is the platform of a Slack workspace: slash commands, forms,
// direct messages, mentions and the App home.
package slack

// Name is the platform's name in people's keys.
const Name = "slack"
