// Package expression compiles and evaluates the conditions of checks: CEL over
// one kind of fact. Whatever was not observed is an unknown that carries its own
// path, at any depth and inside lists, so an expression is unknown exactly where
// its value depends on what was not seen. It knows no control and no finding.
package expression
