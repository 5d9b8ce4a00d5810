package daemon

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/daemon/page"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
)

// problems is what to tell people who look; the log has the errors themselves.
func (d *Daemon) problems(p *published) []string {
	var all []string
	if d.failing.Load() {
		all = append(all, "The last assessment failed; the log says why."+from(p))
	} else if p != nil && d.now().Sub(p.assessment.At) > 2*d.duty.Load().AssessEvery {
		all = append(all, "No assessment has been made for "+d.now().Sub(p.assessment.At).Round(time.Minute).String()+"."+from(p))
	}
	if d.badConfig.Load() {
		all = append(all, "The changed configuration cannot be used; the last good one stays in force. The log says what is wrong.")
	}
	for _, s := range d.duty.Load().sources {
		if s.row().Failed {
			all = append(all, fmt.Sprintf("The last run of source %q could not be kept; the log says why.", s.Source.Name))
		}
	}
	if p != nil {
		all = append(all, clocks(p.assessment.Feeds)...)
	}
	return slices.Concat(all, d.anchorProblems(), d.issueProblems(), d.alertProblems())
}

// clocks says which providers' clocks are too far from this machine's.
func clocks(feeds []evidence.FeedState) (all []string) {
	offsets := report.ClockOffsets(feeds)
	for _, provider := range slices.Sorted(maps.Keys(offsets)) {
		if offset := offsets[provider]; offset.Abs() > report.ClockTolerance {
			direction := "behind"
			if offset < 0 {
				direction = "ahead of"
			}
			all = append(all, fmt.Sprintf("This machine's clock is at least %s %s that of %s: times and ages on this page are off by as much. Set the clock.",
				offset.Abs(), direction, provider))
		}
	}
	return all
}

func from(p *published) string {
	if p == nil {
		return " There is none to show."
	}
	return " What is shown was judged at " + p.assessment.At.UTC().Format(time.RFC3339) + "."
}

func (s *source) row() page.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return page.Source{
		Name: s.Source.Name, Provider: s.Source.Provider,
		Next: s.next, LastRun: s.lastRun, Running: s.running, Failed: s.failed,
	}
}

// pageInput is the page as of now, of a published assessment or of none.
func (d *Daemon) pageInput(p *published) page.Input {
	in := page.Input{Now: d.now(), Version: d.opts.Version, Problems: d.problems(p), Log: d.logWords()}
	if p != nil {
		in.Assessment, in.Recent, in.Period = &p.assessment, p.recent, p.period.lines()
	}
	for _, s := range d.duty.Load().sources {
		in.Sources = append(in.Sources, s.row())
	}
	return in
}
