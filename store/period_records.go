package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// catalogues says which controls were judged when, and how what judges changed.
func (r *periodReader) catalogues(ctx context.Context) error {
	kept, err := r.keptCatalogues(ctx)
	if err != nil {
		return err
	}
	before := map[string]int{}
	for n, run := range r.runs(func(a, b *assessedRow) bool { return a.judge != b.judge }) {
		a := r.assessed[run.first]
		now, known := kept[a.judge.Catalogue]
		if !known {
			if now, err = r.judgedControls(ctx, a); err != nil {
				return err
			}
			kept[a.judge.Catalogue] = now
		}
		for id := range now {
			h := r.control(id)
			h.Catalogued = append(h.Catalogued, run.time)
		}
		if n > 0 && !a.at.Before(r.query.Window.From) {
			change := soc2.JudgeChange{At: a.at, From: r.assessed[run.first-1].judge, To: a.judge, Unknown: !known}
			for _, id := range slices.Sorted(maps.Keys(now)) {
				if version, had := before[id]; !had {
					change.Added = append(change.Added, id)
				} else if version != now[id] {
					change.Changed = append(change.Changed, id)
				}
			}
			for _, id := range slices.Sorted(maps.Keys(before)) {
				if _, has := now[id]; !has {
					change.Removed = append(change.Removed, id)
				}
			}
			r.out.Judges = append(r.out.Judges, change)
		}
		before = now
	}
	for _, h := range r.out.Controls {
		h.Catalogued = soc2.Union(h.Catalogued...).Within(soc2.Interval{From: r.query.Window.From, To: r.until})
	}
	return nil
}

// keptCatalogues gives the versions of the controls of every catalogue that is kept,
// by its digest.
func (r *periodReader) keptCatalogues(ctx context.Context) (map[string]map[string]int, error) {
	all := map[string]map[string]int{}
	err := r.records(ctx, "catalogue", func(body []byte) error {
		var cat soc2.Catalogue
		if err := json.Unmarshal(body, &cat); err != nil || cat.Digest == "" {
			return nil //nolint:nilerr // another program's record: what was judged is told by the assessments
		}
		versions := map[string]int{}
		for _, c := range cat.Controls {
			versions[c.ID] = c.Version
		}
		all[cat.Digest] = versions
		return nil
	})
	return all, err
}

func (r *periodReader) records(ctx context.Context, kind string, each func([]byte) error) error {
	return r.tx.each(ctx, func(rows *sql.Rows) error {
		var b stored
		if err := rows.Scan(&b.digest, &b.body); err != nil {
			return err
		}
		if err := b.verify("record " + kind); err != nil {
			return err
		}
		return each(b.body)
	}, "SELECT b.digest, b.body FROM record r JOIN blob b ON b.id = r.blob WHERE r.kind = $1 AND r.seq <= $2 ORDER BY r.seq", kind, r.upTo)
}

// assessedResult is what is kept of an assessment's result, as encodeAssessment has it.
type assessedResult struct {
	Controls []struct {
		ID            string       `json:"id"`
		Adoption      string       `json:"adoption"`
		State         soc2.Outcome `json:"state"`
		Failing       int          `json:"failing"`
		Unobserved    int          `json:"unobserved"`
		Passing       int          `json:"passing"`
		NotApplicable int          `json:"not_applicable"`
		Accepted      int          `json:"accepted"`
		Excluded      int          `json:"excluded"`
	} `json:"controls"`
}

// judgedControls are the controls an assessment judged; of their versions nothing is known.
func (r *periodReader) judgedControls(ctx context.Context, a assessedRow) (map[string]int, error) {
	var result assessedResult
	controls := map[string]int{}
	if err := r.blob(ctx, a.result, "result of an assessment", &result); err != nil {
		if _, pruned := r.tx.pruned(ctx, err); pruned {
			return controls, nil // of what was judged then, only the verdicts are known
		}
		return nil, err
	}
	for _, c := range result.Controls {
		controls[c.ID] = 0
	}
	return controls, nil
}

// standing is the state of each control at the newest assessment.
func (r *periodReader) standing(ctx context.Context) error {
	if len(r.assessed) == 0 {
		return nil
	}
	var result assessedResult
	if err := r.blob(ctx, r.assessed[len(r.assessed)-1].result, "result of an assessment", &result); err != nil {
		if _, pruned := r.tx.pruned(ctx, err); pruned {
			return nil // how each control stood is not known any more, and told so
		}
		return err
	}
	for _, c := range result.Controls {
		r.control(c.ID).Standing = soc2.Standing{
			State: c.State, Known: true, Adoption: c.Adoption, Failing: c.Failing, Unobserved: c.Unobserved, Passing: c.Passing,
			NotApplicable: c.NotApplicable, Accepted: c.Accepted, Excluded: c.Excluded,
		}
	}
	return nil
}

// attested are the attestations that are there, and when each was first pulled.
func (r *periodReader) attested(ctx context.Context) error {
	at := map[int64]int{}
	gone := map[int64]bool{}
	err := r.tx.each(ctx, func(rows *sql.Rows) error {
		var resource, seq int64
		var ref string
		var b stored
		if err := rows.Scan(&resource, &seq, &ref, &b.digest, &b.body); err != nil {
			return err
		}
		gone[resource] = b.digest == nil
		if b.digest == nil {
			return nil
		}
		var body struct {
			Body evidence.Attestation `json:"body"`
		}
		if err := b.decode("attestation "+ref, &body); err != nil {
			return err
		}
		i, known := at[resource]
		if !known {
			t, err := r.timesOf(ctx, seq)
			if err != nil {
				return err
			}
			i = len(r.out.Attested)
			at[resource] = i
			r.out.Attested = append(r.out.Attested, soc2.AttestedAct{ID: ref, Recorded: fromMicros(t.finished)})
		}
		r.out.Attested[i].Attestation = body.Body
		return nil
	}, `SELECT c.resource, c.seq, r.ref, b.digest, b.body FROM population p JOIN fact_change c ON c.population = p.id
		JOIN resource r ON r.id = c.resource LEFT JOIN blob b ON b.id = c.blob
		WHERE p.kind = 'Attestation' AND c.seq <= $1 ORDER BY c.seq`, r.upTo)
	var there []soc2.AttestedAct
	for resource, i := range at {
		if !gone[resource] {
			there = append(there, r.out.Attested[i])
		}
	}
	slices.SortFunc(there, func(a, b soc2.AttestedAct) int { return compareText(a.ID, b.ID) })
	r.out.Attested = there
	return err
}

// decisions are all that were ever in force.
func (r *periodReader) decisions(ctx context.Context) error {
	return r.records(ctx, "decisions", func(body []byte) error {
		var all []soc2.Decision
		if err := json.Unmarshal(body, &all); err != nil {
			return fmt.Errorf("decode decisions: %w", err)
		}
		for _, d := range all {
			if !slices.Contains(r.out.Decisions, d) {
				r.out.Decisions = append(r.out.Decisions, d)
			}
		}
		return nil
	})
}

// DesignConclusions is the kind of entry that holds a person's conclusion on the
// design of a control; see soc2.ReadDesignConclusion.
const DesignConclusions = soc2.EntryDesignConclusion

func (r *periodReader) designs(ctx context.Context) error {
	for e, err := range r.store.Entries(ctx, DesignConclusions) {
		if err != nil {
			return err
		}
		if !e.At.Before(r.until) {
			continue
		}
		r.out.Designs = append(r.out.Designs, soc2.ReadDesignConclusion(e.Recorded()))
	}
	return nil
}
