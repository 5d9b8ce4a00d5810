package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Body is what records of the administrators' log say. Which fields there are
// depends on the kind.
type Body struct {
	Changes  []soc2.SettingChange  `json:"changes,omitempty"`
	Change   *soc2.ChangeReference `json:"change,omitempty"`
	File     string                `json:"file,omitempty"` // of the configuration
	Host     string                `json:"host,omitempty"`
	Process  int                   `json:"process,omitempty"`
	Version  string                `json:"version,omitempty"`
	SHA256   string                `json:"sha256,omitempty"`   // of the program's file
	Unclean  *Unclean              `json:"unclean,omitempty"`  // of a start: how the daemon before it ended
	Ended    string                `json:"ended,omitempty"`    // of a stop: why
	Sources  []string              `json:"sources,omitempty"`  // of a scan: what it looked at
	Settings Settings              `json:"settings,omitempty"` // of a record of all that is in force
	People   []DecidedBy           `json:"people,omitempty"`   // of decisions
	Notes    []string              `json:"notes,omitempty"`
	Commit   *FileCommit           `json:"commit,omitempty"` // of the configuration's file; none: it lies in no git repository
	// Identities are the people who are known from this record on, in records of
	// all that is in force and of changed identities: signatures are checked by them.
	Identities *identity.People `json:"identities,omitempty"`
}

// FileCommit is the git commit that made the configuration's file what it is. Who signed
// it is not who took the configuration up, and signing approves nothing.
type FileCommit struct {
	Hash       string `json:"hash,omitempty"`   // empty: not known
	Before     string `json:"before,omitempty"` // that of the file that was in force before; empty: not known
	SignedBy   string `json:"signed_by,omitempty"`
	Unverified string `json:"unverified,omitempty"` // why it is not known who signed it
}

// Unclean is a daemon that ended without a stop: it was killed, or its machine was.
type Unclean struct {
	Started string    `json:"started"` // the record of its start
	From    time.Time `json:"from"`    // it started then
	About   time.Time `json:"about"`   // the last that was written before now; the end was about then, or later
}

// DecidedBy is whether it is known that two people stand behind a decision.
type DecidedBy struct {
	Decision string `json:"decision"`
	Apart    string `json:"apart"`
}

// Step is a step from one state of the settings to the next.
type Step struct {
	Before, After Settings // Before is nil where nothing was recorded before
	Config        config.Config
	Actor         evidence.Actor
	Change        soc2.ChangeReference
	Notes         []string    // on all of it
	Commit        *FileCommit // of the configuration's file
}

// Records are the entries for a step: one for each kind of change, then all that
// is in force. None if nothing changed.
func (st Step) Records() ([]store.Entry, error) {
	if maps.Equal(st.Before, st.After) {
		return nil, nil
	}
	change := st.Change
	if st.Before != nil && change.Reference != "" {
		change.Reused = st.Before["change.reference"] == change.Reference
	}
	var out []store.Entry
	add := func(kind string, body Body) error {
		e, err := Entry(kind, "", st.Actor, body)
		out = append(out, e)
		return err
	}
	if st.Before != nil {
		changes := Changes(st.Before, st.After)
		for _, kind := range slices.Sorted(maps.Keys(changes)) {
			body := Body{Changes: changes[kind], Change: &change, File: st.Config.File, Commit: st.Commit}
			if kind == Decisions {
				body.People = Deciders(st.Config)
			}
			if err := add(kind, body); err != nil {
				return nil, err
			}
		}
	}
	people := st.Config.People()
	body := Body{Settings: st.After, File: st.Config.File, Identities: &people, Notes: st.Notes, Commit: st.Commit}
	if st.Before == nil {
		body.Change, body.People, body.Notes = &change, Deciders(st.Config), slices.Concat(st.Notes, []string{"the first that was recorded: what was in force before is not known"})
	}
	return out, add(Recorded, body)
}

// Entry is a record of the administrators' log.
func Entry(kind, subject string, actor evidence.Actor, body Body) (store.Entry, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return store.Entry{}, fmt.Errorf("record %s: %w", kind, err)
	}
	return store.Entry{Kind: kind, Subject: subject, Actor: actor, Body: b}, nil
}

// Deciders says of each decision whether it is known that two people made it.
func Deciders(c config.Config) []DecidedBy {
	var out []DecidedBy
	people := c.People()
	for _, d := range c.Decisions {
		apart := soc2.ApartUnverified
		if known, err := people.Apart(d.Requester, d.Approver); known && err == nil {
			apart = soc2.ApartKnown
		}
		out = append(out, DecidedBy{Decision: d.ID, Apart: apart})
	}
	return out
}
