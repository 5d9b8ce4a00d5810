package soc2

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Kinds of records about the company's own controls. Each import records all of them;
// the newest takes the place of those before. A link says which controls of the
// catalogue test or attest one, and the newest of each own id counts.
const (
	EntryCompanyControls = "company-controls" // subject: the file
	EntryControlLink     = "control-link"     // subject: the company's own id
)

// Company is what is known of the company's own controls at a time.
type Company struct {
	Controls []CompanyControl // in the order of the newest import, with their links
	Links    []ControlLink    // in force, by own id; also of those that a later import left out
	Import   string           // id of the record they are from; empty: none was imported
	At       time.Time
	By       evidence.Actor
	Problems []string // records that cannot be read, and that no later one took the place of
}

// ControlLink is a person's word on which controls test or attest one of the company's.
type ControlLink struct {
	ID       string // of its record
	Own      string
	Controls []string // none: what was linked is linked no more
	Wording  string   // of the company's control when it was linked
	By       evidence.Actor
	At       time.Time
}

type companyBody struct {
	Controls []CompanyControl `json:"controls"`
}

type linkBody struct {
	Controls []string `json:"controls"`
	Wording  string   `json:"wording"`
}

// CompanyControlsBody is what is recorded of an import: every control, and no links,
// which are a person's word of their own.
func CompanyControlsBody(all []CompanyControl) (json.RawMessage, error) {
	all = slices.Clone(all)
	for i := range all {
		all[i].Controls = []string{}
	}
	if err := wrongCompany(all); err != nil {
		return nil, err
	}
	return json.Marshal(companyBody{all})
}

// ControlLinkBody is what is recorded of a link.
func ControlLinkBody(c CompanyControl, controls ...string) (json.RawMessage, error) {
	return json.Marshal(linkBody{append([]string{}, controls...), c.Wording})
}

func wrongCompany(all []CompanyControl) error {
	if len(all) == 0 {
		return errors.New("it holds no control")
	}
	seen := map[string]bool{}
	for _, c := range all {
		switch {
		case c.ID == "" || c.Wording == "":
			return fmt.Errorf("%s: the control %q has no id or no wording", c.Source, c.ID)
		case seen[OwnID(c.ID)]:
			return fmt.Errorf("%s: the control %q is there twice", c.Source, c.ID)
		case len(c.Controls) > 0:
			return fmt.Errorf("%s: the control %q links itself: that is not its to say", c.Source, c.ID)
		}
		seen[OwnID(c.ID)] = true
	}
	return nil
}

// OwnID is the form in which own ids are compared.
func OwnID(id string) string { return strings.ToLower(strings.Join(strings.Fields(id), " ")) }

// ReadCompany reads them from their records as they stood at a time. A record that
// cannot be read is a problem that names it, until a later one takes its place: what
// stood before it goes on, because the log keeps for ever what was once recorded.
func ReadCompany(records []Recorded, at time.Time) Company {
	var c Company
	var newest string // what is wrong with the newest import
	links, wrong := map[string]ControlLink{}, map[string]string{}
	for _, r := range records {
		if r.At.After(at) {
			continue
		}
		switch r.Kind {
		case EntryCompanyControls:
			all, err := readImport(r)
			if err != nil {
				newest = err.Error()
				continue
			}
			newest, c.Controls, c.Import, c.At, c.By = "", all, r.ID, r.At, r.By
		case EntryControlLink:
			var body linkBody
			own := OwnID(r.Subject)
			delete(wrong, own)
			if err := r.Decode(&body); err != nil {
				wrong[own] = err.Error()
				delete(links, own) // nobody can say what it is linked to
				continue
			}
			links[own] = ControlLink{ID: r.ID, Own: r.Subject, Controls: body.Controls, Wording: body.Wording, By: r.By, At: r.At}
		}
	}
	if newest != "" {
		c.Problems = append(c.Problems, newest)
	}
	for _, own := range slices.Sorted(maps.Keys(wrong)) {
		c.Problems = append(c.Problems, wrong[own])
	}
	for i := range c.Controls {
		c.Controls[i].Controls = append([]string{}, links[OwnID(c.Controls[i].ID)].Controls...)
	}
	for _, own := range slices.Sorted(maps.Keys(links)) {
		if l := links[own]; len(l.Controls) > 0 {
			c.Links = append(c.Links, l)
		}
	}
	return c
}

func readImport(r Recorded) ([]CompanyControl, error) {
	var body companyBody
	if err := r.Decode(&body); err != nil {
		return nil, err
	}
	if err := wrongCompany(body.Controls); err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Kind, r.ID, err)
	}
	return body.Controls, nil
}

// Find finds one by its own id.
func (c Company) Find(id string) (CompanyControl, bool) {
	i := slices.IndexFunc(c.Controls, func(o CompanyControl) bool { return OwnID(o.ID) == OwnID(id) })
	if i < 0 {
		return CompanyControl{}, false
	}
	return c.Controls[i], true
}

// Testing are those that a control of the catalogue is linked to.
func (c Company) Testing(control string) []CompanyControl {
	var out []CompanyControl
	for _, o := range c.Controls {
		if slices.Contains(o.Controls, control) {
			out = append(out, o)
		}
	}
	return out
}

// Link is the one in force of an own id.
func (c Company) Link(id string) (ControlLink, bool) {
	i := slices.IndexFunc(c.Links, func(l ControlLink) bool { return OwnID(l.Own) == OwnID(id) })
	if i < 0 {
		return ControlLink{}, false
	}
	return c.Links[i], true
}

// Orphans are links of own ids that the newest import does not have.
func (c Company) Orphans() []ControlLink {
	var out []ControlLink
	for _, l := range c.Links {
		if _, there := c.Find(l.Own); !there {
			out = append(out, l)
		}
	}
	return out
}

// CompanyChange is how an import differs from the one before.
type CompanyChange struct {
	ID     string   `json:"id"`
	Change string   `json:"change"`           // added, changed or removed
	Fields []string `json:"fields,omitempty"` // that changed
	Linked []string `json:"linked,omitempty"` // to which controls it is linked; of one that changed or went the link wants another look
}

// CompanyDiff says what an import changes: in the new order, those that went last. The
// place in the file is no change.
func CompanyDiff(was Company, now []CompanyControl) []CompanyChange {
	var out []CompanyChange
	there := map[string]bool{}
	before := map[string]CompanyControl{}
	for _, c := range was.Controls {
		before[OwnID(c.ID)] = c
	}
	for _, c := range now {
		there[OwnID(c.ID)] = true
		old, had := before[OwnID(c.ID)]
		if !had {
			out = append(out, CompanyChange{ID: c.ID, Change: "added"})
			continue
		}
		var fields []string
		for _, f := range []struct {
			name     string
			was, now string
		}{
			{"id", old.ID, c.ID},
			{"wording", old.Wording, c.Wording},
			{"owner", old.Owner, c.Owner},
			{"frequency", old.Frequency, c.Frequency},
			{"operation", old.Operation, c.Operation},
			{"nature", old.Nature, c.Nature},
			{"criteria", strings.Join(old.Criteria, " "), strings.Join(c.Criteria, " ")},
		} {
			if f.was != f.now {
				fields = append(fields, f.name)
			}
		}
		if len(fields) > 0 {
			out = append(out, CompanyChange{ID: c.ID, Change: "changed", Fields: fields, Linked: old.Controls})
		}
	}
	for _, c := range was.Controls {
		if !there[OwnID(c.ID)] {
			out = append(out, CompanyChange{ID: c.ID, Change: "removed", Linked: c.Controls})
		}
	}
	return out
}
