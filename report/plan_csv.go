package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// planColumns are the columns of PlanCSV. They are a contract: new ones are added at the end.
var planColumns = []string{
	"gap", "title", "status", "severity", "kind", "owner", "owner_by", "due", "overdue", "opened", "criteria", "systems",
	"control", "company_controls", "adoption", "likelihood", "impact", "inherent_likelihood", "inherent_impact",
	"failing", "unobserved", "accepted", "reopenings", "closed", "after", "description", "done_when", "min_days", "max_days",
	"out_of_scope", "planned_at", "sample_data", "labels",
}

// PlanCSV writes a plan for other trackers: a row for each gap, its tasks as text
// in one cell. The column gap is the key to update by: the external id of Jira and
// Linear, whose other columns are title, description, due, owner, severity and labels.
func PlanCSV(w io.Writer, p soc2.Plan) error {
	b := bufio.NewWriter(w)
	b.Write(csvRow(planColumns)) //nolint:errcheck // Flush says so
	for _, i := range p.Items {
		closed := ""
		if i.Closed != nil {
			closed = csvTime(i.Closed)
		}
		b.Write(csvRow([]string{ //nolint:errcheck // Flush says so
			i.Gap, i.Title, string(i.Status), i.Severity.String(), string(i.Kind), i.Owner, i.OwnerBy, i.Due.UTC().Format(time.DateOnly), strconv.FormatBool(i.Overdue),
			csvTime(&i.Opened), strings.Join(i.Criteria, " "), strings.Join(i.Systems, " "), i.Control, strings.Join(i.Company, " "), i.Adoption,
			strconv.Itoa(i.Residual.Likelihood), strconv.Itoa(i.Residual.Impact), strconv.Itoa(i.Inherent.Likelihood), strconv.Itoa(i.Inherent.Impact),
			strconv.Itoa(i.Failing), strconv.Itoa(i.Unobserved), strconv.Itoa(i.Accepted), strconv.Itoa(i.Reopenings), closed, strings.Join(i.After, " "),
			strings.Join(taskLines(i), "\n"), i.Success, strconv.Itoa(i.Effort.Min), strconv.Itoa(i.Effort.Max),
			strconv.FormatBool(i.OutOfScope), csvTime(&p.At), strconv.FormatBool(p.SampleData), planLabels(i),
		}))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// planLabels are words without spaces, as trackers split labels at them.
func planLabels(i soc2.PlanItem) string {
	return strings.Join([]string{"controlwatch", "severity-" + i.Severity.String(), string(i.Kind)}, " ")
}

func taskLines(i soc2.PlanItem) []string {
	lines := []string{i.Why}
	for n, t := range i.Tasks {
		lines = append(lines, fmt.Sprintf("%d. %s (%s)", n+1, t.Text, t.Effort))
		for _, c := range t.Commands {
			lines = append(lines, "   "+c)
		}
		if len(t.Commands) == 0 && t.How != "" {
			lines = append(lines, "   "+t.How)
		}
	}
	return lines
}
