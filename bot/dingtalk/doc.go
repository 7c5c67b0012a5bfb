// Package dingtalk is the platform of a DingTalk organization: messages to the
// robot in groups and in private, which come over a stream.
package dingtalk

// Name is the platform's name in people's keys.
const Name = "dingtalk"
