package kinds

import (
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// gapKinds are the kinds of gaps in words.
var gapKinds = map[soc2.GapKind]string{
	soc2.NoControl:      "no control",
	soc2.Undocumented:   "undocumented",
	soc2.WeakDesign:     "weak design",
	soc2.NotImplemented: "not implemented",
	soc2.NotOperating:   "not operating",
	soc2.NoEvidence:     "no evidence",
}

// gapKindsMean says what each means to a reader.
var gapKindsMean = map[soc2.GapKind]string{
	soc2.NoControl:      "no adopted control bears on the criterion",
	soc2.Undocumented:   "what is written is missing, or says otherwise than what is done",
	soc2.WeakDesign:     "a person concluded that the design does not do what it should",
	soc2.NotImplemented: "something fails, and nothing shows that the control was ever in place",
	soc2.NotOperating:   "the control is there, and does not hold everywhere or any more",
	soc2.NoEvidence:     "nothing is seen to fail, and nothing shows that it holds",
}

func kindWord(k soc2.GapKind) string {
	if w, ok := gapKinds[k]; ok {
		return w
	}
	return string(k)
}

// planTone is how the status of a plan's item is shown, and its word.
func planTone(s soc2.PlanStatus) (document.Tone, string) {
	switch s {
	case soc2.PlanClosed:
		return document.Good, "closed"
	case soc2.PlanAccepted:
		return document.None, "accepted"
	case soc2.PlanInProgress:
		return document.Info, "in progress"
	case soc2.PlanReopened:
		return document.Bad, "reopened"
	case soc2.PlanOpen:
		return document.Bad, "open"
	case soc2.PlanUnobserved:
	}
	return document.Unseen, "not observed"
}

// severityCell is a severity with its shape.
func severityCell(s soc2.Severity) document.Cell { return document.State(severityTone(s), s.String()) }

func statusCell(item *soc2.PlanItem) document.Cell {
	if item == nil {
		return document.State(document.Unseen, "not in the plan")
	}
	tone, word := planTone(item.Status)
	return document.State(tone, word)
}

// dueWords say until when, and whether that is over.
func dueWords(item *soc2.PlanItem, at time.Time) string {
	if item == nil {
		return "not in the plan"
	}
	s := day(item.Due)
	if item.Overdue && !item.Due.IsZero() {
		s += fmt.Sprintf(", %s overdue", counted(int(at.Sub(item.Due).Hours()/24), "day", "days"))
	}
	return s
}

func ownerWords(owner string) string {
	if owner == "" {
		return "nobody"
	}
	return owner
}

// forecastWords say when no gap may be left, with what is not certain about it.
func forecastWords(f soc2.Forecast) string {
	if !f.Known {
		return "When the last control that fails will be mended cannot be told: " + strings.TrimPrefix(f.Why, "It cannot be told: ")
	}
	latest := "more than five years from now"
	if !f.Latest.IsZero() {
		latest = day(f.Latest)
	}
	return fmt.Sprintf("The last control that fails may be mended around %s, and between %s and %s. %s It is arithmetic over the past, and no promise.", day(f.Likely), day(f.Earliest), latest, f.Why)
}

// factorWords say what a fact changed.
func factorWords(f soc2.RiskFactor) string {
	switch {
	case f.Unknown:
		return f.Why + ": not known, so that nothing changes"
	case f.Likelihood == 0 && f.Impact == 0:
		return f.Why + ": nothing changes"
	}
	var parts []string
	for _, x := range []struct {
		by   int
		what string
	}{{f.Likelihood, "likelihood"}, {f.Impact, "impact"}} {
		if x.by != 0 {
			parts = append(parts, fmt.Sprintf("%s %+d", x.what, x.by))
		}
	}
	return f.Why + ": " + strings.Join(parts, ", ")
}

// sentence ends with a full stop, and starts with a capital.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, "!") {
		s += "."
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func listed(all []string, none string) string {
	if len(all) == 0 {
		return none
	}
	return strings.Join(all, ", ")
}

// dayCell is a day: the time of day of a date to keep says nothing.
func dayCell(t time.Time) document.Cell { return document.Date(t.UTC().Truncate(24 * time.Hour)) }

// providerWord is how a provider spells itself.
func providerWord(p string) string {
	if w, ok := map[string]string{"aws": "AWS", "github": "GitHub", "okta": "Okta"}[p]; ok {
		return w
	}
	return p
}
