package alerts

import (
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// Routes say who is told what, in order.
type Routes struct {
	List    []Route
	Mirrors map[string]bool // receivers that are kept told of all that fires instead of being sent notices
}

// Route takes alerts to receivers.
type Route struct {
	Name      string
	Match     Match
	Receivers []string
	Continue  bool          // later routes are asked as well
	Wait      time.Duration // after the beginning, for what belongs to it
	Digest    cron.Schedule // nil: at once
	Quiet     []Quiet
}

// Match picks alerts. Each of its parts that is given must fit; none given fits all.
type Match struct {
	Severity soc2.Severity // at least
	Systems  []string
	Owners   []string
	Criteria []string // CC6 fits CC6.1, CC fits all of its series
	Controls []string
	Classes  []alert.Class
}

// Of gives the routes that an alert takes.
func (r Routes) Of(t *Tracked) (taken []Route) {
	for _, one := range r.List {
		if !one.Match.fits(t) {
			continue
		}
		taken = append(taken, one)
		if !one.Continue {
			break
		}
	}
	return taken
}

// Find gives the route of a name.
func (r Routes) Find(name string) (Route, bool) {
	i := slices.IndexFunc(r.List, func(one Route) bool { return one.Name == name })
	if i < 0 {
		return Route{}, false
	}
	return r.List[i], true
}

// sent are the receivers of a list that notices are sent to, in order.
func (r Routes) sent(names []string) (sent []string) {
	for _, n := range names {
		if !r.Mirrors[n] {
			sent = append(sent, n)
		}
	}
	return sent
}

func (m Match) fits(t *Tracked) bool {
	a := &t.Alert
	switch {
	case a.Severity < m.Severity:
	case len(m.Systems) > 0 && !slices.ContainsFunc(t.Systems, func(s string) bool { return slices.Contains(m.Systems, s) }):
	case len(m.Owners) > 0 && !slices.Contains(m.Owners, a.Owner):
	case len(m.Controls) > 0 && !slices.Contains(m.Controls, a.Control):
	case len(m.Classes) > 0 && !slices.Contains(m.Classes, a.Class):
	case len(m.Criteria) > 0 && !slices.ContainsFunc(a.Criteria, func(id string) bool {
		return slices.ContainsFunc(m.Criteria, func(part string) bool { return withinCriteria(id, part) })
	}):
	default:
		return true
	}
	return false
}

// withinCriteria says whether a criterion is one, or of one series or category:
// CC6.1 is within CC6.1, CC6 and CC, and CC61 is not within CC6.
func withinCriteria(id, part string) bool {
	rest, ok := strings.CutPrefix(id, part)
	if !ok || part == "" {
		return false
	}
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	return rest == "" || rest[0] == '.' || digit(rest[0]) && !digit(part[len(part)-1])
}
