package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// How much of its longer lists the text shows; JSON and CSV have all.
const (
	mostDeviations = 15
	mostHoles      = 15
	mostChanges    = 10
)

// PeriodText writes a period for a person.
func PeriodText(w io.Writer, p soc2.Period, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: p.SampleData}
	s.periodHeader(p)
	s.periodControls(p)
	s.periodAdopted(p)
	s.periodDeviations(p)
	s.periodHoles(p)
	s.periodAttestations(p)
	s.periodDesigns(p)
	s.periodChanges(p)
	s.periodAdministration(p)
	s.periodCriteria(p)
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the period: %w", err)
	}
	return nil
}

func (s *summary) periodHeader(p soc2.Period) {
	zone := p.Asked.Zone
	last := p.Asked.Window.To.In(zone).Add(-time.Microsecond).Format(time.DateOnly)
	if p.Asked.Type == soc2.TypeI {
		s.section("State as of " + last)
		s.lines(2, "type       ", "I: the state at the end of that day ("+zone.String()+") and the recorded conclusions on design; nothing on how controls operate over time")
	} else {
		s.section("Observation period")
		s.lines(2, "period     ", p.Asked.Window.From.In(zone).Format(time.DateOnly)+" to "+last+", both days included, "+zone.String()+", type II")
	}
	if s.sample {
		s.lines(2, "", "A made-up company, replayed from files. Nothing here is about your systems.")
	}
	told := minute(p.Until)
	if p.Running {
		told += s.paint(outcomeColours(soc2.Unobserved), "; it is still running")
	}
	s.lines(2, "told as of ", told)
	began, assessed := "the store is empty", "none"
	if !p.Began.IsZero() {
		began = "begins " + minute(p.Began)
	}
	if !p.Last.IsZero() {
		assessed = count(p.Assessments, "assessment", "assessments") + " in the period, the last one " + minute(p.Last)
	}
	s.lines(2, "evidence   ", began+"; "+assessed)
	if p.Asked.Type == soc2.TypeII {
		d := p.Days
		s.lines(2, "days       ", fmt.Sprintf("%d of %d observed for every control shown, %s, %d under way, %d to come",
			d.Covered, d.Total(), s.paintIf(d.Lost > 0, soc2.Unobserved, fmt.Sprintf("%d lost", d.Lost)), d.Running, d.ToCome))
	}
	var devs, open, late, holes, mendable int
	for _, c := range p.Told() {
		for _, d := range c.Deviations {
			devs++
			if d.End == soc2.EndOpen {
				open++
			}
			if in := d.Against(c.FixWithin, p.Until); in == soc2.FixLate || in == soc2.FixNotShown {
				late++
			}
		}
	}
	for _, h := range SharedHoles(p) {
		holes++
		if h.Open {
			mendable++
		}
	}
	s.lines(2, "deviations ", fmt.Sprintf("%s, %d open, %s", s.paintIf(devs > 0, soc2.Fail, count(devs, "deviation", "deviations")), open,
		s.paintIf(late > 0, soc2.Fail, fmt.Sprintf("%d not shown to be fixed in time", late))))
	if p.Running {
		s.lines(2, "holes      ", fmt.Sprintf("%s: %d still open, which can be mended now; the others can only be explained: write down why, and what else shows the controls held",
			count(holes, "hole", "holes"), mendable))
	} else {
		s.lines(2, "holes      ", count(holes, "hole", "holes"))
	}
	if p.LeftOut > 0 {
		s.lines(2, "narrowed   ", fmt.Sprintf("only %s; %d controls left out", p.Asked.Filter, p.LeftOut))
	}
	s.lines(2, "note       ", "No state here is an opinion on whether a control was effective or a criterion met: that is the auditor's.")
}

func (s *summary) paintIf(so bool, o soc2.Outcome, words string) string {
	if !so {
		return words
	}
	return s.paintOutcome(o, words)
}

