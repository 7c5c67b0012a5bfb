// Package cloudmonitor is what an alert contact of Alibaba Cloud CloudMonitor
// is, and the client that signs and calls its API, version 2019-01-01.
package cloudmonitor
