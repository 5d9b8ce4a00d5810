package page

import (
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// mostDrift is how many events are shown before one has to ask for the others.
const mostDrift = 8

// event is what happened to one resource at once, whatever the number of
// controls it matters to.
type event struct {
	soc2.Drift
	Controls []string
	Now      time.Time
}

// eventsOf puts together what differs only by control, in the order given.
func eventsOf(recent []soc2.Drift, now time.Time) []event {
	var all []event
	index := map[soc2.Drift]int{}
	for _, d := range recent {
		same := d
		same.Control, same.Check, same.Severity = "", "", 0
		i, ok := index[same]
		if !ok {
			i = len(all)
			index[same] = i
			all = append(all, event{Drift: d, Now: now})
		}
		e := &all[i]
		if n := len(e.Controls); n == 0 || e.Controls[n-1] != d.Control {
			e.Controls = append(e.Controls, d.Control)
		}
	}
	return all
}

type causeCount struct {
	Cause soc2.Cause
	Says  string
	Count int
}

func causesOf(recent []soc2.Drift) []causeCount {
	all := make([]causeCount, len(soc2.Causes))
	for i, c := range soc2.Causes {
		all[i] = causeCount{Cause: c, Says: causeSays(c)}
		for _, d := range recent {
			if d.Cause == c {
				all[i].Count++
			}
		}
	}
	return all
}

func causeSays(c soc2.Cause) string {
	switch c {
	case soc2.CauseSystem:
		return "the configuration itself changed"
	case soc2.CauseSight:
		return "what we can see changed"
	case soc2.CauseJudgement:
		return "the way of judging changed"
	case soc2.CauseTime:
		return "an age or an expiry passed"
	case soc2.CauseScope:
		return "what is in scope changed"
	}
	return "a cause this version does not know"
}

func changeWord(c soc2.Change) string { return strings.ReplaceAll(string(c), "-", " ") }
