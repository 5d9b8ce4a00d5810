package report

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

func (s *summary) criteria(results []soc2.CriterionResult) {
	s.section("Criteria")
	for _, state := range soc2.CriterionStates {
		var ids []string
		for _, c := range results {
			if c.State == state {
				ids = append(ids, escaped(c.ID))
			}
		}
		label := fmt.Sprintf("%-20s%3d  ", state, len(ids))
		s.lines(2, s.paint(criterionColours(state), label), strings.Join(ids, " "))
	}
	s.lines(2, "", "No state is an opinion on an audit.")
	asked := false
	for _, c := range results {
		if c.State != soc2.NoGapSeen {
			continue
		}
		if !asked {
			s.lines(2, "", "Where no gap was seen, this remains for a person:")
			asked = true
		}
		s.lines(4, escaped(c.ID)+"  ", orSay(prose(c.Residual), "not stated")...)
	}
}

func criterionColours(state soc2.CriterionState) colours {
	switch state {
	case soc2.GapSeen:
		return outcomeColours(soc2.Fail)
	case soc2.EvidenceIncomplete:
		return outcomeColours(soc2.Unobserved)
	case soc2.NoGapSeen:
		return outcomeColours(soc2.Pass)
	case soc2.OutOfScope:
	}
	return outcomeColours(soc2.NotApplicable)
}
