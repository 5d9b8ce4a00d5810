package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var lastBackupRule = rule{kind: "Datastore", apply: func(w *world, s *subject) {
	d, ok := s.Body.(*evidence.Datastore)
	if !ok {
		return
	}
	var holes []evidence.Hole
	if d.LastBackup, holes = w.lastBackup(s.Resource); d.LastBackup == nil {
		s.miss("last_backup", holes)
	}
}}

// lastBackup is the newest copy that the backup service of a resource's region
// holds of it. That there is none only the whole list of that region can say.
func (w *world) lastBackup(r evidence.Resource) (*evidence.Moment, []evidence.Hole) {
	r.Kind = "ProtectedResource"
	f, ok := w.protected[r.Key()]
	if !ok {
		if holes := w.In(r.Provider, r.Account, r.Region, r.Kind); len(holes) > 0 {
			return nil, holes
		}
		return &evidence.Moment{Never: true}, nil
	}
	if h, lost := w.Fact(f); lost {
		return nil, []evidence.Hole{h}
	}
	p, ok := f.Body.(*evidence.ProtectedResource)
	if !ok || p.LastBackup == nil {
		return nil, sight.Holes(f, "last_backup")
	}
	at := *p.LastBackup
	return &at, nil
}

// protectedResources finds what a backup service holds a copy of by the
// identity it has itself.
func protectedResources(facts []evidence.Fact) map[evidence.Key]*evidence.Fact {
	index := map[evidence.Key]*evidence.Fact{}
	for i := range facts {
		if facts[i].Resource.Kind == "ProtectedResource" {
			index[facts[i].Resource.Key()] = &facts[i]
		}
	}
	return index
}
