package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

type walkthroughFlags struct {
	file, shown, matches, at, note string
	with, files                    []string
	by                             signedBy
}

func newWalkthrough(p *program) *cobra.Command {
	var f walkthroughFlags
	cmd := &cobra.Command{
		Use:   "walkthrough CONTROL --with NAME --shown TEXT --matches yes|no --by INTERVIEWER",
		Short: "Record an interview about how a control is really done",
		Long: `Walkthrough records that somebody was asked, and showed, how a control is done in
practice: who, when, what was shown, and whether it is as the control is written.
Where it is not (--matches no), --note says what is done instead, and a gap is open
until a later walkthrough of the control finds that they match.

Whoever held it cannot be among those who were asked.`,
		Example: `  controlwatch walkthrough leavers-lose-access --with "Noor Ali" --shown "the leaver of 3 May, from ticket to closed account" \
    --matches yes --at 2026-10-05 --file ticket.pdf --by "Ada Lovelace"
  controlwatch walkthrough changes-are-reviewed --with sam@example.com --shown "a hotfix at night" \
    --matches no --note "hotfixes are approved the day after" --by ada@example.com
  controlwatch walkthrough list`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.newAttester(f.file)
			if err != nil {
				return err
			}
			e, err := a.walkthrough(args[0], f)
			if err != nil {
				return byFlag(err)
			}
			ids, err := a.record(cmd.Context(), f.file, f.by, e)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "walkthrough %s: %s", ids[0], args[0])
			if f.matches == "no" {
				fmt.Fprint(p.stdout, ", practice is not as written: a gap")
			}
			fmt.Fprintln(p.stdout)
			return nil
		},
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration that names store, time zone and people")
	cmd.Flags().StringArrayVar(&f.with, "with", nil, "who was asked (required; repeat it for more)")
	cmd.Flags().StringVar(&f.shown, "shown", "", "what was shown (required)")
	cmd.Flags().StringVar(&f.matches, "matches", "", "yes or no: practice is as the control is written (required)")
	cmd.Flags().StringVar(&f.at, "at", "", "day it was held, such as 2026-10-05 (default today)")
	cmd.Flags().StringVar(&f.note, "note", "", "what should be known besides; with --matches no, what is done instead")
	cmd.Flags().StringArrayVar(&f.files, "file", nil, "file that shows it (repeat it for more)")
	f.by.add(cmd, "by", "who held it (required)")
	mustGive(cmd, "with", "shown", "matches", "by")
	cmd.AddCommand(newWalkthroughList(p))
	return cmd
}

func (a *attester) walkthrough(control string, f walkthroughFlags) (store.Entry, error) {
	var errs []error
	if _, err := a.control(control); err != nil {
		errs = append(errs, err)
	}
	yes, no := true, false
	body := soc2.WalkthroughBody{With: f.with, Shown: strings.TrimSpace(f.shown), Note: strings.TrimSpace(f.note)}
	switch strings.ToLower(f.matches) {
	case "yes":
		body.Matches = &yes
	case "no":
		body.Matches = &no
	default:
		body.Matches = &yes // what is wrong is said here
		errs = append(errs, fmt.Errorf("--matches: %q is neither yes nor no: is it done as it is written?", f.matches))
	}
	zone := a.config.Zone()
	day, err := time.ParseInLocation(time.DateOnly, cmp.Or(f.at, a.now.In(zone).Format(time.DateOnly)), zone)
	if err != nil {
		errs = append(errs, soc2.Problem{Field: "at", What: fmt.Sprintf("%q is no day; expected one such as 2026-10-05", f.at)})
		day = a.now
	}
	body.HeldAt = day.UTC()
	var bodies []store.Attachment
	if body.Files, bodies, err = attachedFiles(f.files, a.limit); err != nil {
		errs = append(errs, soc2.Problem{Field: "files", What: err.Error()})
	}
	errs = append(errs, body.Check(f.by.name, a.now))
	for _, name := range f.with {
		if _, err := a.config.People().Apart(f.by.name, name); err != nil && !soc2.SamePerson(f.by.name, name) {
			errs = append(errs, soc2.Problem{Field: "with", What: err.Error()})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return store.Entry{}, err
	}
	body.Note, _ = evidence.Mask(body.Note)
	body.Shown, _ = evidence.Mask(body.Shown)
	encoded, err := json.Marshal(body)
	return store.Entry{Kind: soc2.EntryWalkthrough, Subject: control, Body: encoded, Files: bodies}, err
}

func newWalkthroughList(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use: "list", Short: "List walkthroughs, the newest first", Args: cobra.NoArgs,
		Example: `  controlwatch walkthrough list -c controlwatch.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			return p.walkthroughs(cmd.Context(), file, output)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store and the time zone")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// walkthroughsOut is controlwatch.walkthroughs/v1.
type walkthroughsOut struct {
	Schema       string             `json:"schema"`
	Walkthroughs []soc2.Walkthrough `json:"walkthroughs"`
}

func (p *program) walkthroughs(ctx context.Context, file, output string) error {
	cfg := config.Default()
	if file != "" {
		var err error
		if cfg, err = config.Read(file, p.env); err != nil {
			return err
		}
	}
	s, err := p.openStored(ctx, file)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing was written
	all, err := daemon.Walkthroughs(ctx, s)
	if err != nil {
		return err
	}
	soc2.SortWalkthroughs(all)
	if output == "json" {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		return e.Encode(walkthroughsOut{"controlwatch.walkthroughs/v1", append([]soc2.Walkthrough{}, all...)})
	}
	var lines []string
	for _, w := range all {
		says := "practice is as written"
		if !w.Matches {
			says = "practice is NOT as written"
		}
		line := fmt.Sprintf("%s  %s  %s: %s; %s asked %s; shown: %s", w.At.In(cfg.Zone()).Format(time.DateOnly), w.ID, w.Control, says, w.Interviewer, strings.Join(w.With, ", "), w.Shown)
		if w.Note != "" {
			line += "; " + w.Note
		}
		if n := len(w.Files); n > 0 {
			line += fmt.Sprintf(" (%d files)", n)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = []string{"no walkthrough was ever recorded"}
	}
	for _, line := range lines {
		fmt.Fprintln(p.stdout, report.Text(line))
	}
	return nil
}
