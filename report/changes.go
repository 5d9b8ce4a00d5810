package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// ChangesV1 names the contract of a comparison in JSON.
const ChangesV1 = "controlwatch.diff/v1"

// Changes is what differs between two assessments.
type Changes struct {
	From, To   Side
	Drift      []soc2.Drift
	Judgement  []soc2.Drift // noted in between as changed by judgement, not by what was looked at; nil: not known
	FromFiles  bool         // causes are told from what two files show
	OtherJudge bool         // the two were judged by different catalogues, parameters or engines
	Sample     bool
}

// Side is one of the two that are compared.
type Side struct {
	Name     string // as it was asked for
	At       time.Time
	Outcomes map[soc2.Outcome]int
}

// SideOf is an assessment as a side of a comparison.
func SideOf(name string, a soc2.Assessment) Side { return Side{name, a.At, a.Outcomes} }

// ChangesTable writes a comparison for a person.
func ChangesTable(w io.Writer, c Changes, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: c.Sample}
	s.section("What changed")
	for _, side := range []struct {
		label string
		Side
	}{{"from  ", c.From}, {"to    ", c.To}} {
		s.lines(2, side.label, fmt.Sprintf("%s (%s): %d fail, %d unobserved, %d pass, %d not applicable", Safe(side.Name), minute(side.At),
			side.Outcomes[soc2.Fail], side.Outcomes[soc2.Unobserved], side.Outcomes[soc2.Pass], side.Outcomes[soc2.NotApplicable]))
	}
	if c.FromFiles {
		s.lines(2, "", "Causes are told from the states the two files show: what a check reads and does not show can make a change look like one of time.")
		if c.OtherJudge {
			s.lines(2, "", s.paint(outcomeColours(soc2.Unobserved), "The two were judged by different catalogues, parameters or engines."))
		}
	} else {
		s.lines(2, "", "Both moments are judged by the catalogue, parameters and decisions of now; times are those of the machine that looked.")
	}
	s.WriteByte('\n')
	s.drift(c.Drift, false)
	if len(c.Judgement) > 0 {
		s.section("Noted in between as changed by judgement, not by what was looked at")
		s.drift(c.Judgement, true)
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the changes: %w", err)
	}
	return nil
}

type changesJSON struct {
	Schema     string       `json:"schema"`
	SampleData bool         `json:"sample_data"`
	From       sideJSON     `json:"from"`
	To         sideJSON     `json:"to"`
	SameJudge  bool         `json:"same_judge"`
	Changes    []changeJSON `json:"changes"`
	Judgement  []changeJSON `json:"noted_judgement"`
}

type sideJSON struct {
	Name     string    `json:"name"`
	At       time.Time `json:"at"`
	Outcomes Outcomes  `json:"outcomes"`
}

type changeJSON struct {
	At       time.Time    `json:"at"`
	Change   soc2.Change  `json:"change"`
	Cause    soc2.Cause   `json:"cause"`
	Control  string       `json:"control"`
	Check    string       `json:"check"`
	Severity string       `json:"severity"`
	Resource Resource     `json:"resource"`
	From     soc2.Outcome `json:"from"`
	To       soc2.Outcome `json:"to"`
	Gone     bool         `json:"gone"`
}

// ChangesJSON writes a comparison as controlwatch.diff/v1.
func ChangesJSON(w io.Writer, c Changes) error {
	b, err := indented(changesJSON{
		Schema: ChangesV1, SampleData: c.Sample, From: sideOf(c.From), To: sideOf(c.To), SameJudge: !c.OtherJudge,
		Changes: changesOf(c.Drift), Judgement: changesOf(c.Judgement),
	}, "")
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", ChangesV1, err)
	}
	return nil
}

func sideOf(s Side) sideJSON {
	return sideJSON{Name: s.Name, At: s.At.UTC(), Outcomes: Outcomes{
		Pass: s.Outcomes[soc2.Pass], Fail: s.Outcomes[soc2.Fail], Unobserved: s.Outcomes[soc2.Unobserved], NotApplicable: s.Outcomes[soc2.NotApplicable],
	}}
}

func changesOf(all []soc2.Drift) []changeJSON {
	out := []changeJSON{}
	for _, d := range all {
		severity := ""
		if d.Severity != 0 {
			severity = d.Severity.String()
		}
		out = append(out, changeJSON{
			At: d.At.UTC(), Change: d.Change, Cause: d.Cause, Control: d.Control, Check: d.Check, Severity: severity,
			Resource: findingOf(soc2.Finding{Resource: d.Resource}).Resource, From: d.From, To: d.To, Gone: d.Gone,
		})
	}
	return out
}

