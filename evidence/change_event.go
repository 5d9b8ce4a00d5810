package evidence

import (
	"strings"
	"time"
)

var changeEventKind = KindInfo{Kind: "ChangeEvent", New: func() any { return new(ChangeEvent) }, Doc: "An entry of a provider's own event log that says that something began, ended or was changed, and by whom."}

// ChangeEvent is one entry of a provider's event log, about one resource. An entry
// about several is as many facts. Only what is stated here is kept of an entry:
// parameters and answers of the call it records are not.
//
// Each pull reads some days back, so an entry that a later pull does not have
// grew older than that. It has not been undone.
type ChangeEvent struct {
	At *time.Time `json:"at,omitzero"`
	// Operation is what was called: "iam:CreateUser", "user.lifecycle.create".
	Operation *string `json:"operation,omitzero"`
	// Effect is what it did to the resource: one of the constants below.
	Effect *string `json:"effect,omitzero"`
	// About is the resource as its own fact would name it.
	About *ChangedResource `json:"about,omitzero"`
	// By is who did it.
	// aws: userIdentity; github: actor; okta: actor
	By *ChangeActor `json:"by,omitzero"`
}

// What an event did to a resource.
const (
	ChangeBegan   = "began"   // the resource exists since
	ChangeEnded   = "ended"   // it does not exist any more
	ChangeChanged = "changed" // something of it was set
)

// ChangedResource names a resource of the event's own account. Providers name what
// was touched by id or by name, seldom by both: one of them can be empty. So can kind
// and type, where an id is of one thing of the account only.
type ChangedResource struct {
	Kind   Kind   `json:"kind" seen:"always"`
	Type   string `json:"type" seen:"always"`
	Region string `json:"region,omitempty" seen:"always"`
	ID     string `json:"id,omitempty" seen:"always"`
	Name   string `json:"name,omitempty" seen:"always"`
}

// ChangeActor is who did something, by the provider's own log.
type ChangeActor struct {
	Name string `json:"name" seen:"always"`
	// How they are known there: "user", "role-session", "service", "root" or the provider's word.
	How string `json:"how" seen:"always"`
}

// Names says whether the event is about a resource by the id it has, and whether it
// only may be: by its name, which another resource may have had before or after.
func (c ChangedResource) Names(r Resource) (is, maybe bool) {
	switch {
	case c.Type == "": // the provider's ids are of one thing only, of whatever kind
		return c.ID != "" && c.ID == r.ID, false
	case c.Type != r.Type || c.Kind != r.Kind || c.Region != r.Region:
		return false, false
	case c.ID != "":
		return c.ID == r.ID, false
	}
	// What is part of something is called by both (repository:branch), and the log names the whole.
	return false, c.Name != "" && (c.Name == r.Name || strings.HasPrefix(r.Name, c.Name+":"))
}
