package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Line is a thing said of a notice or an alert: a name and what is said.
type Line struct{ Name, Text string }

// SampleWords are said in every message about the sample company.
const SampleWords = "This is the sample company: nothing in this message is real."

const owner, system = "Owner", "System"

// limits of what one alert says, in characters. A command or a policy may be
// long; where it is cut, the page has the whole.
const (
	mostTitle = 300
	mostText  = 600
	mostLines = 12
)

// Mark is the first word of every message. Whoever reads only that must not be
// told less than is so: what is not known to have ended has not.
func (n Notice) Mark() string {
	switch {
	case n.Kind == Test:
		return "TEST"
	case n.Kind == Digest:
		return "DIGEST"
	case n.Status == Resolved && n.Class == OutOfSight:
		return "NO LONGER OUT OF SIGHT" // which is not to say that it holds
	case n.Status == Resolved:
		return "RESOLVED"
	case n.Class == OutOfSight:
		return "OUT OF SIGHT, " + SeverityWord(n.Severity)
	}
	return SeverityWord(n.Severity)
}

// SeverityWord is a severity in capitals. One that is not known is said to be so.
func SeverityWord(s soc2.Severity) string {
	if s < soc2.Low || s > soc2.Critical {
		return "SEVERITY NOT KNOWN"
	}
	return strings.ToUpper(s.String())
}

// Heading is the notice in a line.
func (n Notice) Heading() string {
	title := Brief(n.Title, mostTitle)
	if title == "" {
		title = "no title"
	}
	h := "[" + n.Mark() + "] " + title
	if n.Sample {
		return "[SAMPLE] " + h
	}
	return h
}

// Paragraphs are the lines that follow the heading.
func (n Notice) Paragraphs() []string {
	var all []string
	if n.Sample {
		all = append(all, SampleWords)
	}
	lines := VisibleLines(n.Summary)
	for i, line := range lines {
		if i == mostLines {
			all = append(all, fmt.Sprintf("…and %d more lines.", len(lines)-i))
			break
		}
		if line != "" {
			all = append(all, Cut(line, mostText))
		}
	}
	if n.Kind == Test {
		all = append(all, "Nothing happened: somebody asked whether alerts arrive here.")
	}
	return all
}

// Lines are the facts of the whole notice.
func (n Notice) Lines() []Line {
	if n.Kind == Test {
		return []Line{{"Sent", when(n.At)}}
	}
	all := []Line{{"State", n.state()}, {"Severity", strings.ToLower(SeverityWord(n.Severity))}}
	if n.Kind != Digest {
		all = append(all, Line{"About", n.Class.words()}, Line{"Since", when(n.StartsAt)})
		if n.Status == Resolved {
			all = append(all, Line{"Until", when(n.EndsAt)})
		}
		all = append(all, Line{owner, orNobody(n.Owner)})
	} else if n.Owner != "" {
		all = append(all, Line{owner, orNobody(n.Owner)})
	}
	if n.System != "" {
		all = append(all, Line{system, Brief(n.System, mostTitle)})
	}
	return all
}

func (n Notice) state() string {
	total, resolved := max(n.Total, len(n.Alerts)), n.Resolved
	switch {
	case n.Status == Resolved && total > 0:
		return fmt.Sprintf("ended: all of %d", total)
	case n.Status == Resolved:
		return "ended"
	case resolved > 0:
		return fmt.Sprintf("firing: %d of %d, %d ended", total-resolved, total, resolved)
	case total > 0:
		return fmt.Sprintf("firing: %d", total)
	}
	return "firing"
}

// Rest says how many alerts are not listed when only so many are; empty: none.
func (n Notice) Rest(listed int) string {
	more := max(n.Total, len(n.Alerts)) - listed
	if more <= 0 {
		return ""
	}
	return fmt.Sprintf("…and %d more, not listed in this message.", more)
}

// Footer is by what messages about one incident are told to belong together.
func (n Notice) Footer() string {
	f := "controlwatch · incident " + Short(n.Key, 120)
	if n.Number > 0 {
		f += fmt.Sprintf(" · message %d", n.Number)
	}
	return f
}

// Links are the pages of the notice; only what a browser opens as a page is one.
func (n Notice) Links() []string { return page(n.Link) }

