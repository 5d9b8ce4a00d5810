package report

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// mostNotAdopted is how many controls that are not adopted are named.
const mostNotAdopted = 30

// periodAdopted tells the adopted controls in the company's wording, and lists what is
// not adopted: nothing of the catalogue is left out in silence.
func (s *summary) periodAdopted(p soc2.Period) {
	if !p.Adopting {
		return
	}
	worded := 0
	s.section("In the company's words")
	for _, c := range p.Told() {
		for _, own := range c.Own {
			worded++
			s.lines(2, "", Safe(own.ID)+", shown by "+c.ID+": "+escaped(joined(own.Wording)))
		}
		if c.Adoption != string(soc2.Adopted) {
			s.lines(2, "", c.ID+" was adopted within the period, and is "+c.Adoption+" now")
		}
	}
	if worded == 0 {
		s.lines(2, "", "None of the company's own controls is linked to an adopted one.")
	}
	for _, own := range p.Unlinked {
		s.lines(2, "", s.paintOutcome(soc2.Unobserved, Safe(own.ID)+" is linked to nothing, so nothing shows that it holds: ")+escaped(joined(own.Wording)))
	}
	rest := p.NotAdopted()
	if len(rest) == 0 {
		return
	}
	n := map[string]int{}
	deviating := 0
	for _, c := range rest {
		n[c.Adoption]++
		if c.State == soc2.DeviationSeen {
			deviating++
		}
	}
	s.section("Not adopted")
	s.lines(2, "", fmt.Sprintf("%s of the catalogue: %d proposed, %d advisory, %d declined. No criterion holds by them; %d of them deviated.",
		count(len(rest), "control", "controls"), n[soc2.Proposed], n[string(soc2.Advisory)], n[string(soc2.Declined)], deviating))
	for i, c := range rest {
		if i == mostNotAdopted {
			s.lines(2, "", fmt.Sprintf("and %d more: -o csv and -o json have all", len(rest)-i))
			break
		}
		s.lines(2, "", c.ID+": "+c.Adoption+", "+strings.ReplaceAll(string(c.State), "-", " "))
	}
}
