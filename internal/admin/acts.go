package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Asked picks records; empty fields pick all.
type Asked struct {
	From, To time.Time // half-open
	Kinds    []string
	By       string // a name of the actor, or a part of it
}

// Acts are the records that were asked for, oldest first.
func Acts(ctx context.Context, s *store.Store, asked Asked) (soc2.Administration, error) {
	var out soc2.Administration
	for e, err := range s.Entries(ctx) {
		if err != nil {
			return out, err
		}
		if out.Began.IsZero() && (e.Kind == Recorded || e.Kind == Start || e.Kind == Scan) {
			out.Began = e.At
		}
		if asked.picks(e) {
			out.Acts = append(out.Acts, Act(e))
		}
	}
	return out, nil
}

func (a Asked) picks(e store.Entry) bool {
	switch {
	case !a.From.IsZero() && e.At.Before(a.From), !a.To.IsZero() && !e.At.Before(a.To):
		return false
	case len(a.Kinds) > 0 && !slices.Contains(a.Kinds, e.Kind):
		return false
	}
	return a.By == "" || identity.Same(a.By, e.Actor.Name) || strings.Contains(strings.ToLower(e.Actor.Name), strings.ToLower(a.By))
}
