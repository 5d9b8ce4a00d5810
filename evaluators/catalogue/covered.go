package catalogue

import "github.com/controlwatch/controlwatch/soc2"

// Answers gives the checks that answer each row, as control/check, in the order
// of the catalogue.
func Answers(cat soc2.Catalogue) map[string][]string {
	answers := map[string][]string{}
	for _, c := range cat.Controls {
		for _, k := range c.Checks {
			for _, row := range k.Covers {
				answers[row] = append(answers[row], c.ID+"/"+k.ID)
			}
		}
		if a := c.AttestationAsked; a != nil {
			for _, row := range a.Covers {
				answers[row] = append(answers[row], c.ID+"/"+soc2.AttestationCheck)
			}
		}
	}
	return answers
}
