package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// PlanMarkdown writes a plan as CommonMark, to read, print or paste into a wiki.
func PlanMarkdown(w io.Writer, p soc2.Plan) error {
	var b strings.Builder
	b.WriteString("# Remediation plan\n\n")
	if p.SampleData {
		b.WriteString("**SAMPLE DATA** of a company that does not exist.\n\n")
	}
	for _, line := range planHeader(p) {
		b.WriteString(markdown(line) + "\n")
	}
	for _, n := range planOrder {
		items := planGroupOf(p, n)
		if len(items) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s (%d)\n", planGroups[n].title, len(items))
		for _, i := range items {
			planSection(&b, i)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

func planSection(b *strings.Builder, i soc2.PlanItem) {
	fmt.Fprintf(b, "\n### %s\n\n", markdown(i.Title))
	owner := "**nobody**"
	if i.Owner != "" {
		owner = markdown(i.Owner) + " (" + markdown(i.OwnerBy) + ")"
	}
	rows := [][2]string{
		{"Gap", markdown(i.Gap)},
		{"Status", string(i.Status) + ". " + markdown(i.Why)},
		{"Severity", fmt.Sprintf("%s: risk %s, inherent %s", i.Severity, i.Residual, i.Inherent)},
		{"Kind", string(i.Kind)},
		{"Criteria", strings.Join(i.Criteria, ", ")},
		{"Owner", owner},
		{"Due", i.Due.UTC().Format(time.DateOnly) + " (" + markdown(i.DueBy) + ")"},
		{"Opened", i.Opened.UTC().Format(time.DateOnly)},
		{"Effort", i.Effort.String()},
		{"First", markdown(strings.Join(i.After, ", "))},
		{"Done when", markdown(i.Success)},
	}
	b.WriteString("| | |\n|---|---|\n")
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(b, "| %s | %s |\n", r[0], r[1])
		}
	}
	b.WriteByte('\n')
	for n, t := range i.Tasks {
		fmt.Fprintf(b, "%d. %s (%s)\n", n+1, markdown(t.Text), t.Effort)
		if t.How != "" {
			fmt.Fprintf(b, "   %s\n", markdown(t.How))
		}
		if len(t.Commands) > 0 {
			// A command is one line of plain characters: it cannot end the block.
			fmt.Fprintf(b, "\n   ```sh\n   %s\n   ```\n", strings.Join(t.Commands, "\n   "))
		}
	}
}

// markdown is text on one line in which nothing is markup, as CommonMark escapes it.
func markdown(s string) string {
	s = escaped(strings.Join(strings.Fields(s), " "))
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>#|~!&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
