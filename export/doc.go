// Package export puts an evidence bundle together from what a store kept of a
// window: bodies, readable pages and tables, OSCAL, and the part of the log that
// proves them. It judges nothing and looks at nothing again: what it shows is what
// was judged then.
package export
