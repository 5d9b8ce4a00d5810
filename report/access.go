package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Access is who can reach what, to be rendered.
type Access struct {
	soc2.Access
	SampleData bool
	Filter     soc2.AccessFilter
}

func (a *Access) picked() []soc2.AccessRow {
	rows := []soc2.AccessRow{}
	for i := range a.Rows {
		if a.Filter.Picks(&a.Rows[i], a.At) {
			rows = append(rows, a.Rows[i])
		}
	}
	return rows
}

// people orders rows as a reviewer reads them: by person, accounts of nobody last.
func people(rows []soc2.AccessRow) {
	name := func(r *soc2.AccessRow) string {
		switch {
		case r.Person == nil:
			return "\xff" + r.Login.Label()
		case *r.Person == "":
			return "\xfe" + r.Login.Label()
		}
		return *r.Person
	}
	slices.SortStableFunc(rows, func(a, b soc2.AccessRow) int { return strings.Compare(name(&a), name(&b)) })
}

// mostAccess bounds how many rows a terminal shows.
const mostAccess = 400

// AccessTable writes who can reach what for a terminal.
func AccessTable(w io.Writer, a *Access, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: a.SampleData}
	rows := a.picked()
	people(rows)
	s.section("Access")
	s.lines(2, "as of     ", minute(a.At))
	s.accessLists(&a.Access)
	privileged, nobody, unjoined := 0, 0, 0
	for i := range a.Rows {
		if a.Rows[i].Privileged() {
			privileged++
		}
		if p := a.Rows[i].Person; p == nil {
			unjoined++
		} else if *p == "" && a.Rows[i].Nature != soc2.NatureService {
			nobody++
		}
	}
	s.lines(2, "rows      ", fmt.Sprintf("%d; %d administer, or may; %d of accounts that join to no person; %d of accounts of which nothing shows whose they are",
		len(a.Rows), privileged, nobody, unjoined))
	if len(rows) != len(a.Rows) {
		s.lines(2, "shown     ", fmt.Sprintf("%d of them, as asked", len(rows)))
	}
	if len(rows) > 0 {
		s.WriteString("\n" + accessRows(rows[:min(len(rows), mostAccess)], o.Width) + "\n")
	}
	if more := len(rows) - mostAccess; more > 0 {
		s.lines(2, "", fmt.Sprintf("and %d more: -o csv, json and xlsx list all", more))
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write who can reach what: %w", err)
	}
	return nil
}

// accessLists says first whether the list is whole.
func (s *summary) accessLists(a *soc2.Access) {
	records, whole := 0, 0
	for _, f := range a.Feeds {
		records += f.Records
		if f.Hole == nil {
			whole++
		}
	}
	s.lines(2, "lists     ", fmt.Sprintf("%d of %d seen to their end, %s", whole, len(a.Feeds), count(records, "record", "records")))
	holes := a.Holes()
	if len(holes) == 0 {
		return
	}
	s.lines(2, s.paintOutcome(soc2.Unobserved, "NOT COMPLETE")+"  ", "there may be access that is not listed:")
	for _, h := range holes[:min(len(holes), 8)] {
		s.lines(4, "- ", escaped(h))
	}
	if more := len(holes) - 8; more > 0 {
		s.lines(4, "", fmt.Sprintf("and %d more, all with -o json", more))
	}
}

func plainTable(width int) table.Writer {
	t := table.NewWriter()
	t.SuppressTrailingSpaces()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	gap := 1
	if width >= 100 {
		gap = 2
	}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	return t
}

func accessRows(rows []soc2.AccessRow, width int) string {
	t := plainTable(width)
	t.AppendHeader(table.Row{"person", "account", "reaches", "privilege", "by way of", "last use", "mfa"})
	gap := 1
	if width >= 100 {
		gap = 2
	}
	room := width - len("privilege") - len("2026-11-16") - len("yes") - 7*gap
	cell := func(value string, width int) string { return strings.Join(wrap(escaped(value), width), "\n") }
	for i := range rows {
		r := &rows[i]
		shown := r.Shown()
		mfa := map[string]string{"not seen": "?", "none to have": "-"}[shown[15]]
		if mfa == "" {
			mfa = shown[15]
		}
		t.AppendRow(table.Row{
			cell(shown[0], room*24/100), cell(r.Login.Provider+" "+shown[1], room*26/100), cell(string(r.What)+" "+reached(r), room*28/100),
			cell(shown[7], len("privilege")), cell(strings.Join(r.Paths, ", "), room*22/100), cell(shown[14], len("2026-11-16")), mfa,
		})
	}
	return t.Render()
}