// Heading is the alert in a line.
func (a Alert) Heading() string {
	mark := SeverityWord(a.Severity)
	if a.Status == Resolved {
		mark = "ENDED"
	}
	title := Brief(a.Title, mostTitle)
	if title == "" {
		title = Brief(a.Control, mostTitle)
	}
	return fmt.Sprintf("%s %s: %s", mark, title, Brief(a.Resource.Label(), mostTitle))
}

// Lines are the facts of the alert.
func (a Alert) Lines() []Line {
	where := []string{a.Resource.Provider, a.Resource.Account, a.Resource.Region, a.Resource.Type, a.Resource.ID}
	var said []string
	for _, w := range where {
		if w = Brief(w, mostTitle); w != "" {
			said = append(said, w)
		}
	}
	control := Visible(a.Control)
	if a.Check != "" {
		control += ", check " + Visible(a.Check)
	}
	if len(a.Criteria) > 0 {
		control += " (" + Brief(strings.Join(a.Criteria, ", "), mostTitle) + ")"
	}
	all := []Line{
		{"Where", strings.Join(said, " · ")},
		{"Control", Cut(control, mostText)},
		{"Change", a.change()},
		{"Since", a.since()},
	}
	if a.Status == Resolved {
		all = append(all, Line{"Until", when(a.EndsAt)})
	}
	fix := a.Remediation
	if a.Status == Resolved {
		fix = "" // it is
	}
	for _, l := range []Line{{"Ended", a.Ending}, {"Is", a.Current}, {"Should be", a.Desired}, {"To fix", fix}, {"Changed by", a.ChangedBy.words()}, {owner, a.Owner}, {system, a.System}} {
		if text := Brief(l.Text, mostText); text != "" {
			all = append(all, Line{l.Name, text})
		}
	}
	return all
}

// LinesOf are the facts of an alert besides those of the whole notice.
func (n Notice) LinesOf(a Alert) []Line {
	return slices.DeleteFunc(a.Lines(), func(l Line) bool {
		return l.Name == owner && a.Owner == n.Owner || l.Name == system && a.System == n.System
	})
}

// Links are the pages of the alert.
func (a Alert) Links() []string { return page(a.Link) }

func (a Alert) change() string {
	said := fmt.Sprintf("from %s to %s", words(a.From.String()), words(a.To.String()))
	if a.Change != "" {
		said = words(string(a.Change)) + ", " + said
	}
	if why, ok := causes[a.Cause]; ok {
		said += ", because " + why
	} else if a.Cause != "" {
		said += ", because of " + words(string(a.Cause))
	}
	return said
}

var causes = map[soc2.Cause]string{
	soc2.CauseSystem:    "the system changed",
	soc2.CauseSight:     "what we can see changed",
	soc2.CauseJudgement: "the judgement changed",
	soc2.CauseTime:      "time passed",
	soc2.CauseScope:     "the scope changed",
}

func (a Alert) since() string {
	if a.SeenGood.IsZero() {
		return when(a.StartsAt) + "; never seen as it should be before"
	}
	return when(a.StartsAt) + "; last seen as it should be " + when(a.SeenGood)
}

func (c Class) words() string {
	switch c {
	case Failing:
		return "a check fails"
	case OutOfSight:
		return "what was judged cannot be seen; whether it still holds is not known"
	}
	return words(string(c))
}

func (c ChangedBy) words() string {
	if c.Who == "" && c.Operation == "" {
		return ""
	}
	said := c.Who
	if said == "" {
		said = "not named"
	}
	if c.Operation != "" {
		said += ", " + c.Operation
	}
	if !c.At.IsZero() {
		said += ", " + when(c.At)
	}
	if c.Source != "" {
		said += " (" + c.Source + ")"
	}
	switch {
	case c.Others == 1:
		said += "; so did somebody else since it was last seen good"
	case c.Others > 1:
		said += fmt.Sprintf("; so did %d others since it was last seen good", c.Others)
	}
	return said
}

func words(s string) string {
	if s = Visible(strings.NewReplacer("-", " ", "_", " ").Replace(s)); s != "" {
		return Cut(s, mostTitle)
	}
	return "not known"
}

func orNobody(who string) string {
	if who = Brief(who, mostTitle); who != "" {
		return who
	}
	return "nobody"
}

func when(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 January 2006 15:04 UTC")
}

func page(link string) []string {
	if len(link) > 2000 || Visible(link) != link || strings.ContainsAny(link, " <>\"|`\\") || !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
		return nil
	}
	return []string{link}
}
