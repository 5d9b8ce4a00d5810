package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newControlsCompany(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "company [OWN-ID...]",
		Short: "List the company's own controls, what they are linked to, and what is proposed",
		Long: `Company lists the controls that were imported: in the company's wording, with what is
done with each, the controls of the catalogue that it is linked to, and of one without a
link those that are proposed. Links of ids that the newest import no longer has come last.`,
		Example: "  controlwatch controls company\n  controlwatch controls company AC-01 -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.company(cmd.Context(), file, output, args)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text, json or csv")
	return cmd
}

// companyControls are the company's own controls as JSON.
type companyControls struct {
	Schema   string           `json:"schema"` // controlwatch.company-controls/v1
	Record   string           `json:"record"` // of the import
	Controls []companyControl `json:"controls"`
	Problems []string         `json:"problems"` // records that cannot be read
	Orphans  []string         `json:"orphans"`  // ids that are linked, and that the newest import does not have
}

type companyControl struct {
	soc2.CompanyControl
	Adoption   string              `json:"adoption"`
	Maturity   *int                `json:"maturity"`   // 0 to 5; null: nobody said
	Conclusion string              `json:"conclusion"` // the last one on its design; empty: none
	Concluded  string              `json:"concluded"`  // the day of that
	Reworded   bool                `json:"reworded"`   // since it was linked
	Proposed   []soc2.LinkProposal `json:"proposed"`   // for one without a link
}

func (p *program) company(ctx context.Context, file, output string, ids []string) (err error) {
	s, err := p.openStored(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	h, err := p.heldIn(ctx, s, file, p.now())
	if err != nil {
		return err
	}
	if h.company.Import == "" {
		return errors.New("no control of the company was imported: controlwatch controls import FILE brings them")
	}
	out := companyControls{Schema: "controlwatch.company-controls/v1", Record: h.company.Import, Controls: []companyControl{}, Problems: append([]string{}, h.company.Problems...), Orphans: []string{}}
	asked := map[string]bool{}
	for _, id := range ids {
		c, found := h.company.Find(id)
		if !found {
			return fmt.Errorf("the company has no control %q: `controlwatch controls company` lists them", report.Safe(id))
		}
		asked[c.ID] = true
	}
	proposer := soc2.NewProposer(h.catalogue)
	for _, c := range h.company.Controls {
		if len(asked) > 0 && !asked[c.ID] {
			continue
		}
		one := companyControl{CompanyControl: c, Adoption: h.adoptionWord(c.ID), Proposed: []soc2.LinkProposal{}}
		if d, found := soc2.LastConclusion(h.designs, c.ID, soc2.Company{}); found {
			one.Maturity, one.Conclusion, one.Concluded = d.Maturity, d.Conclusion, d.Concluded()
		}
		if link, linked := h.company.Link(c.ID); linked {
			one.Reworded = link.Wording != c.Wording
		} else {
			one.Proposed = append(one.Proposed, proposer.Propose(c)...)
		}
		out.Controls = append(out.Controls, one)
	}
	for _, l := range h.company.Orphans() {
		out.Orphans = append(out.Orphans, l.Own)
	}
	switch output {
	case "json":
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	case "csv":
		return p.companyCSV(out)
	case "text":
		return report.Lines(p.stdout, companyLines(out), p.reportOptions())
	}
	return fmt.Errorf("--output: %q is not a format; expected text, json or csv", output)
}

func (p *program) companyCSV(o companyControls) error {
	b := report.CSVRow("id", "wording", "owner", "frequency", "operation", "nature", "criteria", "controls", "adoption", "maturity", "conclusion", "concluded", "source")
	for _, c := range o.Controls {
		b = append(b, report.CSVRow(c.ID, c.Wording, c.Owner, c.Frequency, c.Operation, c.Nature, strings.Join(c.Criteria, " "), strings.Join(c.Controls, " "),
			c.Adoption, maturityText(c.Maturity), c.Conclusion, c.Concluded, c.Source)...)
	}
	_, err := p.stdout.Write(b)
	return err
}

// maturityText is a level, or nothing where nobody said.
func maturityText(level *int) string {
	if level == nil {
		return ""
	}
	return fmt.Sprint(*level)
}

func companyLines(o companyControls) []string {
	var lines []string
	linked := 0
	for _, c := range o.Controls {
		lines = append(lines, fmt.Sprintf("%s (%s)", c.ID, c.Adoption), "  "+strings.Join(strings.Fields(c.Wording), " "))
		if about := strings.Join(nonEmpty(c.Owner, c.Frequency, c.Operation, c.Nature, strings.Join(c.Criteria, " ")), " · "); about != "" {
			lines = append(lines, "  "+about)
		}
		if c.Conclusion != "" {
			lines = append(lines, fmt.Sprintf("  design %s on %s, maturity %s", strings.ReplaceAll(c.Conclusion, "-", " "), c.Concluded, cmpText(maturityText(c.Maturity))))
		}
		if len(c.Controls) > 0 {
			linked++
			text := "  linked to " + strings.Join(c.Controls, ", ")
			if c.Reworded {
				text += "; its wording is another since: look at that again"
			}
			lines = append(lines, text)
			continue
		}
		lines = append(lines, "  linked to nothing, so nothing shows that it holds. Proposed:")
		lines = append(lines, proposalLines(proposedLinks{c.ID, c.Proposed})[min(1, len(c.Proposed)):]...)
	}
	lines = append(lines, "", fmt.Sprintf("%d controls, %d of them linked", len(o.Controls), linked))
	lines = append(lines, o.Problems...)
	for _, id := range o.Orphans {
		lines = append(lines, id+" is linked, and the newest import does not have it")
	}
	return lines
}

func cmpText(text string) string {
	if text == "" {
		return "not said"
	}
	return text
}

func nonEmpty(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}
