package soc2

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// WrittenAttestation is an attestation as a person types it: flags, answers to
// questions, cells of a sheet.
type WrittenAttestation struct {
	Control, System, Result       string
	Performed                     string // a day, or a moment as in RFC 3339
	Covers                        string // first and last day: 2026-07-01/2026-09-30
	Population, Tested, Deviation string // whole numbers; empty: not stated
	Note, ReviewedBy              string
}

// Read gives the attestation, still without its files; days are those of the zone.
// Its error joins a Problem for everything that cannot be read or be right.
func (w WrittenAttestation) Read(zone *time.Location, now time.Time) (AttestationBody, error) {
	var errs []error
	a := AttestationBody{
		Control: strings.TrimSpace(w.Control), System: strings.TrimSpace(w.System), Result: strings.TrimSpace(w.Result),
		Note: strings.TrimSpace(w.Note), ReviewedBy: strings.TrimSpace(w.ReviewedBy),
	}
	unread := map[string]bool{}
	wrong := func(field, format string, args ...any) {
		unread[field] = true
		errs = append(errs, Problem{field, fmt.Sprintf(format, args...)})
	}
	day := func(field, text string) time.Time {
		if text = strings.TrimSpace(text); text == "" {
			return time.Time{}
		}
		if at, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
			return at.UTC()
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			wrong(field, "%q is no day; expected one such as 2026-09-30", text)
		}
		return at.UTC()
	}
	number := func(field, text string) *int {
		if text = strings.TrimSpace(text); text == "" {
			return nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n > 1e9 {
			wrong(field, "%q is no whole number", text)
			return nil
		}
		return &n
	}
	a.PerformedAt = day("performed_at", w.Performed)
	if text := strings.TrimSpace(w.Covers); text != "" {
		from, to, both := strings.Cut(text, "/")
		if !both {
			wrong("covers", "%q is no span; expected the first and the last day, as 2026-07-01/2026-09-30", text)
		} else {
			a.CoversFrom, a.CoversTo = day("covers", from), day("covers", to)
		}
	}
	a.Population, a.Tested, a.Deviations = number("population", w.Population), number("tested", w.Tested), number("deviations", w.Deviation)
	for _, p := range Problems(a.Check(now)) {
		if !unread[p.Field] { // said already
			errs = append(errs, p)
		}
	}
	return a, errors.Join(errs...)
}

// Problems are those that are joined in an error. Another error is one of no field.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	var all []Problem
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			all = append(all, Problems(one)...)
		}
		return all
	}
	if p, ok := errors.AsType[Problem](err); ok {
		return []Problem{p}
	}
	return []Problem{{What: err.Error()}}
}
