package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// PopulationSchemaV1 is the schema of a population in JSON.
const PopulationSchemaV1 = "controlwatch.population/v1"

// populationReport is controlwatch.population/v1.
type populationReport struct {
	Schema string `json:"schema"`
	soc2.Population
}

// PopulationJSON writes a population with the record of how it was made.
func PopulationJSON(w io.Writer, p soc2.Population) error {
	return writeJSON(w, populationReport{PopulationSchemaV1, p})
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// populationColumns are the columns of items in CSV and XLSX. They are a contract:
// new ones are added at the end.
var populationColumns = []string{
	"population", "from", "to", "population_digest", "complete", "reconciled_with", "unconfirmed_exports", "sample_data",
	"key", "provider", "account", "region", "kind", "type", "id", "name", "part", "certain", "why",
	"at", "began_after", "began_by", "ended_after", "ended_by", "times", "counted_at", "fact_digest", "pull", "source", "narrowed", "from_event_log",
}

// populationRows are the items. Every row says which population it is of, and
// whether that is complete; one without items has one row that says so.
func populationRows(p soc2.Population) [][]string {
	head := []string{
		p.Name, csvTime(&p.From), csvTime(&p.To), p.Digest, strconv.FormatBool(p.Complete), p.ReconciledWith,
		strconv.Itoa(p.Unconfirmed), strconv.FormatBool(p.SampleData),
	}
	if len(p.Items) == 0 {
		row := append(append([]string{}, head...), make([]string, len(populationColumns)-len(head))...)
		row[len(head)+10] = "no item was seen"
		return [][]string{row}
	}
	rows := make([][]string, 0, len(p.Items))
	for i := range p.Items {
		item := &p.Items[i]
		r := item.Resource
		beganAfter, beganBy := boundCells(item.Began)
		endedAfter, endedBy := boundCells(item.Ended)
		rows = append(rows, append(append([]string{}, head...),
			item.Key, r.Provider, r.Account, r.Region, string(r.Kind), r.Type, r.ID, r.Name, item.Part, strconv.FormatBool(item.Certain), item.Why,
			csvTime(item.At), beganAfter, beganBy, endedAfter, endedBy, strconv.Itoa(item.Times), csvTime(item.CountedAt), item.Fact, item.Pull, item.Source, p.Narrowed, strconv.FormatBool(item.FromLog)))
	}
	return rows
}

func boundCells(b *soc2.Bounds) (after, by string) {
	if b == nil {
		return "", ""
	}
	return csvTime(b.After), csvTime(&b.By)
}

// PopulationCSV writes the items as rows, guarded as CSV is.
func PopulationCSV(w io.Writer, p soc2.Population) error {
	return writeRows(w, populationColumns, populationRows(p))
}

func writeRows(w io.Writer, columns []string, rows [][]string) error {
	for _, row := range append([][]string{columns}, rows...) {
		if _, err := w.Write(csvRow(row)); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	return nil
}

// populationMade is how the list was made, in two columns.
func populationMade(p soc2.Population) [][]string {
	rows := [][]string{
		{"population", p.Name},
		{"what it is", p.Doc},
		{"from", p.From.Format(time.RFC3339)},
		{"to (not in it)", p.To.Format(time.RFC3339)},
		{"narrowed", p.Narrowed},
		{"known at", p.KnownAt.Format(time.RFC3339)},
		{"items", strconv.Itoa(len(p.Items))},
		{"items not certain", strconv.Itoa(p.Uncertain())},
		{"digest (SHA-256)", p.Digest},
		{"sample data", strconv.FormatBool(p.SampleData)},
	}
	for _, d := range populationDoubts(p) {
		rows = append(rows, []string{"note", d})
	}
	return rows
}

var listColumns = []string{
	"source", "collector", "scope", "type", "pulls", "complete_pulls", "first_pull", "first_at", "last_pull", "last_at",
	"principals", "source_total", "source_items", "reconciled_with", "longest_interval", "holes",
}

func listRows(p soc2.Population) [][]string {
	var rows [][]string
	for _, l := range p.Lists {
		ref := func(r *soc2.PullRef) (string, string) {
			if r == nil {
				return "", ""
			}
			return r.ID, csvTime(&r.At)
		}
		number := func(n *int) string {
			if n == nil {
				return ""
			}
			return strconv.Itoa(*n)
		}
		first, firstAt := ref(l.First)
		last, lastAt := ref(l.Last)
		rows = append(rows, []string{
			l.Source, l.Collector, l.Scope.String(), l.Type, strconv.Itoa(l.Pulls), strconv.Itoa(l.CompletePulls), first, firstAt, last, lastAt,
			fmt.Sprint(l.Principals), number(l.ProviderTotal), number(l.ProviderItems), l.ReconciledWith, lengthOf(time.Duration(l.LongestInterval)), strconv.Itoa(len(l.Holes)),
		})
	}
	return rows
}

func holeRows(p soc2.Population) [][]string {
	var rows [][]string
	for _, l := range p.Lists {
		for _, h := range l.Holes {
			rows = append(rows, []string{l.Type, l.Scope.String(), csvTime(&h.From), csvTime(&h.To), string(h.Reason), h.Operation, h.Detail})
		}
	}
	return rows
}

func exportRows(p soc2.Population) [][]string {
	var rows [][]string
	for _, l := range p.Lists {
		for _, e := range l.Exports {
			confirmed := "NOT CONFIRMED"
			if e.Confirmed != nil {
				confirmed = approvalOf(*e.Confirmed)
			}
			count := ""
			if e.Rows != nil {
				count = strconv.Itoa(*e.Rows)
			}
			rows = append(rows, []string{e.System, e.Query, e.Preparer, e.ExtractedAt, e.Data, count, strconv.Itoa(e.Items), e.Digest, confirmed})
		}
	}
	return rows
}
