package export

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// judgements lists the assessments of the window, and takes the newest as what
// held when it ended.
func (x *exporter) judgements(ctx context.Context) error {
	var t table
	defer t.close()
	t.put("assessment", "at", "finished_at", "in_window", "version", "sample_data", "catalogue", "parameters", "engine", "derive",
		"pass", "fail", "unobserved", "not_applicable", "pruned")
	for j, err := range x.from.Assessments(ctx) {
		if err != nil {
			return err
		}
		x.need(j.Seq)
		in := j.Seq >= x.from.First
		if in {
			x.counts.Assessments++
		}
		outcome := func(o soc2.Outcome) string {
			if j.Pruned != nil {
				return "" // it is not known, which is not zero
			}
			return fmt.Sprint(j.Outcomes[o])
		}
		t.put(j.ID, stamp(j.At), stamp(j.FinishedAt), fmt.Sprint(in), j.Version, fmt.Sprint(j.SampleData),
			j.Judge.Catalogue, j.Judge.Parameters, j.Judge.Engine, j.Judge.Derive,
			outcome(soc2.Pass), outcome(soc2.Fail), outcome(soc2.Unobserved), outcome(soc2.NotApplicable), x.prunedAssessment(j))
		x.judged = &j
	}
	if err := x.table("assessments.csv", &t); err != nil {
		return err
	}
	if x.from.From.Before(x.from.Began) {
		x.leave("everything from "+stamp(x.from.From)+" to "+stamp(x.from.Began), "the store begins at "+stamp(x.from.Began)+"; nothing was looked at before, which is a hole")
	}
	if x.judged == nil {
		x.leave("findings", "nothing was judged by the end of the window")
		if x.limited() {
			return fmt.Errorf("nothing was judged by %s, so nobody can tell which facts %s is about: leave --criteria out", stamp(x.from.To), strings.Join(x.options.Criteria, ", "))
		}
		return nil
	}
	if x.judged.Seq < x.from.First {
		x.leave("assessments of the window", "none was made in it; what is shown was judged at "+stamp(x.judged.At)+", before it")
	}
	if x.judged.Pruned != nil {
		x.leave("states of controls and criteria as judged at "+stamp(x.judged.At),
			x.judged.Pruned.String()+": each is shown as not seen; findings are those remembered of each resource")
	}
	var err error
	if x.catalogue, err = x.from.Catalogue(ctx, x.judged.Judge.Catalogue); err != nil {
		return err
	}
	return x.selectControls()
}

// prunedAssessment says that what an assessment found was pruned. Its body is counted
// with the others.
func (x *exporter) prunedAssessment(j store.Judged) string {
	if j.Pruned == nil {
		return ""
	}
	return j.Pruned.String()
}

func (x *exporter) selectControls() error {
	for _, id := range x.options.Criteria {
		if !slices.ContainsFunc(x.catalogue.Criteria, func(c soc2.Criterion) bool { return c.ID == id }) {
			return fmt.Errorf("there is no criterion %q: they are called as CC6.1 is", id)
		}
	}
	for _, c := range x.catalogue.Controls {
		if !x.limited() || slices.ContainsFunc(c.Criteria, func(m soc2.Mapping) bool { return slices.Contains(x.options.Criteria, m.ID) }) {
			x.selected = append(x.selected, c)
			x.byControl[c.ID] = &controlPart{checks: map[string]map[soc2.Outcome]int{}}
		}
	}
	if x.limited() {
		x.leave("controls and findings of other criteria, and facts of kinds that no control of "+strings.Join(x.options.Criteria, ", ")+" looks at",
			"the bundle is limited to those criteria; the lines of the log are all there and name the resources, not what was seen of them")
	}
	return nil
}

// wanted says which facts the controls of the bundle look at.
func (x *exporter) wanted() func(evidence.Kind) bool {
	if !x.limited() {
		return func(evidence.Kind) bool { return true }
	}
	kinds := map[evidence.Kind]bool{}
	for _, c := range x.selected {
		for _, k := range c.Checks {
			kinds[k.Kind] = true
		}
		if c.AttestationAsked != nil {
			kinds["Attestation"] = true
		}
	}
	return func(k evidence.Kind) bool { return kinds[k] || x.options.Context(k) }
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
