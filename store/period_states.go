package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
	"sort"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// mostNames bounds the resources that are named where a check could not be judged.
const mostNames = 8

// standing is how a finding stands, as far as a period asks.
type stood struct {
	outcome  soc2.Outcome
	gone     bool
	accepted int64 // until when, in microseconds; 0: not
}

// held is stood from one assessment on.
type heldFrom struct {
	stood
	severity soc2.Severity
	from     int // place of the assessment
}

// periodCheck is a check that was judged at any time.
type periodCheck struct{ control, check string }

// stateReader goes through the states of all resources, one after the other.
type stateReader struct {
	*periodReader
	lists    checkLists
	checks   []periodCheck
	places   map[periodCheck]int
	of       map[*checkList][]int // places of a list's checks
	history  [][]heldFrom         // of the resource, by place of check
	touched  []int
	scopes   map[int64]bool // resources that stand for a scope
	unjudged map[unjudgedKey]*soc2.Unjudged
	times    []int64
	window   soc2.Interval
}

type unjudgedKey struct{ check, from, to int }

func (r *periodReader) states(ctx context.Context) error {
	s := &stateReader{
		periodReader: r, lists: checkLists{tx: r.tx, byBlob: map[int64]*checkList{}}, places: map[periodCheck]int{}, of: map[*checkList][]int{},
		scopes: map[int64]bool{}, unjudged: map[unjudgedKey]*soc2.Unjudged{}, window: soc2.Interval{From: r.query.Window.From, To: r.until},
	}
	if err := s.findScopes(ctx); err != nil {
		return err
	}
	names, err := r.tx.names(ctx, r.upTo)
	if err != nil {
		return err
	}
	var current int64
	var typ, name string
	finish := func() error {
		if len(s.touched) == 0 {
			return nil
		}
		return s.resource(ctx, current, typ, name)
	}
	err = r.tx.each(ctx, func(rows *sql.Rows) error {
		var resource, seq, checks int64
		var rawType, rawName, packed sql.RawBytes
		if err := rows.Scan(&resource, &seq, &rawType, &rawName, &checks, &packed); err != nil {
			return err
		}
		if resource != current {
			if err := finish(); err != nil {
				return err
			}
			current = resource
		}
		if s.scopes[resource] {
			return nil // how its list was looked at is told by the pulls
		}
		if string(rawType) != typ || string(rawName) != name {
			typ, name = string(rawType), string(rawName)
		}
		if name == "" {
			name = names[resource]
		}
		list, err := s.lists.read(ctx, checks)
		if err != nil {
			return err
		}
		return s.row(r.place(seq), list, packed)
	}, "SELECT resource, seq, type, name, checks, states FROM finding_state WHERE seq <= $1 ORDER BY resource, seq", r.upTo)
	if err == nil {
		err = finish()
	}
	if err != nil {
		return err
	}
	for key, u := range s.unjudged {
		h := r.control(s.checks[key.check].control)
		h.Unjudged = append(h.Unjudged, *u)
	}
	for _, h := range r.out.Controls {
		slices.SortFunc(h.Unjudged, func(a, b soc2.Unjudged) int {
			if c := a.From.Compare(b.From); c != 0 {
				return c
			}
			return compareText(a.Check, b.Check)
		})
		slices.SortStableFunc(h.Deviations, func(a, b soc2.Deviation) int { return a.FirstBad.Compare(b.FirstBad) })
	}
	return nil
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *stateReader) findScopes(ctx context.Context) error {
	return s.tx.each(ctx, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		s.scopes[id] = true
		return err
	}, "SELECT id FROM resource WHERE kind = $1", string(evidence.KindScope))
}

// place is the place of an assessment, by its number.
func (r *periodReader) place(seq int64) int {
	return sort.Search(len(r.assessed), func(i int) bool { return r.assessed[i].seq >= seq })
}

// at is when the assessment of a place was made; after the last of them, until when
// the period is told.
func (r *periodReader) at(place int) time.Time {
	if place >= len(r.assessed) {
		return r.until
	}
	return r.assessed[place].at
}

