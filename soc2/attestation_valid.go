package soc2

import (
	"strconv"
	"time"
)

// ValidUntil is until when an attestation counts that was performed at a time; not ok:
// the validity cannot be read, and it never counts.
func (a AttestationAsked) ValidUntil(performed time.Time) (until time.Time, ok bool) {
	m := spanOfDays.FindStringSubmatch(a.Validity)
	if m == nil || performed.IsZero() {
		return time.Time{}, false
	}
	n := func(i int) int {
		v, _ := strconv.Atoi(m[i]) // digits only, or empty: 0
		return v
	}
	until = performed.UTC().AddDate(n(1), n(2), 7*n(3)+n(4))
	return until, until.After(performed)
}
