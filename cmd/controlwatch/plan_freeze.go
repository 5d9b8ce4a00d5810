package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/internal/canon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newPlanFreeze(p *program) *cobra.Command {
	var file string
	var by signedBy
	cmd := &cobra.Command{
		Use:   "freeze",
		Short: "Keep the plan as it is now as a version, for another person to approve",
		Long: `Freeze keeps the plan as it is now in the evidence log: its bytes can be compared
and no longer altered. It is in force when somebody other than its author approves
it: controlwatch approve ID --by NAME. Gaps of the newest version stay in the plan
until evidence shows that they are closed.`,
		Example: "  controlwatch plan freeze --by grace --sign-with ~/.ssh/id_ed25519 -c controlwatch.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if strings.TrimSpace(by.name) == "" {
				return errors.New("--by: missing; say who freezes it")
			}
			made, _, line, err := p.planNow(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, line.close()) }()
			b, err := json.Marshal(made.plan)
			if err == nil {
				b, err = canon.JSON(b)
			}
			if err != nil {
				return fmt.Errorf("write the plan down: %w", err)
			}
			id, actor, err := p.records(by, file)(cmd.Context(), line.store, store.Entry{Kind: soc2.EntryPlan, Body: b})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "%s: version %d of the plan, %d gaps, by %s\nit is in force when another person approves it: controlwatch approve %s --by NAME\n",
				id, len(made.versions)+1, len(made.plan.Items), actor, id)
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose scope, rules and store count")
	by.add(cmd, "by", "who freezes it (required)")
	return cmd
}

// planVersionRow is a frozen version and how far its approval is.
type planVersionRow struct {
	soc2.PlanVersion
	State string `json:"state"`
	Gaps  int    `json:"gaps"`
}

// planVersionsOut is controlwatch.plan-versions/v1.
type planVersionsOut struct {
	Schema   string           `json:"schema"`
	Versions []planVersionRow `json:"versions"`
}

func newPlanVersions(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use: "versions", Short: "List frozen versions of the plan, and who approved them", Args: cobra.NoArgs,
		Example: `  controlwatch plan versions`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer s.Close() //nolint:errcheck // nothing was written
			versions, _, err := daemon.PlanRecords(cmd.Context(), s)
			if err != nil {
				return err
			}
			rows := []planVersionRow{}
			for _, v := range versions {
				state := "waits for another person's approval"
				if s, ok := v.Approval(); ok {
					word := "refused"
					if s.Yes {
						word = "approved"
					}
					state = fmt.Sprintf("%s by %s on %s", word, s.By, s.At.UTC().Format(time.DateOnly))
				}
				rows = append(rows, planVersionRow{v, state, len(v.Plan.Items)})
			}
			if output == "json" {
				e := json.NewEncoder(p.stdout)
				e.SetIndent("", "  ")
				return e.Encode(planVersionsOut{"controlwatch.plan-versions/v1", rows})
			}
			if len(rows) == 0 {
				fmt.Fprintln(p.stdout, "no plan was frozen yet: `controlwatch plan freeze --by NAME` does")
			}
			for _, r := range rows {
				fmt.Fprintf(p.stdout, "%d  %s  %s  %d gaps, frozen by %s; %s\n", r.Number, r.ID, r.At.UTC().Format(time.RFC3339), r.Gaps, r.By, r.State)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}
