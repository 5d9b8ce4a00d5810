package soc2

import (
	"slices"
	"strings"
	"time"
)

// Decider marks findings with decisions, one resource after the other, and counts
// what each decision picks: those in force, and what the others would.
type Decider struct {
	at        time.Time
	all       []Decision
	inForce   []bool
	of        map[string][]int // by control; those of any control under ""
	picked    []picked
	mostNamed int
}

// picked is what a decision picks.
type picked struct {
	findings int
	named    []Picked     // the first of them
	overlaps map[int]bool // decisions of its kind that pick what it picks
}

// NewDecider takes decisions as they are at a time.
func NewDecider(decisions []Decision, at time.Time) *Decider {
	d := &Decider{at: at, all: decisions, inForce: make([]bool, len(decisions)), of: map[string][]int{}, picked: make([]picked, len(decisions))}
	for i := range decisions {
		one := &decisions[i]
		if one.Kind != Accept && one.Kind != Exclude {
			continue // they are about no finding
		}
		d.inForce[i] = one.InForce(at)
		d.of[one.Control] = append(d.of[one.Control], i)
	}
	return d
}

// Naming keeps which findings each decision picks, up to a number.
func (d *Decider) Naming(most int) *Decider {
	d.mostNamed = most
	return d
}

// Mark marks what is judged of one resource. It never changes an outcome and never
// removes a finding.
func (d *Decider) Mark(findings []Finding) {
	if len(d.of) == 0 {
		return
	}
	var accepting, excluding []int
	for i := range findings {
		f := &findings[i]
		accepting, excluding = accepting[:0], excluding[:0]
		for _, n := range [2][]int{d.of[f.Control], d.of[""]} {
			for _, k := range n {
				one := &d.all[k]
				if !one.Picks(f) {
					continue
				}
				d.pick(k, f)
				switch {
				case !d.inForce[k]:
				case one.Kind == Accept:
					accepting = append(accepting, k)
				default:
					excluding = append(excluding, k)
				}
			}
		}
		d.mark(f, accepting, excluding)
	}
}

func (d *Decider) pick(k int, f *Finding) {
	p := &d.picked[k]
	p.findings++
	if len(p.named) < d.mostNamed {
		p.named = append(p.named, Picked{f.Key(), f.Resource.Name})
	}
}

func (d *Decider) mark(f *Finding, accepting, excluding []int) {
	if len(accepting) > 0 {
		one := d.governing(accepting)
		f.Acceptance = &Acceptance{
			ID: one.ID, Also: d.others(accepting, one.ID), Reason: one.Reason, Compensating: one.Compensating, Approver: one.Approver, Expires: one.Expires,
		}
	}
	if len(excluding) > 0 {
		f.ExcludedBy = d.governing(excluding).ID
	}
}

// governing notes which decisions overlap and gives the one that ends first.
func (d *Decider) governing(picking []int) *Decision {
	first := &d.all[picking[0]]
	for _, k := range picking[1:] {
		if one := &d.all[k]; one.Sooner(*first) {
			first = one
		}
	}
	if len(picking) > 1 {
		for _, a := range picking {
			for _, b := range picking {
				if a == b {
					continue
				}
				if d.picked[a].overlaps == nil {
					d.picked[a].overlaps = map[int]bool{}
				}
				d.picked[a].overlaps[b] = true
			}
		}
	}
	return first
}

func (d *Decider) others(picking []int, governing string) string {
	if len(picking) < 2 {
		return ""
	}
	var ids []string
	for _, k := range picking {
		if id := d.all[k].ID; id != governing {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}
