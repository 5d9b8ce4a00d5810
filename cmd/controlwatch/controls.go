package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newControls(p *program) *cobra.Command {
	cmd := &cobra.Command{Use: "controls", Short: "Find, read and test the controls", Args: cobra.NoArgs}
	cmd.AddCommand(newControlsList(p), newControlsFind(p), newControlsShow(p), newControlsLint(p), newControlsTest(p))
	cmd.AddCommand(newControlsImport(p), newControlsLink(p), newControlsCompany(p), newControlsAdopt(p), newControlsAdvise(p), newControlsDecline(p),
		newControlsConclude(p), newControlsImportFindings(p))
	return cmd
}

func newControlsList(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List controls with their checks and criteria",
		Long: `List shows the controls of the catalogue. Where a store is given, with --store, in the
environment or by a configuration, it also says what the company does with each: adopted,
advisory, declined or proposed, the company's own ids, the maturity and the last
conclusion on its design.`,
		Example: "  controlwatch controls list\n  controlwatch controls list -c controlwatch.yaml -o csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cat, err := catalogue.Load()
			if err != nil {
				return err
			}
			h, err := p.heldOfStore(cmd, file)
			if err != nil {
				return err
			}
			switch output {
			case "json":
				return p.controlsJSON(cat, h)
			case "csv":
				return p.controlsCSV(cat, h)
			case "table":
				return p.controlsTable(cat, h)
			}
			return fmt.Errorf("--output: %q is not a format; expected table, json or csv", output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table, json or csv")
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	return cmd
}

type listedControl struct {
	ID           string          `json:"id"`
	Title        string          `json:"title"`
	Severity     string          `json:"severity"`
	Profile      string          `json:"profile"`
	Criteria     []listedMapping `json:"criteria"`
	Checks       []listedCheck   `json:"checks"`
	Attestation  bool            `json:"attestation"`
	*HeldControl                 // where a store is given
}

type listedMapping struct {
	ID       string        `json:"id"`
	Strength soc2.Strength `json:"strength"`
}

type listedCheck struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Types    []string `json:"types"`
	Covers   []string `json:"covers"`
	Criteria []string `json:"criteria"`
}

func (p *program) controlsJSON(cat soc2.Catalogue, h *held) error {
	out := []listedControl{}
	for _, c := range cat.Controls {
		l := listedControl{
			ID: c.ID, Title: c.Title, Severity: c.Severity().String(), Profile: c.Profile,
			Criteria: []listedMapping{}, Checks: []listedCheck{}, Attestation: c.AttestationAsked != nil, HeldControl: h.of(c.ID),
		}
		criteria := []string{}
		for _, m := range c.Criteria {
			l.Criteria = append(l.Criteria, listedMapping{ID: m.ID, Strength: m.Strength})
			criteria = append(criteria, m.ID)
		}
		for _, check := range c.Checks {
			l.Checks = append(l.Checks, listedCheck{
				ID: check.ID, Kind: string(check.Kind), Types: append([]string{}, check.Types...),
				Covers: append([]string{}, check.Covers...), Criteria: criteria,
			})
		}
		if a := c.AttestationAsked; a != nil {
			l.Checks = append(l.Checks, listedCheck{
				ID: soc2.AttestationCheck, Kind: "Attestation", Types: []string{}, Covers: append([]string{}, a.Covers...), Criteria: criteria,
			})
		}
		out = append(out, l)
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func (p *program) controlsTable(cat soc2.Catalogue, h *held) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.SetAllowedRowLength(p.width)
	header := table.Row{"CONTROL", "SEVERITY", "CHECKS", "CRITERIA"}
	if h != nil {
		header = append(header, "COMPANY")
	}
	t.AppendHeader(header)
	for _, c := range cat.Controls {
		var criteria, checks []string
		for _, m := range c.Criteria {
			id := m.ID
			if m.Strength == soc2.Supporting {
				id = "(" + id + ")"
			}
			criteria = append(criteria, id)
		}
		for _, check := range c.Checks {
			checks = append(checks, check.ID)
		}
		if c.AttestationAsked != nil {
			checks = append(checks, "attested by a person")
		}
		row := table.Row{c.ID + "\n" + c.Title, c.Severity(), strings.Join(checks, "\n"), strings.Join(criteria, " ")}
		if one := h.of(c.ID); one != nil {
			row = append(row, one.cell())
		}
		t.AppendRow(row)
		t.AppendSeparator()
	}
	_, err := fmt.Fprintf(p.stdout, "%s\n%d controls. Criteria in brackets are supported, the others tested directly.\n", t.Render(), len(cat.Controls))
	if told := h.unreadable(); err == nil && len(told) > 0 {
		err = report.Lines(p.stdout, told, p.reportOptions())
	}
	return err
}

func newControlsTest(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the cases beside the controls, shipped or your own",
		Long: `Test judges every case in DIR/controls/**/*.cases.yaml with the engine that
judges real evidence, then checks that no field set to "not seen" ever turns a
fail into a pass. Without DIR it tests the shipped catalogue.`,
		Example: "  controlwatch controls test\n  controlwatch controls test ./our-controls",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			fsys, err := controlFiles(args)
			if err != nil {
				return err
			}
			tested, err := evaluators.TestCases(cmd.Context(), fsys)
			if err != nil {
				return err
			}
			return p.showCases(tested)
		},
	}
}

// controlFiles are those of the folder named, or the shipped ones.
func controlFiles(args []string) (fs.FS, error) {
	if len(args) == 0 {
		return catalogue.Files(), nil
	}
	if info, err := os.Stat(args[0]); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder; expected one that holds controls/*/*.yaml", args[0])
	}
	return os.DirFS(args[0]), nil
}

func (p *program) showCases(tested evaluators.CasesTested) error {
	for _, c := range tested.Cases {
		for _, wrong := range c.Wrong {
			fmt.Fprintf(p.stdout, "%s:%d: %q %s\n", c.File, c.Line, c.Name, wrong)
		}
	}
	for _, missing := range tested.Missing {
		fmt.Fprintln(p.stdout, missing)
	}
	failed := tested.Failed()
	fmt.Fprintf(p.stdout, "%d cases, each also with less and less to see: %d wrong or missing\n", len(tested.Cases), failed)
	if failed > 0 {
		return exitError{exitGap}
	}
	return nil
}
