package metrics

import "github.com/controlwatch/controlwatch/soc2"

// What there is to say of decisions that narrow.
var (
	decisions = gauge("controlwatch_decisions",
		"Decisions by where they are in their life: requested, in-force, expired, withdrawn, refused or unreadable. Only those in force narrow anything.", "kind", "state")
	decisionsExpiring = gauge("controlwatch_decisions_expiring",
		"Of the decisions in force, those that end soon (warn_before_expiry of the configuration; 30 days).", "kind")
	decisionsUnused = gauge("controlwatch_decisions_unused",
		"Of the decisions in force, those that pick nothing now.", "kind")
	decisionsOverlapping = gauge("controlwatch_decisions_overlapping",
		"Of the decisions in force, those that pick a finding that another one of their kind picks too.", "kind")
	decisionsNextExpiry = gauge("controlwatch_decisions_next_expiry_timestamp_seconds",
		"When the next decision in force ends; there is no series while none is. Days until then: (this - time()) / 86400.", "kind")
	narrowedUnrecorded = gauge("controlwatch_narrowed_without_decision",
		"Parameters that are not the catalogue's (relaxation), settings that leave something unread (skip), and what is left out of scope (scope), without a recorded decision in force.", "kind")
)

func (p *projector) decided(a soc2.Assessment) {
	unrecorded := map[soc2.DecisionKind]int{}
	for _, n := range soc2.Unrecorded(a.Narrowings) {
		unrecorded[n.Kind]++
	}
	for _, kind := range soc2.DecisionKinds {
		c := soc2.CountDecisions(a.Decisions, kind)
		for _, life := range soc2.DecisionLives {
			p.add(decisions, float64(c.Lives[life]), string(kind), string(life))
		}
		p.add(decisionsExpiring, float64(c.Expiring), string(kind))
		p.add(decisionsUnused, float64(c.Unused), string(kind))
		p.add(decisionsOverlapping, float64(c.Overlapping), string(kind))
		if !c.NextExpiry.IsZero() {
			p.add(decisionsNextExpiry, seconds(c.NextExpiry), string(kind))
		}
		if kind != soc2.Accept && kind != soc2.Exclude {
			p.add(narrowedUnrecorded, float64(unrecorded[kind]), string(kind))
		}
	}
}
