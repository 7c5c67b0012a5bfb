package main

// What an operator watches: /metrics.

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"contactbot/bot"
)

// meters are the figures of the program.
type meters struct {
	registry *prometheus.Registry
	bot      *bot.Metrics
	commits  prometheus.Histogram
}

func newMeters() *meters {
	m := &meters{
		registry: prometheus.NewPedanticRegistry(),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "contactbot_commit_seconds", Help: "How long a write to the state file takes, until it is on the disk.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "contactbot_build_info", Help: "Which version runs; always 1."}, []string{"version"})
	build.WithLabelValues(built()).Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.commits, build,
	)
	m.bot = bot.NewMetrics(m.registry)
	return m
}

// watch adds what is asked for when somebody looks.
func (m *meters) watch(b *bot.Bot, h held, all []platform) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value)
	}
	m.registry.MustRegister(b.Queues(),
		gauge("contactbot_people_failing", "People whose due work fails again and again, because of a damaged record, say.", nil, func() float64 { return float64(b.Failing()) }),
		gauge("contactbot_store_bytes", "Size of the state file.", nil, func() float64 { return float64(h.engine.Stats().Size) }),
		gauge("contactbot_store_writable", "1 if the state could be written to now.", nil, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			return truth(h.store.Ping(ctx) == nil)
		}),
	)
	for _, p := range all {
		of := prometheus.Labels{"platform": p.Name()}
		m.registry.MustRegister(
			gauge("contactbot_link_up", "1 if messages of the platform arrive.", of, func() float64 { return truth(p.Ready() == nil) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "contactbot_link_opens_total", Help: "Attempts to open a connection to the platform.", ConstLabels: of,
			}, func() float64 { return float64(p.Opens()) }),
		)
	}
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (m *meters) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 3, Timeout: 10 * time.Second})
}
