package slack

// When the bot ends, well or not.

import (
	"math/rand/v2"
	"testing"
	"time"

	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor/simulator"
)

// TestKilledWhileSending: killed while CloudMonitor is called; the next process
// ends what was begun, and what Slack delivers again is not taken again.
func TestKilledWhileSending(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice := o.alice()
		o.Monitor.Fail(simulator.Fault{What: "hang", Action: "PutContact"})
		d, _ := alice.Message("", oneLiner)
		acked(t, d)
		alice.Sees(t, "Sending Alice")
		o.Kill()
		o.open()
		alice.Sees(t, "Alice is registered")
		acked(t, o.slack.Again(d))
		o.settled(alice)
		if n, m := alice.Count("Alice is registered"), alice.Count("Sending Alice"); n != 1 || m != 1 {
			t.Errorf("told of the success %d times, of the sending %d times", n, m)
		}
		o.forgive() // of the bot's own message, when it was killed
	})
}

// TestStoppedInRush: a bot that is asked to end tells everybody whose message it
// has stored, and everybody else that it has not.
func TestStoppedInRush(t *testing.T) {
	underFaults(t, []string{"socket"}, func(t *testing.T, o *office) {
		o.Drain = 20 * time.Second // what is being delivered is delivered
		o.open()
		o.Eventually("doubly connected", func() bool { return o.slack.Connections() == 2 })
		people := o.crowd(200)
		said := make([]*slacktest.Delivery, len(people))
		for i, p := range people {
			said[i] = p.Command("C1", "help")
		}
		o.Eventually("under way", func() bool { _, ok := people[0].Look(time.Minute, ""); return ok })
		if err := o.End(); err != nil {
			t.Error(err)
		}
		acknowledged := map[string]bool{}
		for i, p := range people {
			if _, ok := said[i].Wait(); ok {
				acknowledged[p.ID] = true
			}
		}
		o.forgive() // of what the bot did not look at any more
		if len(acknowledged) == 0 {
			t.Fatal("nothing was acknowledged: this tests nothing")
		}
		o.start()
		o.Ready()
		for _, p := range people {
			o.settled(p)
			answers := p.Count(helped)
			refused := p.Count("I could not store what you sent")
			if answers > 1 || answers == 1 && !acknowledged[p.ID] || acknowledged[p.ID] && answers+refused != 1 {
				t.Errorf("%s: acknowledged %t, answered %d times, refused %d times", p.ID, acknowledged[p.ID], answers, refused)
			}
		}
	})
}

// TestKilledAgainAndAgain: killed at any moment, every message that was
// acknowledged is answered, and none twice.
func TestKilledAgainAndAgain(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		random := rand.New(rand.NewPCG(1, 2))
		people := o.crowd(40)
		var said []*slacktest.Delivery
		o.open()
		for i, p := range people {
			d, _ := p.Message("", "help")
			said = append(said, d)
			if i%8 == 7 {
				<-time.After(time.Duration(random.IntN(4000)) * time.Microsecond) // any moment will do
				o.Kill()
				o.open()
			}
		}
		for i, p := range people {
			acked(t, said[i])
			p.Sees(t, helped)
			o.settled(p)
			if n := p.Count(helped); n != 1 {
				t.Errorf("%s was answered %d times", p.ID, n)
			}
		}
		o.forgive() // of what was under way when it was killed: it came again
	})
}
