// Package evidence is the vocabulary of what was seen: resources, typed facts
// about them, pulls that fetched the facts, and the holes where something
// should have been seen and was not. It knows nothing of criteria, controls or
// verdicts, so a collector cannot express an opinion.
package evidence
