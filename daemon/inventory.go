package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Derived gives what the store held at a time, one fact after the other in the
// order of their keys, after derivation, with what each is to the company. Nothing
// is judged and nothing kept. Only facts of the kinds that are wanted are given.
func (a *Assessor) Derived(ctx context.Context, past Past, at time.Time, wanted func(evidence.Kind) bool, each func(evidence.Fact, soc2.Asset) error) (feeds []evidence.FeedState, err error) {
	view, err := past.Past(ctx, at.Truncate(time.Microsecond), a.Sources)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	defer view.Close() //nolint:errcheck // nothing was written
	seen := view.Evidence()
	known := evidence.Snapshot{At: seen.At, Feeds: seen.Feeds}
	for f, err := range seen.Facts(ctx, derive.Context) {
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		known.Facts = append(known.Facts, f)
	}
	deriver := derive.New(known)
	for f, err := range seen.Facts(ctx, wanted) {
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		derived := deriver.Derive(f)
		if err := each(derived, a.Scope.Asset(derived)); err != nil {
			return nil, err
		}
	}
	return seen.Feeds, nil
}

// Inventory gives every asset that the store held at a time, and the state of every
// list then.
func (a *Assessor) Inventory(ctx context.Context, past Past, at time.Time, each func(soc2.InventoryItem) error) ([]evidence.FeedState, error) {
	shows, err := shownOfAssets()
	if err != nil {
		return nil, err
	}
	return a.Derived(ctx, past, at, func(k evidence.Kind) bool { _, ok := shows[k]; return ok }, func(f evidence.Fact, asset soc2.Asset) error {
		show := shows[f.Resource.Kind]
		item := soc2.InventoryItem{Asset: asset, Seen: f.Seen, Shows: observed.Render(&f, show.fields)}
		if len(show.version) > 0 {
			item.Version = textOf(observed.Render(&f, show.version))
		}
		return each(item)
	})
}

type shownOf struct{ version, fields []observed.Path }

func shownOfAssets() (map[evidence.Kind]shownOf, error) {
	all := map[evidence.Kind]shownOf{}
	for _, kind := range soc2.AssetKinds {
		var s shownOf
		for _, text := range kind.Shows {
			path, err := observed.Parse(kind.Kind, text)
			if err != nil {
				return nil, fmt.Errorf("inventory of %s: %w", kind.Kind, err)
			}
			s.fields = append(s.fields, path)
		}
		if kind.Version != "" {
			path, err := observed.Parse(kind.Kind, kind.Version)
			if err != nil {
				return nil, fmt.Errorf("inventory of %s: %w", kind.Kind, err)
			}
			s.version = append(s.version, path)
		}
		all[kind.Kind] = s
	}
	return all, nil
}

// textOf is the one text that was rendered; empty: it was not seen.
func textOf(rendered json.RawMessage) string {
	var values map[string]any
	if json.Unmarshal(rendered, &values) != nil {
		return ""
	}
	for _, v := range values {
		if text, ok := v.(string); ok {
			return text
		}
	}
	return ""
}
