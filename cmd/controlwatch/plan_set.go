package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newPlanSet(p *program) *cobra.Command {
	var file, owner, due, reason string
	var by signedBy
	cmd := &cobra.Command{
		Use:   "set GAP",
		Short: "Say who owns a gap and until when it is to be closed",
		Long: `Set records who owns a gap or until when it is to be closed, with a reason. It
holds until somebody says otherwise, or until the gap closed and opened again. A
date that is later than it was stays visible as slippage in plan diff. It changes
no status: evidence does.

GAP is an id as controlwatch plan shows them, such as control:backups-are-made.`,
		Example: `  controlwatch plan set control:backups-are-made --due 2026-08-31 --reason "waits for new hardware" --by grace`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if strings.TrimSpace(by.name) == "" {
				return errors.New("--by: missing; say who says so")
			}
			owner, reason = strings.TrimSpace(owner), strings.TrimSpace(reason)
			switch {
			case owner == "" && due == "":
				return errors.New("nothing to set: give --owner, --due or both")
			case reason == "":
				return errors.New("--reason: missing; say why")
			}
			made, _, line, err := p.planNow(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, line.close()) }()
			n := slices.IndexFunc(made.plan.Items, func(i soc2.PlanItem) bool { return i.Gap == args[0] })
			if n < 0 || made.plan.Items[n].Status == soc2.PlanClosed {
				return fmt.Errorf("%q is no gap that is open: `controlwatch plan` shows those that are", args[0])
			}
			was := made.plan.Items[n]
			body := daemon.PlanChangeBody{Owner: owner, Reason: reason}
			if due != "" {
				cfg, err := p.configured(file)
				if err != nil {
					return err
				}
				if _, body.Due, err = config.Days("", due, cfg.Zone()); err != nil {
					return fmt.Errorf("--due: %q is no day: expected one such as 2026-06-30", due)
				}
				body.Due = body.Due.Add(-time.Microsecond) // the day's end, still in it
				if !body.Due.After(p.now()) {
					return fmt.Errorf("--due: %s is over: give a day to come", due)
				}
			}
			b, err := json.Marshal(body)
			if err != nil {
				return err
			}
			id, actor, err := p.records(by, file)(cmd.Context(), line.store, store.Entry{Kind: soc2.EntryPlanChange, Subject: args[0], Body: b})
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "%s: %s: by %s\n", id, args[0], actor)
			if body.Due.After(was.Due) {
				fmt.Fprintf(p.stdout, "the date is later than %s, which it was: plan diff shows it as slippage\n", was.Due.UTC().Format(time.DateOnly))
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose store and time zone it is")
	cmd.Flags().StringVar(&owner, "owner", "", "who owns it: a person or the id of a team")
	cmd.Flags().StringVar(&due, "due", "", "the last day, such as 2026-08-31")
	cmd.Flags().StringVar(&reason, "reason", "", "why (required)")
	by.add(cmd, "by", "who says so (required)")
	return cmd
}
