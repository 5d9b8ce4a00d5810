package soc2

// Criterion is one of the 61 Trust Services Criteria. Title and summary are our
// own words.
type Criterion struct {
	ID             string   `yaml:"id" json:"id"`             // "CC6.1"
	Category       string   `yaml:"category" json:"category"` // Security, Availability, Confidentiality, Processing Integrity, Privacy
	Series         string   `yaml:"series" json:"series"`     // "CC6 Logical and physical access"
	Title          string   `yaml:"title" json:"title"`
	Summary        string   `yaml:"summary" json:"summary"`
	Considerations []string `yaml:"considerations" json:"considerations"` // what to think of; they guide, they are no requirements
	Residual       string   `yaml:"residual" json:"residual"`             // what always remains for a person to judge
}

// CriterionState is what evidence says of a criterion. There is no "met": that
// is an auditor's opinion.
type CriterionState string

// The states of a criterion.
const (
	GapSeen            CriterionState = "gap-seen"
	EvidenceIncomplete CriterionState = "evidence-incomplete"
	NoGapSeen          CriterionState = "no-gap-seen"
	OutOfScope         CriterionState = "out-of-scope"
)

// CriterionStates lists them, worst first.
var CriterionStates = []CriterionState{GapSeen, EvidenceIncomplete, NoGapSeen, OutOfScope}

// StateOf rolls the outcomes of the controls of a criterion in scope up. No control at all,
// or only controls with nothing to look at, is incomplete evidence.
func StateOf(controls ...Outcome) CriterionState {
	switch RollUp(controls...) {
	case Fail:
		return GapSeen
	case Pass:
		return NoGapSeen
	case Unobserved, NotApplicable:
	}
	return EvidenceIncomplete
}
