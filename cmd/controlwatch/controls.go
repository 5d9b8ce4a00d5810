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
	"github.com/controlwatch/controlwatch/soc2"
)

func newControls(p *program) *cobra.Command {
	cmd := &cobra.Command{Use: "controls", Short: "Find, read and test the controls", Args: cobra.NoArgs}
	cmd.AddCommand(newControlsList(p), newControlsFind(p), newControlsShow(p), newControlsLint(p), newControlsTest(p))
	return cmd
}

func newControlsList(p *program) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List controls with their checks and criteria",
		Example: "  controlwatch controls list\n  controlwatch controls list -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cat, err := catalogue.Load()
			if err != nil {
				return err
			}
			switch output {
			case "json":
				return p.controlsJSON(cat)
			case "table":
				return p.controlsTable(cat)
			}
			return fmt.Errorf("--output: %q is not a format; expected table or json", output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table or json")
	return cmd
}

type listedControl struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	Severity    string          `json:"severity"`
	Profile     string          `json:"profile"`
	Criteria    []listedMapping `json:"criteria"`
	Checks      []listedCheck   `json:"checks"`
	Attestation bool            `json:"attestation"`
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

func (p *program) controlsJSON(cat soc2.Catalogue) error {
	out := []listedControl{}
	for _, c := range cat.Controls {
		l := listedControl{
			ID: c.ID, Title: c.Title, Severity: c.Severity().String(), Profile: c.Profile,
			Criteria: []listedMapping{}, Checks: []listedCheck{}, Attestation: c.AttestationAsked != nil,
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

func (p *program) controlsTable(cat soc2.Catalogue) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.SetAllowedRowLength(p.width)
	t.AppendHeader(table.Row{"CONTROL", "SEVERITY", "CHECKS", "CRITERIA"})
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
		t.AppendRow(table.Row{c.ID + "\n" + c.Title, c.Severity(), strings.Join(checks, "\n"), strings.Join(criteria, " ")})
		t.AppendSeparator()
	}
	_, err := fmt.Fprintf(p.stdout, "%s\n%d controls. Criteria in brackets are supported, the others tested directly.\n", t.Render(), len(cat.Controls))
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
