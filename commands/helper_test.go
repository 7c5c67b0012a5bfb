package commands

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// token is a robot's access token as DingTalk makes them.
var token = strings.Repeat("7d49515e", 8)

// told is a command in one line: the verb, then what else there is.
func told(c Command) string {
	parts := []string{c.Verb.String()}
	if c.Topic != nil {
		parts[0] += " " + c.Topic.Name
	}
	if c.Speak != "" {
		parts[0] += " " + string(c.Speak)
	}
	parts = append(parts, toldValues(c.Values)...)
	for _, p := range c.Problems {
		s := p.Error()
		if p.Word != "" {
			s = p.Word + ": " + s
		}
		parts = append(parts, s)
	}
	if c.Quoted {
		parts = append(parts, fmt.Sprintf("quoted %q", c.Rest))
	} else if c.Rest != "" {
		parts = append(parts, fmt.Sprintf("%q", c.Rest))
	}
	if c.Question {
		parts = append(parts, "asks")
	}
	if c.Language != "" {
		parts = append(parts, string(c.Language))
	}
	return strings.Join(parts, " | ")
}

func toldValues(values []Value) []string {
	var parts []string
	for _, v := range values {
		s := v.Field.Name + "=" + v.Text
		if v.Note != (Text{}) {
			s += " (" + v.Note.EN + ")"
		}
		parts = append(parts, s)
	}
	return parts
}
