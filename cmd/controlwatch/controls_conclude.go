package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newControlsConclude(p *program) *cobra.Command {
	var file, conclusion, date, note string
	var maturity int
	var by signedBy
	cmd := &cobra.Command{
		Use:   "conclude ID --conclusion suitable|not-suitable --maturity 0-5 --note TEXT --by NAME",
		Short: "Record what a person concludes on how a control is designed",
		Long: `Conclude records a person's dated conclusion: whether the control, as it is designed,
would meet its criteria if it operated; and how mature it is:

  0 not there · 1 by chance · 2 repeated · 3 defined · 4 measured · 5 improved all the time

ID is a control of the catalogue or the company's own. Earlier conclusions stay; the
newest by its date counts. It is a person's word, and no verdict of any check. Without a
recorded "suitable" nothing says that a design is.`,
		Example: `  controlwatch controls conclude AC-01 --conclusion suitable --maturity 3 --note "walked through with IT" --by "Ada Lovelace"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d := soc2.DesignConclusion{Conclusion: conclusion, Note: strings.TrimSpace(note), Maturity: &maturity, Date: date}
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			return p.conclude(cmd.Context(), s, args[0], d, by, file)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store, and people under identities")
	cmd.Flags().StringVar(&conclusion, "conclusion", "", "suitable or not-suitable (required)")
	cmd.Flags().IntVar(&maturity, "maturity", 0, "0 to 5 (required)")
	cmd.Flags().StringVar(&date, "date", "", "the day it was concluded (default: today, in UTC)")
	cmd.Flags().StringVar(&note, "note", "", "on what it rests (required)")
	by.add(cmd, "by", "who concludes (required)")
	mustGive(cmd, "conclusion", "maturity", "note", "by")
	return cmd
}

func (p *program) conclude(ctx context.Context, s *store.Store, control string, d soc2.DesignConclusion, by signedBy, file string) error {
	h, err := p.heldIn(ctx, s, file, p.now())
	if err != nil {
		return err
	}
	ids, err := h.all([]string{control})
	if err != nil {
		return err
	}
	today := p.now().UTC().Format(time.DateOnly)
	d.Date = cmp.Or(d.Date, today)
	if d.Note == "" {
		return errors.New("--note: missing; say on what it rests")
	}
	body, err := d.Body()
	if err != nil {
		return err
	}
	if d.Date > today {
		return fmt.Errorf("--date: %s is to come: today is %s", d.Date, today)
	}
	id, actor, err := p.records(by, file)(ctx, s, store.Entry{Kind: soc2.EntryDesignConclusion, Subject: ids[0], Body: body})
	if id != "" {
		fmt.Fprintf(p.stdout, "%s: %s concludes on %s that the design of %s is %s, maturity %d (%s)\n", id, report.Safe(actor.String()), d.Date,
			report.Safe(ids[0]), strings.ReplaceAll(d.Conclusion, "-", " "), *d.Maturity, soc2.MaturityLevels[*d.Maturity])
	}
	return err
}
