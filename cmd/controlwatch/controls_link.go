package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newControlsLink(p *program) *cobra.Command {
	var file string
	var none bool
	var by signedBy
	cmd := &cobra.Command{
		Use:   "link OWN-ID CONTROL... --by NAME",
		Short: "Say which controls of the catalogue test or attest one of the company's own",
		Long: `Link records a person's word that the controls named show whether one of the company's
own holds. It takes the place of what was linked to that id before; --none ends it. A
control of the catalogue that is linked and adopted is told in the company's wording.`,
		Example: `  controlwatch controls link AC-01 people-use-multi-factor-sign-in --by "Ada Lovelace"
  controlwatch controls link AC-01 --none --by ada`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			return p.linkControl(cmd.Context(), s, args[0], args[1:], none, by, file)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store, and people under identities")
	cmd.Flags().BoolVar(&none, "none", false, "it is linked to nothing any more")
	by.add(cmd, "by", "who says so (required)")
	mustGive(cmd, "by")
	return cmd
}

func (p *program) linkControl(ctx context.Context, s *store.Store, own string, controls []string, none bool, by signedBy, file string) error {
	if none == (len(controls) > 0) {
		return errors.New("name the controls that test or attest it, or give --none alone")
	}
	h, err := p.heldIn(ctx, s, file, p.now())
	if err != nil {
		return err
	}
	c, found := h.company.Find(own)
	if link, orphan := h.company.Link(own); !found && orphan && none {
		c, found = soc2.CompanyControl{ID: link.Own, Wording: link.Wording}, true
	}
	if !found {
		return fmt.Errorf("the company has no control %q: `controlwatch controls company` lists them, `controlwatch controls import` brings them", report.Safe(own))
	}
	known := make([]string, 0, len(h.catalogue.Controls))
	for _, k := range h.catalogue.Controls {
		known = append(known, k.ID)
	}
	if err := unknown("CONTROL", "control", controls, known); err != nil {
		return err
	}
	slices.Sort(controls)
	controls = slices.Compact(controls)
	body, err := soc2.ControlLinkBody(c, controls...)
	if err != nil {
		return err
	}
	id, actor, err := p.records(by, file)(ctx, s, store.Entry{Kind: soc2.EntryControlLink, Subject: c.ID, Body: body})
	if id == "" {
		return err
	}
	told := "is linked to nothing any more"
	if !none {
		told = "is tested or attested by " + strings.Join(controls, ", ")
	}
	fmt.Fprintf(p.stdout, "%s: %s says that %s %s\n", id, report.Safe(actor.String()), report.Safe(c.ID), told)
	for _, control := range controls {
		if h.adoptionWord(control) != string(soc2.Adopted) {
			fmt.Fprintf(p.stdout, "%s is %s: controlwatch controls adopt %s --by NAME makes it one that reports on a period speak of\n", control, h.adoptionWord(control), control)
		}
	}
	return err
}
