// Package derive computes facts from facts: what a policy, an access list, a
// ruleset or a list of users amounts to. It is pure, it judges nothing, and it
// passes holes on: a derived value is nil wherever a source that could change it
// was not seen, and the source's reason is recorded for it.
package derive
