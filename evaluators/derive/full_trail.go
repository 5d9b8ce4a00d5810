package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var fullTrailRule = rule{kind: "Account", apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	a.FullTrailDelivered = nil
	if s.Resource.Type != "aws.account" {
		return // elsewhere nobody has to make a trail first
	}
	delivered, holes := fullTrailDelivered(w, s)
	if len(holes) > 0 {
		s.miss("full_trail_delivered", holes)
		return
	}
	a.FullTrailDelivered = delivered
}}

// fullTrailDelivered is the newest delivery of a trail that leaves nothing out. It
// is of the account, not of a trail, so that an account without any trail is one
// too. A trail that might be full could have the newest one: then it is not known.
func fullTrailDelivered(w *world, s *subject) (*evidence.Moment, []evidence.Hole) {
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "AuditTrail")
	newest := &evidence.Moment{Never: true}
	for _, f := range w.beside(s.Resource, "AuditTrail") {
		if h, lost := w.Fact(f); lost {
			holes = append(holes, h)
			continue
		}
		t, ok := f.Body.(*evidence.AuditTrail)
		if !ok {
			continue
		}
		full := fullTrail(&subject{f}, t)
		switch {
		case !full.known:
			holes = append(holes, full.holes...)
		case !full.value:
		case t.LastDelivered == nil:
			holes = append(holes, sight.Holes(f, "last_delivered")...)
		case !t.LastDelivered.Never && (newest.Never || t.LastDelivered.At.After(newest.At)):
			newest = t.LastDelivered
		}
	}
	return newest, holes
}

// fullTrail: active, everywhere, every management event, and nothing wrong with
// what it delivers.
func fullTrail(trail *subject, t *evidence.AuditTrail) truth {
	delivers := unseen(sight.Holes(trail.Fact, "delivery_error")...)
	if t.DeliveryError != nil {
		delivers = definite(*t.DeliveryError == "")
	}
	return and(
		trail.look("active", t.Active), trail.look("everywhere", t.Everywhere),
		trail.look("reads", t.Reads), trail.look("writes", t.Writes), delivers,
	)
}