func (s *summary) periodControls(p soc2.Period) {
	s.section("Controls")
	if len(p.Told()) == 0 {
		s.lines(2, "", "None.")
		return
	}
	controls := slices.Clone(p.Told())
	slices.SortStableFunc(controls, func(a, b soc2.ControlPeriod) int {
		return cmp.Or(cmp.Compare(slices.Index(soc2.PeriodStates, a.State), slices.Index(soc2.PeriodStates, b.State)), cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.ID, b.ID))
	})
	t := table.NewWriter()
	t.SuppressTrailingSpaces()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", " "
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	right := []table.ColumnConfig{}
	for _, n := range []int{4, 5, 6, 7, 8} {
		right = append(right, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	if p.Asked.Type == soc2.TypeI {
		s.standing(t, controls)
		return
	}
	t.AppendHeader(table.Row{"state", "severity", "control", "seen", "judged", "tests", "devs", "holes"})
	room := s.Width - len("evidence incomplete") - len("critical") - len("100%") - len("judged") - len("9999/9999") - len("devs") - len("holes") - 2 - 7
	for _, c := range controls {
		state := strings.ReplaceAll(string(c.State), "-", " ")
		switch c.State {
		case soc2.DeviationSeen:
			state = s.paintOutcome(soc2.Fail, state)
		case soc2.PeriodIncomplete:
			state = s.paintOutcome(soc2.Unobserved, state)
		case soc2.NoDeviationSeen, soc2.NoneOccurred, soc2.PeriodOutOfScope:
		}
		t.AppendRow(table.Row{
			state, s.paint(severityColours(c.Severity), c.Severity.String()), strings.Join(wrap(c.ID, room), "\n"), share(c.Seen, c.Elapsed), share(c.Observed, c.Elapsed),
			fmt.Sprintf("%d/%d", c.Executed, c.Planned), len(c.Deviations), len(c.Holes),
		})
	}
	for line := range strings.Lines(t.Render() + "\n") {
		s.WriteString("  " + strings.TrimRight(line, " \n") + "\n")
	}
	s.lines(2, "", "seen: share of the period so far in which every list the control needs was seen to its end, recently enough, and judged. judged: of that, without time in which any resource could not be judged. tests: reads of those lists that saw all of them, of those planned.")
}

// standing is the state of each control at the last assessment of the day.
func (s *summary) standing(t table.Writer, controls []soc2.ControlPeriod) {
	t.AppendHeader(table.Row{"state", "severity", "control", "fail", "unseen", "pass", "n/a"})
	room := s.Width - len("not_applicable") - len("critical") - len("99999")*4 - 2 - 6
	for _, c := range controls {
		state := s.paintOutcome(soc2.Unobserved, "not judged")
		if c.Standing.Known {
			state = s.paintOutcome(c.Standing.State, c.Standing.State.String())
		}
		t.AppendRow(table.Row{
			state, s.paint(severityColours(c.Severity), c.Severity.String()), strings.Join(wrap(c.ID, room), "\n"),
			c.Standing.Failing, c.Standing.Unobserved, c.Standing.Passing, c.Standing.NotApplicable,
		})
	}
	for line := range strings.Lines(t.Render() + "\n") {
		s.WriteString("  " + strings.TrimRight(line, " \n") + "\n")
	}
}

// share is rounded down: all but a moment is not all.
func share(of soc2.Intervals, elapsed time.Duration) string {
	if elapsed < time.Microsecond {
		return "-"
	}
	return fmt.Sprintf("%d%%", of.Length().Microseconds()*100/elapsed.Microseconds())
}

func (s *summary) periodDeviations(p soc2.Period) {
	type one struct {
		soc2.Deviation
		within time.Duration
	}
	var all []one
	for _, c := range p.Told() {
		for _, d := range c.Deviations {
			all = append(all, one{d, c.FixWithin})
		}
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b one) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), a.FirstBad.Compare(b.FirstBad))
	})
	s.section("Deviations")
	for i, d := range all {
		if i == mostDeviations {
			s.lines(2, "", fmt.Sprintf("and %d more: -o csv and -o json have all", len(all)-i))
			break
		}
		s.lines(2, s.paint(severityColours(d.Severity), d.Severity.String())+" ", d.Control+"/"+d.Check+"  "+Safe(d.Resource.Label())+"  "+escaped(d.Resource.Provider)+" "+Safe(d.Resource.Account))
		s.lines(4, "began ", beganWords(d.Deviation))
		s.lines(4, "ended ", endedWords(d.Deviation))
		s.lines(4, "fix   ", fixWords(d.Deviation, d.within, p.Until))
		for _, a := range d.Accepted {
			s.lines(4, "      ", fmt.Sprintf("accepted %s to %s by %s (%s), which explains it and shortens nothing",
				minute(a.From), minute(a.To), escaped(orUnknown(a.Decision)), escaped(cmp.Or(a.Approver, "approver not in the store"))))
		}
		if d.ExcludedBy != "" {
			s.lines(4, "      ", "excluded by "+escaped(d.ExcludedBy)+"; it is counted here")
		}
		if lost := d.Unseen.Length(); lost > 0 {
			s.lines(4, "      ", "sight lost within it for "+span2(lost)+": not seen to be good meanwhile")
		}
	}
}

