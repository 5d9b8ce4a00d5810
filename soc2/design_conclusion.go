package soc2

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// EntryDesignConclusion is the kind of record that holds a person's conclusion on how
// a control is designed. Its subject is the control.
const EntryDesignConclusion = "design-conclusion"

// What a person concludes on a design. Whatever else an older record says is no "suitable".
const (
	DesignSuitable    = "suitable"
	DesignNotSuitable = "not-suitable"
	DesignUnreadable  = "unreadable" // its record cannot be read, and its note says why
)

// MaturityLevels names the levels a control's maturity is told in, from 0 to 5.
var MaturityLevels = []string{"not there", "by chance", "repeated", "defined", "measured", "improved all the time"}

type designBody struct {
	Conclusion string `json:"conclusion"`
	Note       string `json:"note,omitempty"`
	Maturity   *int   `json:"maturity,omitempty"`
	Date       string `json:"date,omitempty"` // the day it was concluded; empty: that of the record
}

// Body is what is recorded of a conclusion.
func (d DesignConclusion) Body() (json.RawMessage, error) {
	body := designBody{d.Conclusion, d.Note, d.Maturity, d.Date}
	if !slices.Contains([]string{DesignSuitable, DesignNotSuitable}, d.Conclusion) {
		return nil, fmt.Errorf("%q is no conclusion; expected suitable or not-suitable", d.Conclusion)
	}
	if err := body.wrong(); err != nil {
		return nil, err
	}
	return json.Marshal(body)
}

func (b designBody) wrong() error {
	if b.Conclusion == "" {
		return errors.New("it concludes nothing")
	}
	if b.Maturity != nil && (*b.Maturity < 0 || *b.Maturity >= len(MaturityLevels)) {
		return fmt.Errorf("maturity %d is no level; expected 0 to %d", *b.Maturity, len(MaturityLevels)-1)
	}
	if b.Date != "" {
		if _, err := time.Parse(time.DateOnly, b.Date); err != nil {
			return fmt.Errorf("%q is no day; expected one such as 2026-10-31", b.Date)
		}
	}
	return nil
}

// ReadDesignConclusion reads one as it was recorded. Those from before there was a
// maturity have none.
func ReadDesignConclusion(r Recorded) DesignConclusion {
	var body designBody
	err := r.Decode(&body)
	if err == nil {
		if wrong := body.wrong(); wrong != nil {
			err = fmt.Errorf("%s %s: %w", r.Kind, r.ID, wrong)
		}
	}
	if err != nil {
		body = designBody{Conclusion: DesignUnreadable, Note: err.Error()}
	}
	return DesignConclusion{
		ID: r.ID, At: r.At, Control: r.Subject, Conclusion: body.Conclusion, Note: body.Note, Maturity: body.Maturity, Date: body.Date,
		By: r.By.Name, Identity: string(r.By.Identity),
	}
}

// Concluded is the day that a conclusion is of.
func (d DesignConclusion) Concluded() string {
	if d.Date != "" {
		return d.Date
	}
	return d.At.UTC().Format(time.DateOnly)
}

// LastConclusion is the newest one on a control, or on one of the company's that it is
// linked to: by the day that it is of, and of one day the one recorded last.
func LastConclusion(all []DesignConclusion, control string, company Company) (DesignConclusion, bool) {
	names := conclusionNames(control, company)
	var last DesignConclusion
	found := false
	for _, d := range all {
		if slices.Contains(names, OwnID(d.Control)) && (!found || d.Concluded() >= last.Concluded()) {
			last, found = d, true
		}
	}
	return last, found
}

func conclusionNames(control string, company Company) []string {
	names := []string{OwnID(control)}
	for _, own := range company.Testing(control) {
		names = append(names, OwnID(own.ID))
	}
	return names
}
