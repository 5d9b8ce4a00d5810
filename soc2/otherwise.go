package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// NoVerdict stands for the outcome of a finding that one of two judges does not have.
const NoVerdict = "not_judged"

// Otherwise is one finding that another judge judges otherwise, for as long as it
// does: from the first assessment that shows it to the first that shows it no more.
type Otherwise struct {
	Control     string            `json:"control"`
	Check       string            `json:"check"`
	Resource    evidence.Resource `json:"resource"`
	Was         string            `json:"was"`   // an outcome, or not_judged
	Would       string            `json:"would"` // the same, as re-performed
	From        time.Time         `json:"from"`
	To          time.Time         `json:"to,omitzero"` // zero: at the last assessment that was replayed it still was so
	First       string            `json:"first"`       // assessment
	Last        string            `json:"last"`
	Assessments int               `json:"assessments"` // that show it
}

// OutcomesOfDay counts findings by the last assessment of a day that was replayed,
// as it was judged then and as re-performed. Excluded ones are not counted.
type OutcomesOfDay struct {
	Day         string         `json:"day"` // in UTC
	Assessment  string         `json:"assessment"`
	Assessments int            `json:"assessments"` // replayed of the day
	Differing   int            `json:"differing"`   // findings judged otherwise at the last of them
	Was         map[string]int `json:"was"`
	Would       map[string]int `json:"would"`
}

// SideBySide follows findings through assessments as two judges see them.
type SideBySide struct {
	open map[FindingKey]*Otherwise
	done []Otherwise
	days []OutcomesOfDay
	seen map[FindingKey]bool // judged otherwise in the assessment under way
	at   time.Time
	id   string
}

// NewSideBySide begins without any assessment.
func NewSideBySide() *SideBySide { return &SideBySide{open: map[FindingKey]*Otherwise{}} }

// Begin begins the next assessment.
func (s *SideBySide) Begin(id string, at time.Time) {
	s.id, s.at, s.seen = id, at, map[FindingKey]bool{}
	day := at.UTC().Format(time.DateOnly)
	n := 0
	if last := len(s.days) - 1; last >= 0 && s.days[last].Day == day {
		n = s.days[last].Assessments
		s.days = s.days[:last]
	}
	s.days = append(s.days, OutcomesOfDay{Day: day, Assessment: id, Assessments: n + 1, Was: map[string]int{}, Would: map[string]int{}})
}

// Add gives one finding as both have it.
func (s *SideBySide) Add(key FindingKey, r evidence.Resource, was, would string, excluded bool) {
	day := &s.days[len(s.days)-1]
	if !excluded {
		day.Was[was]++
		day.Would[would]++
	}
	if was == would {
		return
	}
	day.Differing++
	s.seen[key] = true
	o := s.open[key]
	if o != nil && (o.Was != was || o.Would != would) {
		s.close(key, o)
		o = nil
	}
	if o == nil {
		o = &Otherwise{Control: key.Control, Check: key.Check, Resource: r, Was: was, Would: would, From: s.at, First: s.id}
		s.open[key] = o
	}
	o.Last = s.id
	o.Assessments++
}

// End ends the assessment: what it did not show is over.
func (s *SideBySide) End() {
	for key, o := range s.open {
		if !s.seen[key] {
			s.close(key, o)
		}
	}
}

func (s *SideBySide) close(key FindingKey, o *Otherwise) {
	o.To = s.at
	s.done = append(s.done, *o)
	delete(s.open, key)
}

// All gives every finding judged otherwise, by control, check, resource and time.
func (s *SideBySide) All() []Otherwise {
	all := slices.Clone(s.done)
	for _, o := range s.open {
		all = append(all, *o)
	}
	slices.SortFunc(all, func(a, b Otherwise) int {
		if c := a.key().Compare(b.key()); c != 0 {
			return c
		}
		return a.From.Compare(b.From)
	})
	return all
}

// Days counts by day.
func (s *SideBySide) Days() []OutcomesOfDay { return s.days }

func (o Otherwise) key() FindingKey {
	return FindingKey{Control: o.Control, Check: o.Check, Resource: o.Resource.Key()}
}
