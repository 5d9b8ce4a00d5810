package alerts

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// State is what is remembered between assessments.
type State struct {
	Seq       int64                // commit of the newest assessment that was made into alerts; 0: none ever was
	Alerts    map[string]*Tracked  // by id: that fire, are held back or ended lately
	Incidents map[string]*Incident // by key: that are open
}

// NewState is that of a store that never had alerts.
func NewState() State {
	return State{Alerts: map[string]*Tracked{}, Incidents: map[string]*Incident{}}
}

// Tracked is an alert as it is remembered.
type Tracked struct {
	Alert   alert.Alert     `json:"alert"`
	Systems []string        `json:"systems,omitempty"` // of the resource
	Reason  evidence.Reason `json:"reason,omitempty"`  // why it is out of sight
	Seq     int64           `json:"seq,omitempty"`     // commit of the drift that began it
	Held    string          `json:"held,omitempty"`    // the decision by which it does not fire; empty: it does
	Told    []Told          `json:"told,omitempty"`    // where it belongs
}

// Told is one route's part in an alert.
type Told struct {
	Route     string   `json:"route"`
	Incident  string   `json:"incident"` // key; of a digest, the first that named it
	Receivers []string `json:"receivers"`
	Digest    bool     `json:"digest,omitempty"`
}

func (t *Tracked) firing() bool { return t.Held == "" && t.Alert.Status == alert.Firing }
func (t *Tracked) open() bool   { return t.Alert.Status == alert.Firing }

// Incident is what began together for one cause, on one route.
type Incident struct {
	Key       string      `json:"key"`
	Route     string      `json:"route"`
	Receivers []string    `json:"receivers"`
	Group     string      `json:"group"` // what its alerts have in common
	Kind      alert.Kind  `json:"kind"`
	Class     alert.Class `json:"class"`
	Began     time.Time   `json:"began"`
	Number    int         `json:"number"` // of its newest notice
	Due       time.Time   `json:"due"`    // of that
	Alerts    []string    `json:"alerts"` // ids
}

// about is what an alert is about.
type about struct {
	class   alert.Class
	finding soc2.FindingKey
}

func aboutOf(a *alert.Alert) about {
	return about{a.Class, soc2.FindingKey{Control: a.Control, Check: a.Check, Resource: a.Resource.Key()}}
}