func beganWords(d soc2.Deviation) string {
	words := "failed when first looked at, seen bad " + minute(d.FirstBad) + "; since when is not known"
	switch d.Before {
	case soc2.BeforeGood:
		words = "last seen good " + minute(d.LastGood) + ", first seen bad " + minute(d.FirstBad)
	case soc2.BeforeAbsent:
		words = "last seen not to exist " + minute(d.LastGood) + ", first seen bad " + minute(d.FirstBad)
	case soc2.BeforeUnseen:
	}
	if detect, ok := d.TimeToDetect(); ok {
		words += "; seen within " + span2(detect)
	}
	if !d.ByLook {
		words += "; found by judging again: an age, another resource, or what judges"
	}
	return words
}

func endedWords(d soc2.Deviation) string {
	last := "last seen bad " + minute(d.LastBad)
	switch d.End {
	case soc2.EndFixed:
		return last + ", first seen good " + minute(d.FirstGood)
	case soc2.EndGone:
		return last + ", seen gone " + minute(d.FirstGood) + ": it disappeared, it was not fixed"
	case soc2.EndNoneDue:
		return last + ", the check no longer applied " + minute(d.FirstGood)
	case soc2.EndOpen:
	}
	switch d.Left {
	case soc2.LeftScope:
		return last + "; open: it is out of scope since, and was not seen good"
	case soc2.LeftJudge:
		return last + "; open: the catalogue asks no more, and it was not seen good"
	case soc2.LeftGone:
	}
	return last + "; open"
}

func fixWords(d soc2.Deviation, within time.Duration, until time.Time) string {
	least, most := d.TimeToFix(until)
	took := "between " + span2(least) + " and " + span2(most)
	if d.End == soc2.EndOpen {
		took = span2(most) + " so far"
	}
	state := map[soc2.InTime]string{
		soc2.FixedInTime: "in time", soc2.FixRunning: "time left", soc2.FixNotShown: "not shown to be in time", soc2.FixLate: "late",
	}[d.Against(within, until)]
	return took + ", of " + span2(within) + ": " + state
}

// span2 is a length of time in its two largest units.
func span2(d time.Duration) string {
	d = d.Round(time.Second)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case days > 0:
		return fmt.Sprintf("%d d", days)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	case minutes > 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d s", int(d/time.Second))
}

func (s *summary) periodHoles(p soc2.Period) {
	all := SharedHoles(p)
	if len(all) == 0 {
		return
	}
	s.section("Not observed")
	for i, h := range all {
		if i == mostHoles {
			s.lines(2, "", fmt.Sprintf("and %d more: -o csv and -o json have all", len(all)-i))
			break
		}
		when := minute(h.From) + " to " + minute(h.To)
		if h.Open {
			when = "since " + minute(h.From) + ", still open: mend it now"
		}
		about := count(len(h.Controls), "control", "controls")
		if len(h.Controls) <= 2 {
			about = strings.Join(h.Controls, ", ")
		}
		if len(h.Checks) > 0 {
			about += ", " + count(len(h.Checks), "check", "checks")
		}
		s.lines(2, s.paintOutcome(soc2.Unobserved, reasonOf(h.Reason))+" ", when+" ("+span2(h.Length())+"), "+about)
		var places []string
		for _, place := range h.Places {
			places = append(places, Safe(place))
		}
		if h.More > 0 {
			places = append(places, fmt.Sprintf("%d more", h.More))
		}
		detail := escaped(strings.TrimSpace(h.Operation + " " + h.Detail))
		s.lines(4, "", strings.Trim(detail+"; "+strings.Join(places, ", "), "; "))
	}
}

func reasonOf(r evidence.Reason) string { return strings.ReplaceAll(string(r), "-", " ") }

