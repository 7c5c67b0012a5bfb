// Package simulator is CloudMonitor on your own machine: an http.Handler that
// checks signatures for real, keeps contacts and contact groups, limits calls,
// "sends" activation links, and fails on demand.
//
// What the service does is taken from its documentation and from measurements;
// where neither says, the comment beside the constant or the option does.
package simulator
