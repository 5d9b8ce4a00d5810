// Package alerts makes what drifted into alerts, puts those that began together for
// one cause into one incident, routes incidents to receivers, and writes what each
// is to be told. It is pure: it knows neither the store nor any receiver.
//
// Nothing here ends an alert because nobody looked: a failing ends where it was
// judged otherwise or is gone through a complete pull, and the loss of sight where
// something is seen again. What a recorded decision covers does not fire while the
// decision is in force. Quiet hours and digests delay, and never drop.
package alerts
