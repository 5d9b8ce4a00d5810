package export

import (
	"context"
	"fmt"

	"github.com/controlwatch/controlwatch/report"
)

var driftColumns = []string{
	"at", "change", "cause", "control", "check", "from", "to", "severity", "provider", "account", "region", "kind", "type", "id", "name", "no_longer_judged",
}

// drift: what differed from one assessment of the window to the next.
func (x *exporter) drift(ctx context.Context) error {
	var t table
	defer t.close()
	t.put(driftColumns...)
	for d, err := range x.from.Drift(ctx) {
		if err != nil {
			return err
		}
		part := x.byControl[d.Control]
		if part == nil && x.limited() {
			continue
		}
		x.counts.Drift++
		r := d.Resource
		cells := []string{
			stamp(d.At), string(d.Change), string(d.Cause), d.Control, d.Check, d.From.String(), d.To.String(), severity(d.Severity),
			r.Provider, r.Account, r.Region, string(r.Kind), r.Type, r.ID, r.Name, fmt.Sprint(d.Gone),
		}
		t.put(cells...)
		if part == nil { // of a control that the newest catalogue no longer has
			continue
		}
		part.drifted++
		if err := x.pile.put(&part.drift, report.CSVRow(cells...)); err != nil {
			return err
		}
	}
	return x.table("drift.csv", &t)
}
