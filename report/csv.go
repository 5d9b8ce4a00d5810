package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// csvColumns are the columns of CSV. They are a contract: new ones are added at the end.
var csvColumns = []string{
	"judged_at", "control", "title", "check", "criteria", "covers", "outcome", "reason", "severity",
	"provider", "account", "region", "kind", "type", "id", "name",
	"observed", "desired", "remediation", "first_seen", "last_changed",
	"accepted_by_decision", "accepted_by", "accepted_until", "accepted_reason", "excluded_by_decision",
	"sample_data", "narrowed", "accepted_compensating", "accepted_also_by", "narrowed_without_decision",
	"systems", "owner",
}

// CSV writes every finding as a row, as RFC 4180 has it: those that pass are in it,
// as in JSON and in its order. Cells that a spreadsheet would take for a formula
// begin with an apostrophe.
func CSV(w io.Writer, a soc2.Assessment) error {
	controls := map[string]soc2.ControlResult{}
	for _, c := range a.Controls {
		controls[c.ID] = c
	}
	narrowed := ""
	if a.Narrowed != nil {
		narrowed = a.Narrowed.String()
	}
	inSilence := NarrowedInSilence(a.Narrowings)
	buffered := bufio.NewWriterSize(w, 64<<10)
	buffered.Write(csvRow(csvColumns)) //nolint:errcheck // Flush says so
	err := inOrder(a, func(f soc2.Finding) ([]byte, error) {
		c := controls[f.Control]
		var criteria []string
		for _, m := range c.Criteria {
			criteria = append(criteria, m.ID)
		}
		out := findingOf(f)
		accepted := Acceptance{}
		if out.Acceptance != nil {
			accepted = *out.Acceptance
		}
		return csvRow([]string{
			csvTime(&a.At), f.Control, c.Title, f.Check, strings.Join(criteria, " "), strings.Join(f.Covers, " "),
			f.Outcome.String(), f.Reason, f.Severity.String(),
			f.Resource.Provider, f.Resource.Account, f.Resource.Region, string(f.Resource.Kind), f.Resource.Type, f.Resource.ID, f.Resource.Name,
			string(out.Observed), f.Desired, f.Remediation, csvTime(out.FirstSeen), csvTime(out.LastChanged),
			accepted.ID, accepted.Approver, csvTime(&accepted.Expires), accepted.Reason, f.ExcludedBy,
			fmt.Sprint(a.SampleData), narrowed, accepted.Compensating, accepted.Also, inSilence,
			strings.Join(out.Systems, " "), out.Owner,
		}), nil
	}, func(row []byte) error {
		_, err := buffered.Write(row)
		return err
	})
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func csvTime(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// csvRow is one record. encoding/csv is not used because it drops a lone carriage
// return and turns line feeds inside a cell into two characters.
func csvRow(cells []string) []byte {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		cell = csvCell(cell)
		if strings.ContainsAny(cell, "\",\r\n'") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		b.WriteString(cell)
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}

// csvCell defuses what a spreadsheet would run, and escapes what cannot be seen:
// control characters and marks that turn the direction of text. Line feeds stay.
func csvCell(s string) string {
	defuse := s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", firstRune(s))
	var b strings.Builder
	if defuse {
		b.WriteByte('\'')
	}
	for _, r := range s {
		switch {
		case r == '\n', r == '\t', r == '\r':
			b.WriteRune(r)
		case unseenRune(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// unseenRune is a control character, or one that turns the direction of the text
// around it.
func unseenRune(r rune) bool {
	return r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x061c || r == 0x200e || r == 0x200f ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 || r == 0xfeff
}
