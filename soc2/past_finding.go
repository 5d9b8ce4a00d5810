package soc2

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// EntryPastFindings is the kind of record that holds the findings of an earlier audit
// or review, as they were imported. Its subject is the file; the newest record of a
// file takes the place of those before.
const EntryPastFindings = "past-findings"

// PastFinding is what somebody found before controlwatch looked.
type PastFinding struct {
	About       string `json:"about"` // a control of the catalogue or the company's own, or a criterion
	Description string `json:"description"`
	Severity    string `json:"severity,omitempty"`
	Date        string `json:"date,omitempty"`   // a day
	Status      string `json:"status,omitempty"` // in the words of the source
	Source      string `json:"source"`           // file and row it came from
	Record      string `json:"record,omitempty"` // that holds it; never in a record
}

type pastFindingsBody struct {
	Findings []PastFinding `json:"findings"`
}

// PastFindingsBody is what is recorded of them.
func PastFindingsBody(all []PastFinding) (json.RawMessage, error) {
	if len(all) == 0 {
		return nil, errors.New("there is no finding")
	}
	return json.Marshal(pastFindingsBody{all})
}

// ReadPastFindings reads them from their records as they stood at a time. What cannot
// be read is a problem that names its record, until the file is imported again.
func ReadPastFindings(records []Recorded, at time.Time) (all []PastFinding, problems []string) {
	var order []string
	byFile, wrong := map[string][]PastFinding{}, map[string]string{}
	for _, r := range records {
		if r.Kind != EntryPastFindings || r.At.After(at) {
			continue
		}
		if _, had := byFile[r.Subject]; !had {
			order = append(order, r.Subject)
			byFile[r.Subject] = nil
		}
		delete(wrong, r.Subject)
		found, err := readPastFindings(r)
		if err != nil {
			wrong[r.Subject] = err.Error()
			continue
		}
		byFile[r.Subject] = found
	}
	for _, file := range order {
		all = append(all, byFile[file]...)
		if text, bad := wrong[file]; bad {
			problems = append(problems, text)
		}
	}
	return all, problems
}

func readPastFindings(r Recorded) ([]PastFinding, error) {
	var body pastFindingsBody
	if err := r.Decode(&body); err != nil {
		return nil, err
	}
	for i := range body.Findings {
		if f := &body.Findings[i]; f.About == "" || f.Description == "" || f.Record != "" {
			return nil, fmt.Errorf("%s %s: finding %d says not what it is about, or what was found", r.Kind, r.ID, i+1)
		}
		body.Findings[i].Record = r.ID
	}
	return body.Findings, nil
}

// FoundBefore are those about a control: by its own id, by an id of the company's that
// it is linked to, or by a criterion it bears on directly.
func FoundBefore(all []PastFinding, c Control, company Company) []PastFinding {
	names := []string{OwnID(c.ID)}
	for _, own := range company.Testing(c.ID) {
		names = append(names, OwnID(own.ID))
	}
	for _, m := range c.Criteria {
		if m.Strength == Direct {
			names = append(names, OwnID(m.ID))
		}
	}
	var out []PastFinding
	for _, f := range all {
		if slices.Contains(names, OwnID(f.About)) {
			out = append(out, f)
		}
	}
	return out
}
