package soc2

import "fmt"

// Outcome is what one check says of one resource. The zero value is Unobserved,
// on purpose: whatever forgets to decide has not seen.
type Outcome int

// The outcomes, as in design: unobserved is never a pass.
const (
	Unobserved Outcome = iota
	Pass
	Fail
	NotApplicable
)

// Outcomes lists every outcome in the order reports use.
var Outcomes = []Outcome{Fail, Unobserved, Pass, NotApplicable}

// String is the spelling used in JSON and metrics.
func (o Outcome) String() string {
	switch o {
	case Unobserved:
		return "unobserved"
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	case NotApplicable:
		return "not_applicable"
	}
	return fmt.Sprintf("outcome(%d)", int(o))
}

// MarshalText writes the JSON spelling.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the JSON spelling; anything else is an error.
func (o *Outcome) UnmarshalText(b []byte) error {
	for _, known := range Outcomes {
		if known.String() == string(b) {
			*o = known
			return nil
		}
	}
	return fmt.Errorf("outcome %q: expected fail, unobserved, pass or not_applicable", b)
}

// RollUp is the worst of several outcomes: fail > unobserved > pass >
// not applicable. Of none it is not applicable, which is true only where
// complete pulls showed that nothing of the kind exists; where they did not, the
// unseen scope has an unobserved finding of its own.
func RollUp(outcomes ...Outcome) Outcome {
	worst := NotApplicable
	for _, o := range outcomes {
		if rank(o) > rank(worst) {
			worst = o
		}
	}
	return worst
}

func rank(o Outcome) int {
	switch o {
	case NotApplicable:
		return 0
	case Pass:
		return 1
	case Unobserved:
		return 2
	case Fail:
		return 3
	}
	return 2 // what is not known is not seen
}
