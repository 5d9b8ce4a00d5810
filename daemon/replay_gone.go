package daemon

import (
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// goneEvidence says that some of what an assessment judged was pruned or erased
// since: it cannot be proved any more, which is no difference.
type goneEvidence struct{ missing []evidence.Hole }

func (g *goneEvidence) Error() string {
	first := g.missing[0]
	text := first.Detail
	if first.Type != "" {
		text = first.Type + ": " + text
	}
	if more := len(g.missing) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more lists", more)
	}
	return "some of what it judged is not kept any more: " + text
}

// evidenceGone tells that what was to be read again was pruned or erased under a
// tombstone. What is missing without one is not: somebody took it.
func evidenceGone(err error) (why string, gone bool) {
	if g, ok := errors.AsType[*goneEvidence](err); ok {
		return g.Error(), true
	}
	if _, ok := store.Pruned(err); ok {
		return "some of what was kept of it is not any more: " + err.Error(), true
	}
	return "", false
}
