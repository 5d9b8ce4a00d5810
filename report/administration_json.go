package report

import (
	"fmt"
	"io"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// LogV1 names the contract of the administrators' log in JSON.
const LogV1 = "controlwatch.log/v1"

// Administration is what was done to controlwatch, oldest first. Times are in UTC.
type Administration struct {
	Began      *time.Time     `json:"began"`      // of the administrators' log; null: it is empty. What was done before is not known
	Records    int            `json:"records"`    // that are listed
	Unverified int            `json:"unverified"` // of them, those of which it is not known who made them
	Kinds      map[string]int `json:"kinds"`      // of them, how many of each kind
	Acts       []Act          `json:"acts"`
}

// Act is one record.
type Act struct {
	ID       string               `json:"id"`
	At       time.Time            `json:"at"`
	Kind     string               `json:"kind"`
	Subject  string               `json:"subject"`
	Actor    string               `json:"actor"`
	Identity string               `json:"identity"` // program, git-commit, personal-key or oidc; empty: identity not verified
	Verified bool                 `json:"verified"`
	Changes  []soc2.SettingChange `json:"changes"`
	Change   soc2.ChangeReference `json:"change"` // as somebody wrote it
	Notes    []string             `json:"notes"`
}

// AdministrationOf shapes what was done.
func AdministrationOf(a soc2.Administration) Administration {
	out := Administration{Began: moment(a.Began), Records: len(a.Acts), Unverified: a.Unverified(), Kinds: map[string]int{}, Acts: []Act{}}
	for _, act := range a.Acts {
		out.Kinds[act.Kind]++
		changes := act.Changes
		if changes == nil {
			changes = []soc2.SettingChange{}
		}
		out.Acts = append(out.Acts, Act{
			act.ID, act.At.UTC(), act.Kind, act.Subject, act.Actor.Name, string(act.Actor.Identity), act.Verified(), changes, act.Change, list(act.Notes),
		})
	}
	return out
}

// administrationReport is controlwatch.log/v1.
type administrationReport struct {
	Schema string `json:"schema"`
	Administration
}

// AdministrationJSON writes what was done as controlwatch.log/v1.
func AdministrationJSON(w io.Writer, a soc2.Administration) error {
	b, err := indented(administrationReport{LogV1, AdministrationOf(a)}, "")
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", LogV1, err)
	}
	return nil
}
