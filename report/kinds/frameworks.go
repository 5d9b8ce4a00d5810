package kinds

import "github.com/controlwatch/controlwatch/soc2"

// Framework is a set of requirements that controls are mapped to.
type Framework struct {
	ID    string `json:"id"`    // its key in the catalogue
	Name  string `json:"name"`  // in full
	Short string `json:"short"` // the head of a column
	// Complete: all of its requirements are listed, so that those that no control is
	// mapped to can be named.
	Complete bool   `json:"complete"`
	Lists    string `json:"lists,omitempty"` // what of it is listed, if not simply all
}

// tsc is the key of the Trust Services Criteria.
const tsc = "tsc"

// frameworksOf puts the Trust Services Criteria first and those that are listed next.
// The benchmarks of CIS are named where a control is mapped to them: their lists are
// not ours to copy.
func frameworksOf(listed []soc2.Framework) []Framework {
	all := []Framework{{ID: tsc, Name: "Trust Services Criteria 2017 (SOC 2)", Short: "TSC", Complete: true}}
	for _, f := range listed {
		all = append(all, Framework{ID: f.ID, Name: f.Name, Short: f.Short, Complete: true, Lists: f.Lists})
	}
	return append(all, Framework{ID: "cis", Name: "CIS Benchmarks, as named", Short: "CIS"})
}
