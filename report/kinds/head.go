package kinds

import (
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// Head is what every report says of itself.
type Head struct {
	Organization string
	PreparedBy   string
	Made         time.Time
	Checked      bool      // the evidence log was verified for this report
	ScopeOf      time.Time // no configuration states the scope: it is that of the assessment of this time; zero: it is stated, or there is none
}

// begin is a document with what is said first in every report: that the data is
// made up, what was not observed, and that nobody checked the log.
func (h Head) begin(kind, title, subtitle string, a soc2.Assessment) document.Document {
	d := document.Document{
		Kind: kind, Title: title, Subtitle: subtitle, Organization: h.Organization, AsOf: a.At, Made: h.Made, PreparedBy: h.PreparedBy,
	}
	if a.SampleData {
		d.Notices = append(d.Notices, document.Notice{Tone: document.Sample, Title: "Sample data.", Text: "A made-up company, replayed from files. Nothing here is about your systems."})
	}
	if n := unseen(a); n != "" {
		d.Notices = append(d.Notices, document.Notice{Tone: document.Unseen, Title: "Not all was observed.", Text: n})
	}
	if !h.Checked {
		d.Notices = append(d.Notices, document.Notice{Tone: document.Info, Title: "The evidence log was not checked for this report.", Text: "controlwatch verify does that, and says how far the log is protected against those who run the program themselves."})
	}
	if !h.ScopeOf.IsZero() {
		d.Notices = append(d.Notices, document.Notice{Tone: document.Info, Title: "No configuration was given.", Text: fmt.Sprintf("The scope, its systems and owners are those of the assessment of %s; parameters and decisions of a configuration are not in it.", h.ScopeOf.UTC().Format("2006-01-02 15:04 UTC"))})
	}
	return d
}

// unseen says how much was not seen; empty: all was.
func unseen(a soc2.Assessment) string {
	findings := a.Outcomes[soc2.Unobserved]
	if len(a.Feeds) == 0 {
		return "No source had been read: nothing in this report rests on evidence."
	}
	if findings == 0 && len(a.Holes) == 0 {
		return ""
	}
	return fmt.Sprintf("%s could not be judged and %s missing. What was not seen counts as holding nowhere in this report.",
		counted(findings, "finding", "findings"), counted(len(a.Holes), "piece of evidence is", "pieces of evidence are"))
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// outcomeTone is how an outcome is shown, and its word.
func outcomeTone(o soc2.Outcome) (document.Tone, string) {
	switch o {
	case soc2.Fail:
		return document.Bad, "fails"
	case soc2.Pass:
		return document.Good, "passes"
	case soc2.NotApplicable:
		return document.None, "not applicable"
	case soc2.Unobserved:
	}
	return document.Unseen, "unobserved"
}

// criterionTone is how the state of a criterion or requirement is shown, and its words.
func criterionTone(s soc2.CriterionState) (document.Tone, string) {
	switch s {
	case soc2.GapSeen:
		return document.Bad, "gap seen"
	case soc2.NoGapSeen:
		return document.Good, "no gap seen"
	case soc2.OutOfScope:
		return document.None, "out of scope"
	case soc2.EvidenceIncomplete:
	}
	return document.Unseen, "evidence incomplete"
}

// severityTone is how a severity is shown.
func severityTone(s soc2.Severity) document.Tone {
	switch s {
	case soc2.Critical:
		return document.Critical
	case soc2.High:
		return document.High
	case soc2.Medium:
		return document.Medium
	case soc2.Low:
		return document.Low
	}
	return document.Unseen
}
