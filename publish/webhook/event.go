package webhook

import (
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
)

// event is a CloudEvent in JSON format
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
type event struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"` // of the notice
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"` // the key of the incident
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            data      `json:"data"`
}

// data is what the event is about. Keys are only ever added under this type.
type data struct {
	Schema   string `json:"schema"`
	Incident string `json:"incident"` // key
	Message  int    `json:"message"`  // its number in the incident
	Kind     string `json:"kind"`     // incident, digest, test
	Status   string `json:"status"`   // firing, resolved
	Class    string `json:"class,omitempty"`
	Sample   bool   `json:"sample"` // nothing in it is real

	Title    string  `json:"title"`
	Summary  string  `json:"summary"`
	Severity string  `json:"severity"` // low, medium, high, critical, unknown
	Owner    string  `json:"owner,omitempty"`
	System   string  `json:"system,omitempty"`
	StartsAt *string `json:"starts_at"` // null: not known
	EndsAt   *string `json:"ends_at"`   // null: has not ended
	Link     string  `json:"link,omitempty"`
	Text     string  `json:"text"` // the whole as people are told it

	Total     int         `json:"total"`      // alerts of the incident
	Ended     int         `json:"ended"`      // of them
	NotListed int         `json:"not_listed"` // of them
	Alerts    []dataAlert `json:"alerts"`
}

type dataAlert struct {
	ID          string         `json:"id"`
	Status      string         `json:"status"`
	Class       string         `json:"class"`
	Change      string         `json:"change"`
	Cause       string         `json:"cause"`
	Control     string         `json:"control"`
	Title       string         `json:"title"`
	Check       string         `json:"check"`
	Criteria    []string       `json:"criteria"`
	Severity    string         `json:"severity"`
	Owner       string         `json:"owner,omitempty"`
	System      string         `json:"system,omitempty"`
	Resource    dataResource   `json:"resource"`
	From        string         `json:"from"` // fail, unobserved, pass, not_applicable
	To          string         `json:"to"`
	StartsAt    *string        `json:"starts_at"`
	EndsAt      *string        `json:"ends_at"`
	Ending      string         `json:"ending,omitempty"` // how it ended, in words
	SeenGood    *string        `json:"last_seen_good"`   // null: never
	Current     string         `json:"current"`
	Desired     string         `json:"desired"`
	Remediation string         `json:"remediation"`
	ChangedBy   *dataChangedBy `json:"changed_by"` // null: not known
	Link        string         `json:"link,omitempty"`
}

type dataResource struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	Kind     string `json:"kind"`
	Type     string `json:"type"`
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
}

type dataChangedBy struct {
	Who       string  `json:"who"`
	Operation string  `json:"operation"`
	At        *string `json:"at"`
	Source    string  `json:"source"`
	Others    int     `json:"others,omitempty"` // how many others changed it too since it was last seen good
}

// mostText bounds each text that others chose the length of, in characters.
const mostText = 4000

func newEvent(n alert.Notice, source string) event {
	status := n.Status
	if status != alert.Resolved {
		status = alert.Firing
	}
	listed := n.Listed()
	d := data{
		Schema: Type, Incident: n.Key, Message: n.Number, Kind: string(n.Kind), Status: string(status), Class: string(n.Class), Sample: n.Sample,
		Title: bounded(n.Title), Summary: bounded(n.Summary), Severity: severity(n.Severity), Owner: bounded(n.Owner), System: bounded(n.System),
		StartsAt: stamp(n.StartsAt), EndsAt: stamp(n.EndsAt), Text: alert.Text(n),
		Total: max(n.Total, len(n.Alerts)), Ended: n.Resolved, NotListed: max(n.Total, len(n.Alerts)) - len(listed), Alerts: []dataAlert{},
	}
	for _, l := range n.Links() {
		d.Link = l
	}
	for _, a := range listed {
		d.Alerts = append(d.Alerts, newAlert(a))
	}
	return event{
		SpecVersion: "1.0", ID: n.ID, Source: source, Type: Type, Subject: n.Key, Time: n.At.UTC(),
		DataContentType: "application/json", Data: d,
	}
}

func newAlert(a alert.Alert) dataAlert {
	status := a.Status
	if status != alert.Resolved {
		status = alert.Firing
	}
	d := dataAlert{
		ID: a.ID, Status: string(status), Class: string(a.Class), Change: string(a.Change), Cause: string(a.Cause),
		Control: a.Control, Title: bounded(a.Title), Check: a.Check, Criteria: append([]string{}, a.Criteria...),
		Severity: severity(a.Severity), Owner: bounded(a.Owner), System: bounded(a.System),
		Resource: dataResource{
			Provider: a.Resource.Provider, Account: a.Resource.Account, Region: a.Resource.Region,
			Kind: string(a.Resource.Kind), Type: a.Resource.Type, ID: bounded(a.Resource.ID), Name: bounded(a.Resource.Name),
		},
		From: a.From.String(), To: a.To.String(), StartsAt: stamp(a.StartsAt), EndsAt: stamp(a.EndsAt), Ending: bounded(a.Ending), SeenGood: stamp(a.SeenGood),
		Current: bounded(a.Current), Desired: bounded(a.Desired), Remediation: bounded(a.Remediation),
	}
	if a.ChangedBy != (alert.ChangedBy{}) {
		d.ChangedBy = &dataChangedBy{Who: bounded(a.ChangedBy.Who), Operation: bounded(a.ChangedBy.Operation), At: stamp(a.ChangedBy.At), Source: bounded(a.ChangedBy.Source), Others: a.ChangedBy.Others}
	}
	for _, l := range a.Links() {
		d.Link = l
	}
	return d
}
