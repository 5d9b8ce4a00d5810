package soc2

import "time"

// Description is what a person must supply of the description of the system that a
// SOC 2 report opens with (R24). Its parts are those that AICPA's description
// criteria (DC section 200) ask for; systems, commitments and third parties are in
// Scope. Nothing in it changes a verdict: a criterion that is called not relevant
// here keeps its state.
type Description struct {
	Services     []string       `json:"services,omitempty"`      // DC 1: what is provided
	Requirements []string       `json:"requirements,omitempty"`  // DC 2: what the system must do, beside the commitments
	Components   Components     `json:"components,omitzero"`     // DC 3
	Boundary     string         `json:"boundary,omitempty"`      // DC 3: what is in the system and what is not
	Incidents    []Incident     `json:"incidents,omitempty"`     // DC 4
	UserControls []UserControl  `json:"user_controls,omitempty"` // DC 6
	Subservices  []Subservice   `json:"subservices,omitempty"`   // DC 7
	NotRelevant  []NotRelevant  `json:"not_relevant,omitempty"`  // DC 8
	Changes      []SystemChange `json:"changes,omitempty"`       // DC 9
}

// Components are what the system is made of (DC 3).
type Components struct {
	Infrastructure []string `json:"infrastructure,omitempty"`
	Software       []string `json:"software,omitempty"`
	People         []string `json:"people,omitempty"`
	Procedures     []string `json:"procedures,omitempty"`
	Data           []string `json:"data,omitempty"`
}

// Incident is one that kept a commitment from being met, or came of a control that
// did not work (DC 4).
type Incident struct {
	On       time.Time `json:"on"`
	Text     string    `json:"text"`
	Criteria []string  `json:"criteria,omitempty"`
}

// UserControl is what customers must do for a criterion to be met (DC 6).
type UserControl struct {
	Text     string   `json:"text"`
	Criteria []string `json:"criteria,omitempty"`
}

// SubserviceMethod says how a report treats a subservice organisation.
type SubserviceMethod string

// The methods of treating a subservice organisation.
const (
	CarveOut  SubserviceMethod = "carve-out" // its controls are assumed, and named
	Inclusive SubserviceMethod = "inclusive" // its controls are part of the report
)

// Subservice is a company whose controls ours rest on (DC 7).
type Subservice struct {
	Name     string           `json:"name"`
	Services string           `json:"services"`
	Method   SubserviceMethod `json:"method"`
	Controls []string         `json:"controls,omitempty"` // that we assume it has
	Criteria []string         `json:"criteria,omitempty"`
}

// NotRelevant is a criterion of a category in scope that nothing in the system
// bears on, and why (DC 8).
type NotRelevant struct {
	Criterion string `json:"criterion"`
	Reason    string `json:"reason"`
}

// SystemChange is a significant change within the period (DC 9).
type SystemChange struct {
	On   time.Time `json:"on"`
	Text string    `json:"text"`
}
