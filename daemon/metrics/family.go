package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
)

// family is one metric name: what it is called, labelled with, and means.
type family struct {
	name   string
	kind   prometheus.ValueType // of projected families
	labels []string
	help   string
	desc   *prometheus.Desc
}

func gauge(name, help string, labels ...string) *family {
	return projected(name, prometheus.GaugeValue, help, labels)
}

func counter(name, help string, labels ...string) *family {
	return projected(name, prometheus.CounterValue, help, labels)
}

func projected(name string, kind prometheus.ValueType, help string, labels []string) *family {
	return &family{name: name, kind: kind, labels: labels, help: help, desc: prometheus.NewDesc(name, help, labels, nil)}
}

// What an assessment says.
var (
	assessmentTimestamp = gauge("controlwatch_assessment_timestamp_seconds",
		"Clock time the published assessment judged at.")
	sampleData = gauge("controlwatch_sample_data",
		"1 if the published assessment is of the sample company and says nothing of yours.")
	controlInfo = gauge("controlwatch_control_info",
		"1 for each control, with what describes it. Join on control for severity and for the role that owns it.", "control", "severity", "adoption", "owner")
	controlState = gauge("controlwatch_control_state",
		"1 for the state a control is in (fail, unobserved, pass or not_applicable), 0 for the others.", "control", "state")
	criterionInfo = gauge("controlwatch_criterion_info",
		"1 for each Trust Services Criterion, with its category.", "criterion", "category")
	criterionState = gauge("controlwatch_criterion_state",
		"1 for the state a criterion is in (gap-seen, evidence-incomplete, no-gap-seen or out-of-scope), 0 for the others.", "criterion", "state")
	findings = gauge("controlwatch_findings",
		"Findings, those excluded by a decision left out. Fail, unobserved and pass are there for each account of which a control judges anything; not_applicable is that of all accounts of a provider together and has an empty account.", "control", "outcome", "provider", "account")
	findingsAccepted = gauge("controlwatch_findings_accepted",
		"Failing findings that somebody decided to live with; they are among the failing ones too.", "control")
	findingsExcluded = gauge("controlwatch_findings_excluded",
		"Findings that a decision takes out of every other count.", "control")
	holes = gauge("controlwatch_holes",
		"Evidence that should exist and does not, by the reason it was not seen.", "provider", "collector", "reason")
	feedsPlanned = gauge("controlwatch_feeds_planned",
		"Scopes (regions, shards) that a collector is expected to read in an account.", "provider", "account", "collector")
	feedsComplete = gauge("controlwatch_feeds_complete",
		"Planned scopes whose newest pull is complete and not too old. Fewer than planned is missing evidence.", "provider", "account", "collector")
	pullSuccess = gauge("controlwatch_pull_last_success_timestamp_seconds",
		"Start of the newest complete pull, of the scope where that is longest ago; 0 if any scope never had one.", "provider", "account", "collector")
	pullDuration = gauge("controlwatch_pull_last_duration_seconds",
		"How long the newest pull took, of the scope where it took longest; of all accounts together.", "provider", "collector")
	driftWaiting = gauge("controlwatch_drift_waiting",
		"Findings that fail or were lost from sight, and count so, but are not announced as drift before more pulls confirm it.", "control")
	clockOffset = gauge("controlwatch_clock_offset_seconds",
		"How far a provider's clock is ahead of ours, at least, by the newest pulls; the one that is farthest. Absent where no answer was dated.", "provider")
	answersOverBudget = gauge("controlwatch_answers_over_budget",
		"Planned scopes whose newest pull could not keep its redacted answers, because the budget for them is used up; of all accounts together.", "provider", "collector")
	driftEvents = counter("controlwatch_drift_events_total",
		"Findings that differed from the assessment before, ever since the store began; a restart does not reset it.", "control", "change", "cause")
)

// projectedFamilies lists what is projected from an assessment.
var projectedFamilies = []*family{
	assessmentTimestamp, sampleData, controlInfo, controlState, criterionInfo, criterionState,
	findings, findingsAccepted, findingsExcluded, holes,
	decisions, decisionsExpiring, decisionsUnused, decisionsOverlapping, decisionsNextExpiry, narrowedUnrecorded,
	gapOpen, gapOverdue, gapOldest, gapUnowned, gapReadiness,
	periodStart, periodEnd, periodSeen, periodObserved, periodDeviations, periodLate, periodOpenHoles,
	attestationDue, attestationState, attestationControls, told, reviewItems, reviewOverdue, reviewUnreadable,
	feedsPlanned, feedsComplete, pullSuccess, pullDuration, answersOverBudget, clockOffset, driftWaiting, driftEvents,
}
