// Package daemon is the route: it pulls each source on its schedule, assesses
// what the store holds after every run and at least hourly, and publishes one
// assessment at a time to the log, the metrics, the page and the API. It judges
// nothing itself, and whatever fails leaves the last good assessment published.
package daemon
