package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report"
)

func newControlsFind(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "find WORDS...",
		Short: "Find a check by another tool's name for it, a benchmark's section, a criterion or words",
		Long: `Find says which check here answers what you know from elsewhere:

  prowler:NAME steampipe:NAME scorecard:NAME legitify:NAME allstar:NAME
                a check of another tool
  cis:1.4       a section of a CIS benchmark
  cc6.1         a Trust Services criterion
  mfa console   words of a title or an id, all of which must occur

What the catalogue knows of and does not test is listed too, and says so.`,
		Example: `  controlwatch controls find prowler:iam_user_mfa_enabled_console_access
  controlwatch controls find cc6.1
  controlwatch controls find branch protection`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			cat, err := catalogue.Load()
			if err != nil {
				return err
			}
			rows, err := catalogue.Rows()
			if err != nil {
				return err
			}
			query := strings.Join(args, " ")
			matches := catalogue.Find(cat, rows, query)
			if len(matches) == 0 {
				return fmt.Errorf("nothing in the catalogue fits %q: try a word of it, or `controlwatch controls list`", query)
			}
			var found []report.Found
			for _, m := range matches {
				found = append(found, foundOf(m))
			}
			return report.FoundList(p.stdout, query, found, p.reportOptions())
		},
	}
}

func foundOf(m catalogue.Match) report.Found {
	f := report.Found{Row: m.Row.ID, Title: m.Row.Title, Belongs: m.Row.Group, Also: slices.Concat(m.Row.Peers, m.Row.CIS)}
	switch {
	case m.Control.ID == "":
	case m.Check == "":
		f.Answer = m.Control.ID
	default:
		f.Answer = m.Control.ID + " / " + m.Check
	}
	return f
}

// reportOptions are those of the terminal.
func (p *program) reportOptions() report.Options {
	return report.Options{Width: p.width, Colour: p.width > 0 && p.env("NO_COLOR") == ""}
}

// reportOptionsFor are those of the terminal where the text goes to it.
func (p *program) reportOptionsFor(w io.Writer) report.Options {
	o := p.reportOptions()
	o.Colour = o.Colour && w == p.stdout
	return o
}
