package evidence

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"
)

// View is everything known at one clock time, facts read as they are needed: a
// company's facts are too many to hold at once.
type View struct {
	At    time.Time
	Feeds []FeedState
	// Facts gives the facts whose kind is wanted, each resource once, in the order
	// of their keys. It can be asked any number of times and always gives the same.
	// An error ends it.
	Facts func(ctx context.Context, wanted func(Kind) bool) iter.Seq2[Fact, error]
}

// View is the snapshot read as a view.
func (s Snapshot) View() View {
	facts := slices.Clone(s.Facts)
	slices.SortStableFunc(facts, func(a, b Fact) int { return a.Resource.Key().Compare(b.Resource.Key()) })
	return View{At: s.At, Feeds: s.Feeds, Facts: func(_ context.Context, wanted func(Kind) bool) iter.Seq2[Fact, error] {
		return func(yield func(Fact, error) bool) {
			for _, f := range facts {
				if wanted(f.Resource.Kind) && !yield(f, nil) {
					return
				}
			}
		}
	}}
}

// Compare orders keys by provider, account, region, kind and id, byte by byte.
func (k Key) Compare(other Key) int {
	if c := strings.Compare(k.Provider, other.Provider); c != 0 {
		return c
	}
	if c := strings.Compare(k.Account, other.Account); c != 0 {
		return c
	}
	if c := strings.Compare(k.Region, other.Region); c != 0 {
		return c
	}
	if c := strings.Compare(string(k.Kind), string(other.Kind)); c != 0 {
		return c
	}
	return strings.Compare(k.ID, other.ID)
}