// reached is the target, or the role where that says more.
func reached(r *soc2.AccessRow) string {
	switch r.What {
	case soc2.AccessRepository, soc2.AccessApplication, soc2.AccessTrust:
		return r.Target
	case soc2.AccessAccount, soc2.AccessKeyUse, soc2.AccessGroup, soc2.AccessPolicy, soc2.AccessRole, soc2.AccessPermissionSet, soc2.AccessBase, soc2.AccessInstallation, soc2.AccessRoot:
	}
	if r.Role != "" {
		return r.Role + " in " + r.Target
	}
	return r.Target
}

// accessColumns are the columns of CSV and XLSX. They are a contract: new ones are
// added at the end.
var accessColumns = append(append([]string{"as_of"}, soc2.ReviewColumns...), "item", "last_seen", "list_complete", "sample_data")

func (a *Access) cells(r *soc2.AccessRow) []string {
	return append(append([]string{csvTime(&a.At)}, r.Shown()...), r.Key, csvTime(&r.Seen), strconv.FormatBool(a.Complete()), strconv.FormatBool(a.SampleData))
}

// AccessCSV writes every row, guarded as CSV is.
func AccessCSV(w io.Writer, a *Access) error {
	var b strings.Builder
	b.Write(csvRow(accessColumns))
	for _, r := range a.picked() {
		b.Write(csvRow(a.cells(&r)))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// AccessXLSX writes a workbook: the rows, the lists they come from, and what was not seen.
func AccessXLSX(w io.Writer, a *Access) error {
	var rows, lists, holes [][]string
	for _, r := range a.picked() {
		rows = append(rows, a.cells(&r))
	}
	for _, l := range accessListsOf(&a.Access) {
		lists = append(lists, []string{l.Type, l.Scope.String(), l.Collector, strconv.Itoa(l.Records), csvTime(l.Seen), l.Pull, l.Hole})
	}
	for _, h := range a.Holes() {
		holes = append(holes, []string{h})
	}
	return writeXLSX(w, []sheet{
		{"Access", accessColumns, rows},
		{"Lists", []string{"type", "scope", "collector", "records", "seen", "pull", "not_seen_because"}, lists},
		{"Not seen", []string{"what"}, holes},
	})
}

// AccessSchemaV1 is the schema of who can reach what in JSON.
const AccessSchemaV1 = "controlwatch.access/v1"

// AccessListed is one list that access is known from.
type AccessListed struct {
	Type      string         `json:"type"`
	Scope     evidence.Scope `json:"scope"`
	Collector string         `json:"collector"`
	// Known of it now.
	Records int `json:"records"`
	// Start of the newest pull that saw all of it; null: none did.
	Seen *time.Time `json:"seen"`
	// Id of that pull, where it is the newest of all.
	Pull string `json:"pull,omitempty"`
	// Why it cannot be relied on; empty: it can.
	Hole string `json:"hole,omitempty"`
}

func accessListsOf(a *soc2.Access) []AccessListed {
	all := []AccessListed{}
	for _, f := range a.Feeds {
		l := AccessListed{Type: f.Type, Scope: f.Scope, Collector: f.Collector, Records: f.Records, Seen: known(f.Seen), Pull: f.Pull}
		if f.Hole != nil {
			l.Hole = strings.TrimSuffix(string(f.Hole.Reason)+": "+f.Hole.Detail, ": ")
		}
		all = append(all, l)
	}
	return all
}

// accessReport is controlwatch.access/v1.
type accessReport struct {
	Schema     string           `json:"schema"`
	At         time.Time        `json:"at"`
	SampleData bool             `json:"sample_data"`
	Complete   bool             `json:"complete"` // every list was seen to its end, and nothing in it hidden
	Unseen     []string         `json:"unseen"`
	Lists      []AccessListed   `json:"lists"`
	Rows       int              `json:"rows"` // whatever is shown
	Access     []soc2.AccessRow `json:"access"`
}

// AccessJSON writes who can reach what.
func AccessJSON(w io.Writer, a *Access) error {
	return writeIndented(w, accessReport{AccessSchemaV1, a.At.UTC(), a.SampleData, a.Complete(), a.Holes(), accessListsOf(&a.Access), len(a.Rows), a.picked()})
}

func writeIndented(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
