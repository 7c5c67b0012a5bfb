package dingtalk

import (
	"encoding/json"
	"time"
)

// An arrival is one thing that DingTalk sent, and how to acknowledge it.
type arrival struct {
	topic string          // what it is: see topics
	data  json.RawMessage // valid JSON
	// id is the frame's, not the message's: what DingTalk sends again has another.
	id string
	at time.Time // when it came

	// ack acknowledges it. It is called once what follows from the arrival is
	// stored, or at once if nothing does. It does not block.
	ack func()
	// refuse says that it could not be stored: it stays unacknowledged, and
	// DingTalk may send it again. Of ack and refuse, the first call counts.
	refuse func()
}
