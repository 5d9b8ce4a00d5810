package export

import (
	"context"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// company: the company's own controls as they stood when the window ended, with the
// controls of the catalogue that a person linked each to. What of the catalogue is not
// adopted stays in the bundle, and is counted beside what is.
func (x *exporter) company(ctx context.Context) error {
	var records []store.RecordedEntry
	var read []soc2.Recorded
	for e, err := range x.from.Recorded(ctx, soc2.EntryCompanyControls, soc2.EntryControlLink) {
		if err != nil {
			return err
		}
		if e.At.After(x.from.To) {
			continue
		}
		records, read = append(records, e), append(read, e.Recorded())
	}
	if len(records) == 0 {
		return nil
	}
	x.own = soc2.ReadCompany(read, x.from.To)
	p := packer{x: x, class: "company"}
	for _, e := range records {
		x.need(e.Seq)
		if err := p.add(e.Digest, e.Body); err != nil {
			return err
		}
	}
	for _, problem := range x.own.Problems {
		x.leave("a record about the company's own controls", problem)
	}
	var t table
	defer t.close()
	t.put("record", "id", "wording", "owner", "frequency", "operation", "nature", "criteria", "controls", "source")
	for _, c := range x.own.Controls {
		t.put(x.own.Import, c.ID, c.Wording, c.Owner, c.Frequency, c.Operation, c.Nature, strings.Join(c.Criteria, " "), strings.Join(c.Controls, " "), c.Source)
	}
	return x.table("company-controls.csv", &t)
}

// worded is a control in the company's wording; empty where nothing is linked to it.
func (x *exporter) worded(control string) string { return soc2.OwnWording(x.own.Testing(control)) }

// adopted counts what the company does with the controls of the bundle; empty as long as
// it decided on none.
func (x *exporter) adopted() string {
	n := map[string]int{}
	for _, c := range x.selected {
		_, kept := x.stateOf(c.ID)
		n[kept.Adoption]++
	}
	if n[string(soc2.Adopted)]+n[string(soc2.Declined)] == 0 {
		return ""
	}
	return fmt.Sprintf("%d adopted. Not adopted: %d advisory, %d declined, %d proposed, %d not judged.", n[string(soc2.Adopted)], n[string(soc2.Advisory)],
		n[string(soc2.Declined)], n[soc2.Proposed], n["not judged"])
}