func (s *stateReader) placesOf(list *checkList) []int {
	if places, ok := s.of[list]; ok {
		return places
	}
	places := make([]int, len(list.of))
	for i, c := range list.of {
		check := periodCheck{c[0], c[1]}
		place, known := s.places[check]
		if !known {
			place = len(s.checks)
			s.places[check] = place
			s.checks, s.history = append(s.checks, check), append(s.history, nil)
		}
		places[i] = place
	}
	s.of[list] = places
	return places
}

// row notes what differs in one row. It reads what pack wrote, as unpack does, but
// makes nothing of inputs and times that a period does not ask for.
func (s *stateReader) row(at int, list *checkList, packed []byte) error {
	p := unpacker{rest: packed}
	version := p.octet()
	if version != statesVersion && version != firstStatesVersion {
		return errStates
	}
	for range p.count() {
		p.skipInputs()
	}
	s.times = s.times[:0]
	for range p.count() {
		us, n := binary.Varint(p.rest)
		if n <= 0 {
			return errStates
		}
		p.rest = p.rest[n:]
		s.times = append(s.times, us)
	}
	for _, check := range s.placesOf(list) {
		flags := p.octet()
		now := heldFrom{stood: stood{outcome: soc2.Outcome(flags & 3), gone: flags&flagGone != 0}, from: at}
		now.severity = soc2.Severity(p.uvarint()) // written from one
		p.uvarint()
		p.uvarint()
		p.uvarint()
		if flags&flagAccepted != 0 {
			if i := p.uvarint(); i < uint64(len(s.times)) {
				now.accepted = s.times[i]
			} else {
				p.bad = true
			}
		}
		if flags&flagMore != 0 {
			p.skipMore()
		}
		held := s.history[check]
		if len(held) == 0 {
			s.touched = append(s.touched, check)
		}
		if n := len(held); n > 0 && held[n-1].stood == now.stood {
			continue
		}
		s.history[check] = append(held, now)
	}
	if p.bad || len(p.rest) > 0 {
		return errStates
	}
	return nil
}

func (p *unpacker) skipInputs() {
	n := p.uvarint()
	if n == 0 {
		n = 33
	}
	if n-1 > uint64(len(p.rest)) {
		p.bad, p.rest = true, nil
		return
	}
	p.rest = p.rest[n-1:]
}

// resource tells what a resource adds to the period.
func (s *stateReader) resource(ctx context.Context, id int64, typ, name string) error {
	slices.Sort(s.touched)
	var seen *resourceHistory
	var counted map[string]bool // whether a control's checks applied
	for _, check := range s.touched {
		held := s.history[check]
		c := s.checks[check]
		failed := false
		for i, h := range held {
			failed = failed || h.outcome == soc2.Fail && !h.gone
			end := len(s.assessed)
			if i+1 < len(held) {
				end = held[i+1].from
			}
			span := soc2.Interval{From: s.at(h.from), To: s.at(end)}.Within(s.window)
			if h.gone || span.Empty() || c.check == soc2.AttestationCheck {
				continue
			}
			if counted == nil {
				counted = map[string]bool{}
			}
			counted[c.control] = counted[c.control] || h.outcome != soc2.NotApplicable
			if h.outcome == soc2.Unobserved {
				s.unseen(unjudgedKey{check, h.from, end}, span, id, name)
			}
		}
		if failed {
			if seen == nil {
				var err error
				if seen, err = s.resourceHistory(ctx, id, typ, name); err != nil {
					return err
				}
			}
			if err := s.deviations(ctx, seen, c, held); err != nil {
				return err
			}
		}
		s.history[check] = held[:0]
	}
	for control, applied := range counted {
		h := s.control(control)
		h.Resources++
		if applied {
			h.Applicable++
		}
	}
	s.touched = s.touched[:0]
	return nil
}

func (s *stateReader) unseen(key unjudgedKey, span soc2.Interval, id int64, name string) {
	u := s.unjudged[key]
	if u == nil {
		u = &soc2.Unjudged{Interval: span, Check: s.checks[key.check].check}
		s.unjudged[key] = u
	}
	u.Resources++
	if len(u.Names) < mostNames {
		if name == "" {
			name = "resource " + resourceNumber(id)
		}
		u.Names = append(u.Names, name)
	}
}
