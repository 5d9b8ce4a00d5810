// Package kinds makes documents: one file for each kind of report, with a value
// that programs read and the document that people read, both pure functions of
// what was judged. It neither reads a store nor renders.
package kinds
