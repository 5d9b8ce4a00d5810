package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/soc2"
)

func newAttest(p *program) *cobra.Command {
	var file string
	var by signedBy
	var w soc2.WrittenAttestation
	var files []string
	cmd := &cobra.Command{
		Use:   "attest CONTROL --result RESULT --performed DAY --covers FROM/TO --file FILE --by NAME",
		Short: "Record that a person performed a control that no machine can see",
		Long: `Attest records a dated statement about a control: policies, training, reviews,
tests of plans. It is kept in the evidence log with the files that show it, byte by
byte, and counts as evidence from then on, as statements in a configured folder do.

  met                 it was performed, and found nothing
  met-with-findings   it was performed, and found something: --deviations, --note
  not-met             it was not performed, or does not hold: the control fails
  no-occurrence       its occasion did not arise: nobody left, nothing happened

What counts is when it was performed, not when it is recorded: from that day it is
valid as long as the control says (` + "`controlwatch controls show CONTROL`" + `), then it
is overdue. --covers are the first and the last day it speaks of. Days are those of
the configuration's time zone.

Nothing recorded is changed or removed. Of several statements of the newest day the
worst counts; a later day takes their place.

Where a second person must have reviewed it, that person signs it off with
` + "`controlwatch approve ID --by NAME`" + `; --reviewed-by only writes down a name.
Without --sign-with, who performed it stays recorded as "identity not verified".

Files are at most 20 MiB each (evidence.max_file_size).`,
		Example: `  controlwatch attest access-is-reviewed --result met --performed 2026-09-30 \
    --covers 2026-07-01/2026-09-30 --population 84 --tested 84 --deviations 0 \
    --file review.xlsx --by ada@example.com
  controlwatch attest recovery-is-tested --result met-with-findings --performed 2026-05-12 \
    --covers 2026-01-01/2026-12-31 --file report.pdf --note "two of five goals missed" --by "Ada Lovelace" \
    --sign-with ~/.ssh/id_ed25519 -c controlwatch.yaml
  controlwatch attest incident-response-is-prepared --result not-met --performed 2026-09-30 \
    --covers 2026-01-01/2026-09-30 --note "nobody has tried the plan" --by noor@example.com`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.Control = args[0]
			if strings.TrimSpace(by.name) == "" {
				return errors.New("--by: missing; say who performed it")
			}
			a, err := p.newAttester(file)
			if err != nil {
				return err
			}
			e, err := a.entry(w, by.name, files)
			if err != nil {
				return byFlag(err)
			}
			ids, err := a.record(cmd.Context(), file, by, e)
			if err != nil {
				return err
			}
			return p.attested(a, w, ids[0], len(files))
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names store, time zone, systems and people")
	cmd.Flags().StringVar(&w.Result, "result", "", "met, met-with-findings, not-met or no-occurrence (required)")
	cmd.Flags().StringVar(&w.Performed, "performed", "", "day it was performed, such as 2026-09-30 (required)")
	cmd.Flags().StringVar(&w.Covers, "covers", "", "first and last day it speaks of, such as 2026-07-01/2026-09-30 (required)")
	cmd.Flags().StringVar(&w.System, "system", "", "system it is about, where the control is attested for each")
	cmd.Flags().StringVar(&w.Population, "population", "", "how many there were to look at")
	cmd.Flags().StringVar(&w.Tested, "tested", "", "how many of them were looked at")
	cmd.Flags().StringVar(&w.Deviation, "deviations", "", "how many of those were not as they should be")
	cmd.Flags().StringArrayVar(&files, "file", nil, "file that shows it (repeat it for more)")
	cmd.Flags().StringVar(&w.Note, "note", "", "what should be known besides")
	cmd.Flags().StringVar(&w.ReviewedBy, "reviewed-by", "", "who reviewed it: a name, which proves nothing")
	by.add(cmd, "by", "who performed it (required)")
	mustGive(cmd, "by", "result", "performed", "covers")
	return cmd
}

// byFlag says what is wrong in terms of flags.
func byFlag(err error) error {
	flags := map[string]string{"control": "CONTROL", "performed_at": "--performed", "files": "--file", "at": "--at"}
	var all []error
	for _, problem := range soc2.Problems(err) {
		flag, other := flags[problem.Field]
		if !other && problem.Field != "" {
			flag = "--" + strings.ReplaceAll(problem.Field, "_", "-")
		}
		all = append(all, fmt.Errorf("%s", strings.TrimPrefix(flag+": "+problem.What, ": ")))
	}
	return errors.Join(all...)
}

// attested says what was recorded, and what is still asked for.
func (p *program) attested(a *attester, w soc2.WrittenAttestation, id string, files int) error {
	body, err := w.Read(a.config.Zone(), a.now)
	if err != nil {
		return err
	}
	c, err := a.control(body.Control)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "attestation %s: %s, %s, %d files", id, soc2.AttestationSubject(body.Control, body.System), body.Result, files)
	if until, ok := c.AttestationAsked.ValidUntil(body.PerformedAt); ok {
		fmt.Fprintf(p.stdout, ", valid until %s", until.In(a.config.Zone()).Format(time.DateOnly))
	}
	fmt.Fprintln(p.stdout)
	if c.AttestationAsked.Reviewer && body.ReviewedBy == "" && body.Result != "not-met" {
		fmt.Fprintf(p.stdout, "it proves nothing until another person signs it off: controlwatch approve %s --by NAME\n", id)
	}
	return nil
}
