package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// periodColumns are the columns of PeriodCSV. They are a contract: new ones are added at the end.
var periodColumns = []string{
	"row", "period_from", "period_to", "told_as_of", "control", "title", "criteria", "severity", "state", "reason",
	"from", "to", "check", "provider", "account", "region", "type", "id", "name",
	"last_good", "first_bad", "last_bad", "first_good", "end", "detect_at_most_seconds", "fix_at_least_seconds", "fix_at_most_seconds",
	"fix_within_seconds", "in_time", "accepted_by_decision", "excluded_by_decision",
	"tests_planned", "tests_executed", "seen_seconds", "observed_seconds", "elapsed_seconds", "days_covered", "days_lost", "days_running", "days_to_come",
	"places", "sample_data", "filter", "adoption", "reported", "company_wording",
}

// PeriodCSV writes a period as rows: one for each control, followed by its
// deviations, holes and attestations, as the column "row" says.
func PeriodCSV(w io.Writer, p soc2.Period) error {
	r := periodReport(p)
	b := bufio.NewWriter(w)
	b.Write(csvRow(periodColumns)) //nolint:errcheck // Flush says so
	write := func(c PeriodControl, cells map[string]string) {
		maps.Copy(cells, map[string]string{
			"period_from": csvTime(&r.From), "period_to": csvTime(&r.To), "told_as_of": csvTime(&r.ToldAsOf),
			"control": c.ID, "title": c.Title, "criteria": strings.Join(c.Criteria, " "),
			"sample_data": strconv.FormatBool(r.SampleData), "filter": r.Filter,
			"adoption": c.Adoption, "reported": strconv.FormatBool(c.Reported), "company_wording": wordedOwn(c.Own),
		})
		if cells["severity"] == "" {
			cells["severity"] = c.Severity
		}
		row := make([]string, len(periodColumns))
		for i, name := range periodColumns {
			row[i] = cells[name]
		}
		b.Write(csvRow(row)) //nolint:errcheck // Flush says so
	}
	for _, c := range r.Controls {
		write(c, controlCells(c))
		for _, d := range c.Deviations {
			write(c, deviationCells(d))
		}
		for _, h := range c.Holes {
			write(c, holeCells(h))
		}
		for _, a := range c.Attestations {
			write(c, map[string]string{
				"row": "attestation", "state": string(a.State), "reason": strings.Join(a.Lacks, "; "), "from": csvTime(&a.From), "to": csvTime(&a.To),
				"id": a.ID, "name": a.System, "first_good": csvTime(a.At),
			})
		}
	}
	if r.Administration != nil {
		for _, a := range r.Administration.Acts {
			write(PeriodControl{}, actCells(a))
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func controlCells(c PeriodControl) map[string]string {
	return map[string]string{
		"row": "control", "state": string(c.State), "tests_planned": strconv.Itoa(c.Planned), "tests_executed": strconv.Itoa(c.Executed),
		"seen_seconds": seconds(c.SeenFor), "observed_seconds": seconds(c.ObservedFor), "elapsed_seconds": seconds(c.Elapsed), "days_covered": strconv.Itoa(c.Days.Covered),
		"days_lost": strconv.Itoa(c.Days.Lost), "days_running": strconv.Itoa(c.Days.Running), "days_to_come": strconv.Itoa(c.Days.ToCome),
	}
}

// actCells has what was done to controlwatch itself: what changed is in JSON and in
// `controlwatch log`.
func actCells(a Act) map[string]string {
	state := "identity verified"
	if !a.Verified {
		state = "identity not verified"
	}
	return map[string]string{"row": "administration", "state": state, "reason": a.Kind, "from": csvTime(&a.At), "id": a.ID, "name": a.Actor, "type": a.Subject}
}

func deviationCells(d PeriodDeviation) map[string]string {
	cells := map[string]string{
		"row": "deviation", "severity": d.Severity, "check": d.Check, "provider": d.Resource.Provider, "account": d.Resource.Account,
		"region": d.Resource.Region, "type": d.Resource.Type, "id": d.Resource.ID, "name": d.Resource.Name,
		"last_good": csvTime(d.LastGood), "first_bad": csvTime(&d.FirstBad), "last_bad": csvTime(&d.LastBad), "first_good": csvTime(d.FirstGood),
		"end": d.End, "reason": d.Left, "fix_at_least_seconds": seconds(d.FixAtLeast), "fix_at_most_seconds": seconds(d.FixAtMost),
		"fix_within_seconds": seconds(d.FixWithin), "in_time": string(d.InTime), "excluded_by_decision": d.ExcludedBy,
	}
	if d.DetectAtMost != nil {
		cells["detect_at_most_seconds"] = seconds(*d.DetectAtMost)
	}
	var accepted []string
	for _, a := range d.Accepted {
		accepted = append(accepted, fmt.Sprintf("%s %s/%s", orUnknown(a.Decision), a.From.Format(time.RFC3339), a.To.Format(time.RFC3339)))
	}
	cells["accepted_by_decision"] = strings.Join(accepted, "; ")
	return cells
}

func holeCells(h PeriodHole) map[string]string {
	places := strings.Join(h.Places, "; ")
	if h.More > 0 {
		places += fmt.Sprintf("; and %d more", h.More)
	}
	state := "closed"
	if h.Open {
		state = "open"
	}
	return map[string]string{
		"row": "hole", "state": state, "reason": string(h.Reason), "from": csvTime(&h.From), "to": csvTime(&h.To), "check": h.Check, "places": places,
	}
}

func seconds(n int64) string { return strconv.FormatInt(n, 10) }

func orUnknown(id string) string {
	if id == "" {
		return "a decision that is not in the store"
	}
	return id
}

func wordedOwn(all []PeriodOwn) string {
	var out []string
	for _, o := range all {
		out = append(out, o.ID+": "+joined(o.Wording))
	}
	return strings.Join(out, " · ")
}
