package config

// ScopeStatement is what a person supplies of the description of the system that
// the report opens with, by AICPA's description criteria (DC section 200).
type ScopeStatement struct {
	Services     []string      `yaml:"services" json:"services,omitempty" jsonschema:"description=What is provided\\, and to whom (DC 1)."`
	Requirements []string      `yaml:"requirements" json:"requirements,omitempty" jsonschema:"description=What the system must do\\, beside the commitments (DC 2)."`
	Components   Components    `yaml:"components" json:"components,omitzero" jsonschema:"description=What the system is made of (DC 3)."`
	Boundary     string        `yaml:"boundary" json:"boundary,omitempty" jsonschema:"description=What is in the system and what is not (DC 3)."`
	Incidents    []Incident    `yaml:"incidents" json:"incidents,omitempty" jsonschema:"description=Incidents that kept a commitment from being met (DC 4)."`
	UserControls []UserControl `yaml:"user_controls" json:"user_controls,omitempty" jsonschema:"description=What customers must do (DC 6)."`
	Subservices  []Subservice  `yaml:"subservices" json:"subservices,omitempty" jsonschema:"description=Companies whose controls ours rest on (DC 7)."`
	NotRelevant  []NotRelevant `yaml:"not_relevant" json:"not_relevant,omitempty" jsonschema:"description=Criteria that nothing in the system bears on\\, and why (DC 8). They keep their state."`
	Changes      []SystemEvent `yaml:"changes" json:"changes,omitempty" jsonschema:"description=Significant changes within the period (DC 9)."`
}

// Components are what the system is made of.
type Components struct {
	Infrastructure []string `yaml:"infrastructure" json:"infrastructure,omitempty"`
	Software       []string `yaml:"software" json:"software,omitempty"`
	People         []string `yaml:"people" json:"people,omitempty"`
	Procedures     []string `yaml:"procedures" json:"procedures,omitempty"`
	Data           []string `yaml:"data" json:"data,omitempty"`
}

// Incident is one that kept a commitment from being met.
type Incident struct {
	On       string   `yaml:"on" json:"on" jsonschema:"description=Day\\, such as 2026-05-04."`
	Text     string   `yaml:"text" json:"text"`
	Criteria []string `yaml:"criteria" json:"criteria,omitempty"`
}

// UserControl is what customers must do.
type UserControl struct {
	Text     string   `yaml:"text" json:"text"`
	Criteria []string `yaml:"criteria" json:"criteria,omitempty"`
}

// Subservice is a company whose controls ours rest on.
type Subservice struct {
	Name     string   `yaml:"name" json:"name"`
	Services string   `yaml:"services" json:"services"`
	Method   string   `yaml:"method" json:"method" jsonschema:"enum=carve-out,enum=inclusive,description=carve-out: its controls are assumed; inclusive: they are part of the report."`
	Controls []string `yaml:"controls" json:"controls,omitempty" jsonschema:"description=Controls that we assume it has."`
	Criteria []string `yaml:"criteria" json:"criteria,omitempty"`
}

// NotRelevant is a criterion that nothing in the system bears on.
type NotRelevant struct {
	Criterion string `yaml:"criterion" json:"criterion"`
	Reason    string `yaml:"reason" json:"reason"`
}

// SystemEvent is a significant change.
type SystemEvent struct {
	On   string `yaml:"on" json:"on" jsonschema:"description=Day\\, such as 2026-05-04."`
	Text string `yaml:"text" json:"text"`
}
