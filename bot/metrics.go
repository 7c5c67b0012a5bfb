package bot

// What is measured. Label values are bounded, and none of them is a person's.

import (
	"context"
	"regexp"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/state"
)

// Metrics are the figures of a bot. A nil *Metrics counts nothing.
type Metrics struct {
	acknowledged  *prometheus.HistogramVec
	duplicates    *prometheus.CounterVec
	conversations *prometheus.CounterVec
	replies       *prometheus.CounterVec
	replied       *prometheus.HistogramVec
	calls         *prometheus.CounterVec
	called        *prometheus.HistogramVec
	auditFailures prometheus.Counter
	activations   prometheus.Gauge

	mu    sync.Mutex
	codes map[string]bool // error codes that have a label of their own
}

// Buckets in seconds: of what people wait for, and of what is done for them.
var (
	waits = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3, 5}
	takes = []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600}
)

// NewMetrics registers the figures of a bot.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &Metrics{
		acknowledged:  histogram("contactbot_acknowledgement_seconds", "From the arrival of a message until it is stored and may be acknowledged.", waits, "platform"),
		duplicates:    counter("contactbot_duplicates_total", "Messages that had been taken before.", "platform"),
		conversations: counter("contactbot_conversations_total", "What conversations came to.", "platform", "outcome"),
		replies:       counter("contactbot_replies_total", "Deliveries of replies, by how they ended.", "platform", "result"),
		replied:       histogram("contactbot_reply_seconds", "From the making of a reply until it is delivered.", takes, "platform"),
		calls:         counter("contactbot_api_calls_total", "Calls of CloudMonitor, by action and error code.", "action", "code"),
		called:        histogram("contactbot_api_seconds", "How long calls of CloudMonitor take.", takes, "action"),
		auditFailures: prometheus.NewCounter(prometheus.CounterOpts{Name: "contactbot_audit_failures_total", Help: "Lines that could not be written to the audit log; what they tell of is held back."}),
		activations:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "contactbot_activations_pending", Help: "Contacts registered here with a channel that was not activated, as of the last look."}),
		codes:         map[string]bool{},
	}
	r.MustRegister(m.acknowledged, m.duplicates, m.conversations, m.replies, m.replied, m.calls, m.called, m.auditFailures, m.activations)
	return m
}

func (m *Metrics) tookMessage(platform string, took time.Duration) {
	if m != nil {
		m.acknowledged.WithLabelValues(platform).Observe(took.Seconds())
	}
}

func (m *Metrics) duplicate(platform string) {
	if m != nil {
		m.duplicates.WithLabelValues(platform).Inc()
	}
}

func (m *Metrics) event(platform string, e dialog.Event) {
	if m != nil && e != "" {
		m.conversations.WithLabelValues(platform, string(e)).Inc()
	}
}

func (m *Metrics) reply(platform string, r state.Reply, now time.Time, err error) {
	switch {
	case m == nil:
	case err != nil:
		m.replies.WithLabelValues(platform, "failed").Inc()
	default:
		m.replies.WithLabelValues(platform, "delivered").Inc()
		m.replied.WithLabelValues(platform).Observe(now.Sub(r.Made).Seconds())
	}
}

func (m *Metrics) unaudited() {
	if m != nil {
		m.auditFailures.Inc()
	}
}

// actions are the calls that tasks lead to.
var actions = map[state.TaskKind]string{state.Put: "PutContact", state.Lookup: "DescribeContactList", state.Mine: "DescribeContactList", state.Delete: "DeleteContact"}

func (m *Metrics) call(kind state.TaskKind, e *cloudmonitor.Error, took time.Duration) {
	action := actions[kind]
	if m == nil || action == "" {
		return
	}
	code := "OK"
	if e != nil {
		code = m.code(e.Code)
	}
	m.calls.WithLabelValues(action, code).Inc()
	m.called.WithLabelValues(action).Observe(took.Seconds())
}

// maxCodes is how many error codes have a label of their own.
const maxCodes = 50

var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{1,60}$`)

// code is an error code as a label: anything could stand there.
func (m *Metrics) code(code string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !codeForm.MatchString(code) || !m.codes[code] && len(m.codes) >= maxCodes {
		return "other"
	}
	m.codes[code] = true
	return code
}

// maxLength is how far queues are counted.
const maxLength = 10_000

// A queueCollector looks into the queues when it is asked.
type queueCollector struct {
	b           *Bot
	length, age *prometheus.Desc
}

// Queues collects how long the queues are, and how long what is due has waited.
func (b *Bot) Queues() prometheus.Collector {
	return queueCollector{
		b:      b,
		length: prometheus.NewDesc("contactbot_queue_length", "Requests that are due in a queue, counted up to 10,000.", []string{"queue"}, nil),
		age:    prometheus.NewDesc("contactbot_queue_age_seconds", "How long the oldest of them has been due.", []string{"queue"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (c queueCollector) Describe(all chan<- *prometheus.Desc) {
	all <- c.length
	all <- c.age
}

// Collect implements prometheus.Collector.
func (c queueCollector) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(c.b.work, 2*time.Second)
	defer cancel()
	now := c.b.Now()
	for q := range c.b.queues {
		due, err := c.b.Store.Due(ctx, q, now, maxLength)
		if err != nil {
			all <- prometheus.NewInvalidMetric(c.length, err)
			continue
		}
		age := 0.0
		if len(due) > 0 {
			age = now.Sub(due[0].At).Seconds()
		}
		all <- prometheus.MustNewConstMetric(c.length, prometheus.GaugeValue, float64(len(due)), string(q))
		all <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, age, string(q))
	}
}
