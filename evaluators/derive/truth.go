package derive

import "github.com/controlwatch/controlwatch/evidence"

// truth is yes, no, or not seen, with the holes that are the reason. It follows
// Kleene: what was not seen matters only where the answer depends on it.
type truth struct {
	known, value bool
	holes        []evidence.Hole
}

func definite(v bool) truth { return truth{known: true, value: v} }

func unseen(holes ...evidence.Hole) truth { return truth{holes: holes} }

func (t truth) is(v bool) bool { return t.known && t.value == v }

func not(t truth) truth {
	t.value = !t.value
	return t
}

func and(all ...truth) truth { return combine(false, all) }

func or(all ...truth) truth { return combine(true, all) }

// combine is the decisive value where anyone has it, its opposite where all do,
// else unseen for every reason there is.
func combine(decisive bool, all []truth) truth {
	out := definite(!decisive)
	for _, t := range all {
		switch {
		case t.is(decisive):
			return t
		case !t.known:
			out.known = false
			out.holes = append(out.holes, t.holes...)
		}
	}
	return out
}