// Compare says what differs between two scans that were read back.
func Compare(from, to Scan) Changes {
	types := map[evidence.Scope]map[string]bool{}
	for _, s := range []Scan{from, to} {
		for _, f := range s.Findings {
			at := evidence.Scope{Provider: f.Resource.Provider, Account: f.Resource.Account, Region: f.Resource.Region}
			if types[at] == nil {
				types[at] = map[string]bool{}
			}
			types[at][f.Resource.Type] = true
		}
	}
	older, newer := assessmentOf(from), assessmentOf(to)
	before := &soc2.Baseline{At: older.At, Judge: older.Judge, Feeds: feedsIn(from, types), States: map[soc2.FindingKey]soc2.FindingState{}}
	for _, f := range older.Findings {
		state := soc2.FindingState{Key: f.Key(), Resource: f.Resource, Outcome: f.Outcome, Definite: f.Outcome, Inputs: f.Inputs, Severity: f.Severity}
		if f.Acceptance != nil {
			state.AcceptedUntil = f.Acceptance.Expires
		}
		before.States[f.Key()] = state
	}
	for _, f := range feedsIn(to, types) {
		newer.Feeds = append(newer.Feeds, evidence.FeedState{ID: f.ID, Populations: f.Populations, Last: &evidence.Pull{}})
	}
	drift, _ := soc2.Diff(before, &newer)
	return Changes{
		From: SideOf("", older), To: SideOf("", newer), Drift: drift, FromFiles: true,
		OtherJudge: older.Judge != newer.Judge, Sample: from.Scan.SampleData || to.Scan.SampleData,
	}
}

func assessmentOf(s Scan) soc2.Assessment {
	o := s.Summary.Outcomes
	a := soc2.Assessment{
		At: s.Scan.StartedAt, Judge: s.Scan.Judge,
		Outcomes: map[soc2.Outcome]int{soc2.Pass: o.Pass, soc2.Fail: o.Fail, soc2.Unobserved: o.Unobserved, soc2.NotApplicable: o.NotApplicable},
	}
	for _, c := range s.Controls {
		a.Controls = append(a.Controls, soc2.ControlResult{ID: c.ID})
	}
	for _, f := range s.Findings {
		r := f.Resource
		x := soc2.Finding{
			Control: f.Control, Check: f.Check, Outcome: f.Outcome, Severity: f.Severity, Inputs: shownDigest(f.Observed),
			Resource: evidence.Resource{Provider: r.Provider, Account: r.Account, Region: r.Region, Kind: r.Kind, Type: r.Type, ID: r.ID, Name: r.Name},
		}
		if f.Acceptance != nil {
			x.Acceptance = &soc2.Acceptance{ID: f.Acceptance.ID, Expires: f.Acceptance.Expires}
		}
		a.Findings = append(a.Findings, x)
	}
	return a
}

// shownDigest stands for the digest of the fact, which the contract does not have.
func shownDigest(observed json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, observed) != nil {
		return ""
	}
	return evidence.Digest(b.Bytes())
}

// feedsIn are the places a scan pulled from, as owners of every type that either
// scan shows there: the contract does not say which collector owns what.
func feedsIn(s Scan, types map[evidence.Scope]map[string]bool) []soc2.AssessedFeed {
	var feeds []soc2.AssessedFeed
	for _, p := range s.Pulls {
		feed := soc2.AssessedFeed{
			ID:     evidence.FeedID{Collector: p.Collector, Scope: evidence.Scope{Provider: p.Scope.Provider, Account: p.Scope.Account, Region: p.Scope.Region}},
			Pulled: true,
		}
		for at, of := range types {
			if at.Provider != p.Scope.Provider || at.Account != p.Scope.Account || p.Scope.Region != "" && at.Region != p.Scope.Region {
				continue
			}
			for t := range of {
				feed.Populations = append(feed.Populations, evidence.Population{Type: t})
			}
		}
		slices.SortFunc(feed.Populations, func(a, b evidence.Population) int { return bytes.Compare([]byte(a.Type), []byte(b.Type)) })
		feeds = append(feeds, feed)
	}
	return feeds
}
