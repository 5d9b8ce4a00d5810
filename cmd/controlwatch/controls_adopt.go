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

// adoptFlags are what controls are adopted, advised or declined by.
type adoptFlags struct {
	file, profile, reason string
	by                    signedBy
}

func newControlsAdopt(p *program) *cobra.Command {
	return p.adoptCommand(soc2.Adopted, &cobra.Command{
		Use:   "adopt ID...",
		Short: "Say that the company has these controls",
		Long: `Adopt records that the company has the controls named, of the catalogue or its own.
Once anything is adopted, reports on a period speak of the adopted controls, in the
company's wording where one of its own is linked, and count the others as not adopted.
Until then every control is proposed.`,
		Example: `  controlwatch controls adopt people-use-multi-factor-sign-in AC-01 --by "Ada Lovelace"
  controlwatch controls adopt --all-of-profile baseline --by ada`,
	})
}

func newControlsAdvise(p *program) *cobra.Command {
	return p.adoptCommand(soc2.Advisory, &cobra.Command{
		Use:   "advise ID...",
		Short: "Make controls advisory: judged and shown, but no criterion holds by them",
		Long: `Advise records that the company does not rely on the controls named. They are judged
and shown as the others are, and what they find is a gap, but no criterion holds by them.
That only takes reassurance away, so one person can do it.`,
		Example: `  controlwatch controls advise weak-sign-in-methods-are-closed --reason "next year" --by "Ada Lovelace"`,
	})
}

func newControlsDecline(p *program) *cobra.Command {
	return p.adoptCommand(soc2.Declined, &cobra.Command{
		Use:   "decline ID... --reason TEXT",
		Short: "Ask that the company does not have these controls",
		Long: `Decline records that somebody asks for the company not to have the controls named. It
is a request until another person says yes (controlwatch approve ID), and in force from
then on. A declined control is still judged and shown, with its failing findings; it
neither holds nor breaks a criterion, and what it finds is no gap by which a scan fails.
A criterion all of whose controls are declined has incomplete evidence: nothing shows that
it is met. Adopt or advise takes a decline back, and takes one person.`,
		Example: `  controlwatch controls decline devices-are-managed --reason "no devices of the company's own" --by "Ada Lovelace"
  controlwatch approve e512.0 --by "Grace Hopper"`,
	})
}

func (p *program) adoptCommand(state soc2.AdoptionState, cmd *cobra.Command) *cobra.Command {
	var f adoptFlags
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		s, err := p.openStored(cmd.Context(), f.file)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		return p.adopt(cmd.Context(), s, state, args, f)
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration that names the store, and people under identities")
	cmd.Flags().StringVar(&f.profile, "all-of-profile", "", "all controls of the catalogue that are asked of a company of this profile: baseline, growing or established")
	cmd.Flags().StringVar(&f.reason, "reason", "", "why")
	f.by.add(cmd, "by", "who says so (required)")
	mustGive(cmd, "by")
	if state == soc2.Declined {
		mustGive(cmd, "reason")
	}
	return cmd
}

func (p *program) adopt(ctx context.Context, s *store.Store, state soc2.AdoptionState, ids []string, f adoptFlags) error {
	h, err := p.heldIn(ctx, s, f.file, p.now())
	if err != nil {
		return err
	}
	if f.profile != "" {
		if !slices.Contains(soc2.Profiles, f.profile) {
			return fmt.Errorf("--all-of-profile: %q is no profile; expected %s", f.profile, strings.Join(soc2.Profiles, ", "))
		}
		for _, c := range h.catalogue.Controls {
			if soc2.InProfile(c, f.profile) {
				ids = append(ids, c.ID)
			}
		}
	}
	if len(ids) == 0 {
		return errors.New("which controls? Give their ids, or --all-of-profile baseline")
	}
	if ids, err = h.all(ids); err != nil {
		return err
	}
	body, err := soc2.AdoptionBody(state, f.reason, ids...)
	if err != nil {
		return err
	}
	subject := ""
	if len(ids) == 1 {
		subject = ids[0]
	}
	id, actor, err := p.records(f.by, f.file)(ctx, s, store.Entry{Kind: soc2.EntryAdoption, Subject: subject, Body: body})
	if id == "" {
		return err
	}
	lines := []string{fmt.Sprintf("%s: %s: %d adopted, by %s", id, controlsText(ids), len(ids), report.Safe(actor.String()))}
	switch state {
	case soc2.Adopted:
	case soc2.Advisory:
		lines[0] = fmt.Sprintf("%s: %s: %d advisory, by the word of %s: no criterion holds by them", id, controlsText(ids), len(ids), report.Safe(actor.String()))
	case soc2.Declined:
		lines[0] = fmt.Sprintf("%s: %s asks to decline %d: %s", id, report.Safe(actor.String()), len(ids), controlsText(ids))
		lines = append(lines, h.bareWith(ids)...)
		lines = append(lines, fmt.Sprintf("It changes nothing until another person approves it: controlwatch approve %s --by NAME", id))
	}
	return errors.Join(err, report.Lines(p.stdout, lines, p.reportOptions()))
}

// bareWith says which criteria would be left bare if more were declined.
func (h held) bareWith(ids []string) []string {
	already := soc2.LeftBare(h.catalogue, func(id string) bool { return h.adoptionWord(id) == string(soc2.Declined) })
	var lines []string
	for _, criterion := range soc2.LeftBare(h.catalogue, func(id string) bool { return h.adoptionWord(id) == string(soc2.Declined) || slices.Contains(ids, id) }) {
		if !slices.Contains(already, criterion) {
			lines = append(lines, criterion+" would be left bare: no control in the catalogue would show that it is met")
		}
	}
	return lines
}

func controlsText(ids []string) string {
	const most = 5
	if len(ids) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return strings.Join(ids, ", ")
}

// declineApprovable refuses to approve a decline that can do nothing.
func (h held) declineApprovable(r soc2.Recorded) error {
	i := slices.IndexFunc(h.known, func(k soc2.KnownAdoption) bool { return k.ID == r.ID })
	if i < 0 {
		return nil
	}
	k := h.known[i]
	if k.Unreadable != "" {
		return errors.New(k.Unreadable)
	}
	for _, control := range k.Controls {
		overtaken := slices.ContainsFunc(h.known[i+1:], func(later soc2.KnownAdoption) bool {
			_, inForce := later.From()
			return inForce && slices.Contains(later.Controls, control)
		})
		if !overtaken {
			return nil
		}
	}
	return fmt.Errorf("%s was overtaken: what it is about was decided anew since; record a new one", r.ID)
}
