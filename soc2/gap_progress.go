package soc2

import (
	"time"
)

// ProgressV1 names the contract of progress in JSON.
const ProgressV1 = "controlwatch.plan-progress/v1"

// Progress is what became of the gaps of controls over time (R17). It is told from
// noted drift: gaps for which nothing is seen to fail are counted apart.
type Progress struct {
	Schema     string         `json:"schema"` // "controlwatch.plan-progress/v1"
	At         time.Time      `json:"at"`
	From       time.Time      `json:"from"` // since when anything was noted
	SampleData bool           `json:"sample_data"`
	Weeks      []ProgressWeek `json:"weeks"` // whole ones before now, oldest first; the newest ends now
	Open       int            `json:"open"`
	Unobserved int            `json:"unobserved"` // controls with nothing that fails, and something not seen: they are in no other number
	ToFix      []TimeToFix    `json:"time_to_fix"`
	Forecast   Forecast       `json:"forecast"`
	Events     []GapEvent     `json:"events"`
}

// ProgressWeek is seven days.
type ProgressWeek struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"` // it is not in it
	Opened   int       `json:"opened"`
	Reopened int       `json:"reopened"`
	Closed   int       `json:"closed"`
	Left     int       `json:"left"` // went out of what is judged; nobody mended them
	Open     int       `json:"open"` // at its end: the burn-down
}

// TimeToFix is how long gaps of a severity took to close. Those that were there
// before anything was noted, and those still open, are in no mean: it is told of
// how many it is one.
type TimeToFix struct {
	Severity Severity `json:"severity"`
	Mean     int64    `json:"mean_seconds"` // 0 where none is counted
	Closed   int      `json:"closed"`
	Undated  int      `json:"closed_undated"` // closed, and nobody knows when they opened
	Open     int      `json:"still_open"`
}

const week = 7 * 24 * time.Hour

// ProgressOf tells it. from is when anything began to be noted, severity what each
// control's gap has now.
func ProgressOf(a *Assessment, drift []Drift, from time.Time, severity map[string]Severity) Progress {
	p := Progress{Schema: ProgressV1, At: a.At, From: from, SampleData: a.SampleData, Weeks: []ProgressWeek{}, ToFix: []TimeToFix{}}
	events, open := GapEvents(drift, a)
	p.Events = append([]GapEvent{}, events...)
	p.Open = len(open)
	for _, c := range a.Controls {
		if _, ok := open[c.ID]; !ok && c.Failing == 0 && (c.Unobserved > 0 || c.State == Unobserved) {
			p.Unobserved++
		}
	}
	p.weeks(from)
	p.toFix(open, severity)
	p.Forecast = ForecastOf(p)
	return p
}

// weeks cuts the time before now into whole weeks and counts back from what is open.
func (p *Progress) weeks(from time.Time) {
	n := int(p.At.Sub(from) / week)
	if from.IsZero() || n < 0 {
		n = 0
	}
	open := p.Open
	for i := range n {
		w := ProgressWeek{From: p.At.Add(-time.Duration(i+1) * week), To: p.At.Add(-time.Duration(i) * week), Open: open}
		for _, e := range p.Events {
			// What is noted at the moment judged belongs to the newest week.
			if !e.At.After(w.From) || e.At.After(w.To) {
				continue
			}
			switch e.Change {
			case GapOpened:
				w.Opened++
			case GapReopened:
				w.Reopened++
			case GapClosed:
				w.Closed++
			case GapLeft:
				w.Left++
			}
		}
		open += w.Closed + w.Left - w.Opened - w.Reopened
		p.Weeks = append([]ProgressWeek{w}, p.Weeks...)
	}
}

func (p *Progress) toFix(open map[string]time.Time, severity map[string]Severity) {
	for _, s := range Severities {
		t := TimeToFix{Severity: s}
		var sum time.Duration
		for _, e := range p.Events {
			switch {
			case e.Change != GapClosed || e.Severity != s:
			case e.Opened.IsZero():
				t.Undated++
			default:
				t.Closed++
				sum += e.At.Sub(e.Opened)
			}
		}
		if t.Closed > 0 {
			t.Mean = int64(sum/time.Second) / int64(t.Closed)
		}
		for c := range open {
			if severity[c] == s {
				t.Open++
			}
		}
		p.ToFix = append(p.ToFix, t)
	}
}
