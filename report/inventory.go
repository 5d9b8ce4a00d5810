package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/soc2"
)

// Inventory is everything a company has, to be rendered.
type Inventory struct {
	At         time.Time
	SampleData bool
	Systems    []soc2.System
	Filter     soc2.InventoryFilter
	// Each gives every asset, in the order of keys. It is called once.
	Each func(each func(soc2.InventoryItem) error) error
	// Unseen are the lists that were not seen to their end; asked after Each.
	Unseen func() []soc2.ScopedHole

	counts soc2.AssetCounts
	gaps   soc2.AssetGaps
	shown  int
}

// rows gives what the filter picks, and counts all.
func (in *Inventory) rows(each func(*soc2.InventoryItem) error) error {
	return in.Each(func(item soc2.InventoryItem) error {
		in.counts.Add(&item.Asset)
		in.gaps.Add(item.Asset)
		if !in.Filter.Picks(&item.Asset) {
			return nil
		}
		in.shown++
		return each(&item)
	})
}

// mostAssets bounds how many assets a terminal shows.
const mostAssets = 400

// InventoryTable writes an inventory for a terminal.
func InventoryTable(w io.Writer, in *Inventory, o Options) error {
	o.Width = max(o.Width, MinWidth)
	if o.Unseen <= 0 {
		o.Unseen = 6
	}
	s := &summary{Options: o, sample: in.SampleData}
	gap := 1
	if o.Width >= 100 {
		gap = 2
	}
	const fixed = len("IdentityProvider") + len("staging   ") + len("yes")
	room := o.Width - fixed - 6*gap
	name, systems, owner, data := room*38/100, room*20/100, room*24/100, room*18/100
	t := table.NewWriter()
	t.SuppressTrailingSpaces()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	t.AppendHeader(table.Row{"kind", "asset", "systems", "owner", "runs for", "data", "net"})
	cell := func(value string, width int) string { return strings.Join(wrap(escaped(value), width), "\n") }
	err := in.rows(func(item *soc2.InventoryItem) error {
		if in.shown > mostAssets {
			return nil
		}
		t.AppendRow(table.Row{
			cell(string(item.Resource.Kind), 16), cell(item.Resource.Label(), name), cell(orNone(strings.Join(item.Systems, " ")), systems),
			cell(orNone(item.Owner), owner), orNone(item.Environment), cell(dataCell(item), data), reachWord(item.Exposed),
		})
		return nil
	})
	if err != nil {
		return err
	}
	s.section("Inventory")
	s.lines(2, "as of     ", minute(in.At))
	if len(in.Systems) == 0 {
		s.lines(2, "systems   ", "none is stated, so that nothing belongs to any: state them in scope.systems of the configuration")
	}
	s.lines(2, "assets    ", fmt.Sprintf("%d; %d belong to no system, %d have no owner, of %d that can hold data the class is not known",
		in.counts.Assets, in.counts.Unscoped, in.counts.Unowned, in.counts.Unclassified))
	if !in.Filter.Empty() {
		s.lines(2, "shown     ", fmt.Sprintf("%d of them, as asked", in.shown))
	}
	for _, system := range in.Systems {
		s.lines(2, "system    ", fmt.Sprintf("%s: %d", Safe(system.ID), in.counts.Systems[system.ID]))
	}
	if in.shown > 0 {
		s.WriteString("\n" + t.Render() + "\n")
	}
	if in.shown > mostAssets {
		s.lines(2, "", fmt.Sprintf("and %d more: -o csv, json and xlsx list all", in.shown-mostAssets))
	}
	s.assetGaps(in.gaps.All())
	if unseen := in.Unseen(); len(unseen) > 0 {
		s.unseen(unseen, len(unseen))
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the inventory: %w", err)
	}
	return nil
}

func (s *summary) assetGaps(gaps []soc2.AssetGap) {
	if len(gaps) == 0 {
		return
	}
	s.section("Gaps of the inventory")
	for _, g := range gaps {
		var names []string
		for _, r := range g.Examples {
			names = append(names, Safe(r.Label()))
		}
		more := ""
		if g.Count > len(names) {
			more = fmt.Sprintf(" and %d more", g.Count-len(names))
		}
		where := "in no system"
		if g.System != "" {
			where = "in " + Safe(g.System)
		}
		s.lines(2, "- ", fmt.Sprintf("%s %s: %s%s", count(g.Count, "asset", "assets"), map[soc2.Missing]string{
			soc2.MissingSystem: "that no system claims", soc2.MissingOwner: where + " without an owner",
			soc2.MissingClassification: where + " that can hold data and is not classified",
		}[g.Missing], strings.Join(names, ", "), more))
	}
}

func dataCell(item *soc2.InventoryItem) string {
	if kind, ok := soc2.AssetKindOf(item.Resource.Kind); ok && !kind.Holds && len(item.Data) == 0 {
		return "" // it can hold none
	}
	return orNone(strings.Join(item.Data, " "))
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// reachWord says whether the internet reaches it.
func reachWord(exposed *bool) string {
	switch {
	case exposed == nil:
		return "?"
	case *exposed:
		return "yes"
	}
	return "no"
}
