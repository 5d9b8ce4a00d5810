package main

import (
	"context"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
)

var inventoryKind = reportKind{
	name:  "inventory",
	short: "Write the inventory: assets with owner, environment, data and exposure, and the data flow",
	long: `Inventory lists every asset by system and kind, with owner, environment, class of
data, whether the internet reaches it, and what should be known of it and is not; and
draws how data flows between the internet, systems and third parties, as the scope
states it and evidence shows it.

Without -c the scope is the one that the newest assessment was made with. What was not
seen to its end is named: there may be assets that are not in it.`,
	build: func(ctx context.Context, _ *program, r reporting) (document.Document, any, error) {
		in, err := inventoried(ctx, r)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.InventoryOf(in)
		return kinds.InventoryDocument(in.Head, value, in.Assessment), value, nil
	},
}

func inventoried(ctx context.Context, r reporting) (in kinds.InventoryInputs, err error) {
	at := r.assessment.At
	assessor := r.line.assessor
	in = kinds.InventoryInputs{Head: r.head, Assessment: &r.assessment, Scope: assessor.Scope}
	feeds, err := assessor.Inventory(ctx, r.line.store, at, func(item soc2.InventoryItem) error {
		in.Items = append(in.Items, item)
		return nil
	})
	if err != nil {
		return in, err
	}
	in.Unseen = soc2.UnseenAssets(feeds, at)
	flow := soc2.NewFlow(assessor.Scope)
	shows := func(k evidence.Kind) bool { return slices.Contains(soc2.FlowKinds, k) }
	feeds, err = assessor.Derived(ctx, r.line.store, at, shows, func(fact evidence.Fact, a soc2.Asset) error {
		flow.Add(fact, a)
		return nil
	})
	in.Flow, in.FlowUnseen = flow.All(), soc2.UnseenLists(feeds, at, shows)
	return in, err
}
