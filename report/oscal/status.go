package oscal

import "github.com/controlwatch/controlwatch/soc2"

// StatusOf says an outcome in OSCAL's words.
//
// OSCAL knows "satisfied" and "not-satisfied" only, and no third. What was not seen
// must never read as satisfied, so it is not-satisfied with reason "other" (neither
// "pass" nor "fail": the tool did not find it wanting), and a property and a remark
// say "unobserved". A reader who counts states counts it as open, which it is; one
// who leaves a finding out because it has none would not count it at all. The same
// goes for what is not applicable: that nothing of a kind exists satisfies nothing.
func StatusOf(o soc2.Outcome) Status {
	switch o {
	case soc2.Pass:
		return Status{State: "satisfied", Reason: "pass"}
	case soc2.Fail:
		return Status{State: "not-satisfied", Reason: "fail"}
	case soc2.NotApplicable:
		return other("Not applicable: complete pulls show that nothing of the kind exists.")
	case soc2.Unobserved:
	}
	return other("Unobserved: it was not seen, or not all of it; it neither passed nor failed.")
}

// other is neither a pass nor a fail.
func other(why string) Status {
	return Status{State: "not-satisfied", Reason: "other", Remarks: why}
}

// riskStatus is how far a gap is, in OSCAL's words. Those closed are closed by
// evidence; what a person decided to live with is an approved deviation.
func riskStatus(s soc2.PlanStatus) string {
	switch s {
	case soc2.PlanClosed:
		return "closed"
	case soc2.PlanAccepted:
		return "deviation-approved"
	case soc2.PlanInProgress:
		return "remediating"
	case soc2.PlanUnobserved:
		return "investigating"
	case soc2.PlanOpen, soc2.PlanReopened:
	}
	return "open"
}