func (s *summary) periodAttestations(p soc2.Period) {
	began := false
	for _, c := range p.Told() {
		for _, a := range c.Attestations {
			if !began {
				s.section("Attested controls")
				began = true
			}
			zone := p.Asked.Zone
			span := a.From.In(zone).Format(time.DateOnly) + " to " + a.To.In(zone).Add(-time.Microsecond).Format(time.DateOnly)
			words := strings.ReplaceAll(string(a.State), "-", " ")
			switch a.State {
			case soc2.DueLate, soc2.DueNotMet:
				words = s.paintOutcome(soc2.Fail, words)
			case soc2.DueMissing, soc2.DueLacking:
				words = s.paintOutcome(soc2.Unobserved, words)
			case soc2.DuePerformed, soc2.DueNone, soc2.DueOpen:
			}
			if !a.At.IsZero() {
				words += ", " + a.At.In(zone).Format(time.DateOnly) + " by " + Safe(evidence.Actor{Name: a.By, Identity: a.Identity}.String())
			}
			if len(a.Lacks) > 0 {
				words += "; lacks " + escaped(strings.Join(a.Lacks, ", "))
			}
			if !a.Next.IsZero() {
				words += "; performed next " + a.Next.In(zone).Format(time.DateOnly)
			}
			if !a.Before.IsZero() {
				words += "; performed the time before on " + a.Before.In(zone).Format(time.DateOnly)
			}
			label := c.ID
			if a.System != "" {
				label += " (" + Safe(a.System) + ")"
			}
			s.lines(2, label+"  ", span+": "+words)
		}
	}
}

func (s *summary) periodDesigns(p soc2.Period) {
	if p.Asked.Type != soc2.TypeI {
		return
	}
	s.section("Conclusions on design")
	none := 0
	for _, c := range p.Told() {
		if len(c.Designs) == 0 {
			none++
		}
		for _, d := range c.Designs {
			who := Safe(d.By) + ", identity not verified"
			if d.Identity != "" {
				who = Safe(d.By) + " (" + escaped(d.Identity) + ")"
			}
			words := escaped(d.Conclusion) + ", " + minute(d.At) + ", " + who
			if d.Date != "" {
				words += ", concluded on " + escaped(d.Date)
			}
			if d.Maturity != nil {
				words += fmt.Sprintf(", maturity %d", *d.Maturity)
			}
			s.lines(2, c.ID+"  ", words, escaped(d.Note))
		}
	}
	s.lines(2, "", s.paintIf(none > 0, soc2.Unobserved, fmt.Sprintf("none recorded for %s", count(none, "control", "controls"))))
}

func (s *summary) periodChanges(p soc2.Period) {
	if len(p.Judges)+len(p.Scopes) == 0 {
		return
	}
	s.section("Changed within the period")
	for i, j := range p.Judges {
		if i == mostChanges {
			s.lines(2, "", fmt.Sprintf("and %d more changes of what judges", len(p.Judges)-i))
			break
		}
		var what []string
		for _, x := range []struct {
			name     string
			from, to string
		}{{"catalogue", j.From.Catalogue, j.To.Catalogue}, {"parameters", j.From.Parameters, j.To.Parameters}, {"engine", j.From.Engine, j.To.Engine}, {"derivations", j.From.Derive, j.To.Derive}} {
			if x.from != x.to {
				what = append(what, x.name)
			}
		}
		s.lines(2, "judge  ", fmt.Sprintf("%s: %s; %d controls added, %d removed, %d changed", minute(j.At), strings.Join(what, ", "), len(j.Added), len(j.Removed), len(j.Changed)))
	}
	for i, c := range p.Scopes {
		if i == mostChanges {
			s.lines(2, "", fmt.Sprintf("and %d more changes of scope", len(p.Scopes)-i))
			break
		}
		s.lines(2, "scope  ", fmt.Sprintf("%s: %s added, %d removed", minute(c.At), count(len(c.Added), "feed", "feeds"), len(c.Removed)))
	}
}

func (s *summary) periodCriteria(p soc2.Period) {
	s.section("Criteria")
	for _, state := range soc2.PeriodStates {
		var ids []string
		for _, c := range p.Criteria {
			if c.State == state {
				ids = append(ids, c.ID)
			}
		}
		if len(ids) > 0 {
			s.lines(2, fmt.Sprintf("%-20s ", strings.ReplaceAll(string(state), "-", " ")), strings.Join(ids, " "))
		}
	}
	s.lines(2, "", "Each leaves something for a person to judge: -o json has it.")
}
