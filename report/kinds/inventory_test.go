package kinds

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

func inventoryWorld(n, parties int, name func(int) string) InventoryInputs {
	a := soc2.Assessment{At: at, Feeds: make([]evidence.FeedState, 1)}
	scope := soc2.Scope{Systems: []soc2.System{{ID: "shop", Title: name(0), Owner: name(1)}, {ID: "empty", Title: name(2)}}}
	yes := true
	in := InventoryInputs{Assessment: &a}
	for i := range n {
		x := soc2.InventoryItem{Asset: soc2.Asset{Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: []evidence.Kind{"Datastore", "User"}[i%2], ID: fmt.Sprint(i), Name: name(i)}}}
		switch i % 4 {
		case 1:
			x.Systems, x.Owner = []string{"shop"}, name(i)
		case 2:
			x.Systems, x.Data, x.Exposed = []string{"shop", "other"}, []string{name(i)}, &yes
		}
		in.Items = append(in.Items, x)
	}
	for i := range parties {
		scope.Systems[0].Uses = append(scope.Systems[0].Uses, name(i)+fmt.Sprint(i))
	}
	in.Scope, in.Flow = scope, soc2.NewFlow(scope).All()
	return in
}

func TestNumbersOfTheInventoryAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := inventoryWorld(rapid.IntRange(0, 100).Draw(t, "assets"), 3, plain)
		r := InventoryOf(in)
		require.Len(t, r.Assets, len(in.Items))
		require.Equal(t, len(in.Items), r.Counts.Assets)
		var all [4]int
		for _, k := range r.Kinds {
			all = [4]int{all[0] + k.Assets, all[1] + k.Unscoped, all[2] + k.Unowned, all[3] + k.Unclassified}
		}
		require.Equal(t, [4]int{r.Counts.Assets, r.Counts.Unscoped, r.Counts.Unowned, r.Counts.Unclassified}, all)
		for _, s := range r.Systems {
			want := r.Counts.Systems[s.ID]
			if s.ID == "" {
				want = r.Counts.Unscoped
			}
			require.Equal(t, want, s.Assets, s.ID)
		}
		d := InventoryDocument(Head{}, r, in.Assessment)
		rows := 0
		if len(in.Items) > 0 {
			rows = len(table(t, d, "assets"))
		}
		require.Equal(t, len(in.Items), rows)
	})
}

func TestInventoryOfNamesOfOthers(t *testing.T) {
	t.Parallel()
	in := inventoryWorld(60, len(hostile), nasty)
	d := InventoryDocument(Head{}, InventoryOf(in), in.Assessment)
	for _, f := range document.Formats {
		require.NotEmpty(t, written(t, d, f.Name, ""))
	}
	noMarkup(t, written(t, d, "html", ""))
	require.Contains(t, written(t, d, "html", ""), "data:image/svg+xml")
}

// TestTooManyPlacesAreTextAndATable: nothing is left out of what cannot be drawn.
func TestTooManyPlacesAreTextAndATable(t *testing.T) {
	t.Parallel()
	in := inventoryWorld(0, 60, plain)
	d := InventoryDocument(Head{}, InventoryOf(in), in.Assessment)
	require.NotContains(t, written(t, d, "html", ""), "data:image/svg+xml")
	require.Contains(t, written(t, d, "md", ""), "flowchart LR")
	require.Len(t, table(t, d, "flows"), 60)
}

func TestInventoryOfNothingIsNotComplete(t *testing.T) {
	t.Parallel()
	r := InventoryOf(InventoryInputs{Assessment: &soc2.Assessment{At: at}})
	require.False(t, r.Complete, "nothing was looked at")
	text := written(t, InventoryDocument(Head{}, r, &soc2.Assessment{At: at}), "md", "")
	require.Contains(t, text, "The inventory is not complete")
	require.Contains(t, text, "No system is stated")
	require.NotContains(t, strings.ToLower(text), "every list that was to be read was seen")
}
