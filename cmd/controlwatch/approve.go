package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newApprove(p *program) *cobra.Command {
	var by signedBy
	var file, note string
	var no bool
	cmd := &cobra.Command{
		Use:   "approve ID --by NAME",
		Short: "Say yes or no, as a second person, to what somebody recorded",
		Long: `Approve signs a record off: a decision (controlwatch accept), a plan, an adopted or
declined control, an attestation and whatever else takes two people. Before somebody
else says yes it is a request and nothing more; it is in force from that moment on,
never back-dated. With --no it is refused. The first word counts: what was decided
is not decided again.

Whoever recorded it cannot approve it, by whatever name: case, spaces and the names
under identities of the configuration (-c) make no other person. Without --sign-with,
whose word it is stays recorded as "identity not verified".`,
		Example: `  controlwatch approve e512.0 --by "Grace Hopper"
  controlwatch approve e512.0 --by grace -c controlwatch.yaml --sign-with ~/.ssh/id_ed25519
  controlwatch approve e512.0 --by grace --no --note "fix it instead: it is one line"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			id, r, actor, err := p.approve(cmd.Context(), s, args[0], soc2.SignOff{Yes: !no, Note: strings.TrimSpace(note)}, by, file)
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			what := "is in force from now on"
			if no {
				what = "is refused"
			}
			_, err = fmt.Fprintf(p.stdout, "%s: %s %s, recorded by %s: it %s, by the word of %s\n",
				id, r.Kind, r.ID, report.Safe(r.By.String()), what, report.Safe(actor.String()))
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store, and people under identities")
	cmd.Flags().BoolVar(&no, "no", false, "refuse it")
	cmd.Flags().StringVar(&note, "note", "", "what there is to say of it")
	by.add(cmd, "by", "who says it; not who recorded it (required)")
	mustGive(cmd, "by")
	return cmd
}

func (p *program) approve(ctx context.Context, s *store.Store, id string, o soc2.SignOff, by signedBy, file string) (_ string, r soc2.Recorded, actor evidence.Actor, err error) {
	people, err := p.people(file)
	if err != nil {
		return "", r, actor, err
	}
	if r, err = recordedAs(ctx, s, id); err != nil {
		return "", r, actor, err
	}
	all, problems, err := s.SignOffs(ctx)
	if err == nil {
		err = errors.Join(problems...)
	}
	if err != nil {
		return "", r, actor, err
	}
	all.Same = onePerson(people)
	if err := all.Refusal(r, by.name, p.now()); err != nil {
		return "", r, actor, err
	}
	if err := p.approvable(ctx, s, r, o.Yes, people); err != nil {
		return "", r, actor, err
	}
	body, err := o.Body()
	if err != nil {
		return "", r, actor, err
	}
	out, actor, err := p.records(by, file)(ctx, s, store.Entry{Kind: soc2.EntrySignOff, Subject: r.ID, Body: body})
	return out, r, actor, err
}

// approvable refuses what a kind of record knows of itself.
func (p *program) approvable(ctx context.Context, s *store.Store, r soc2.Recorded, yes bool, people identity.People) error {
	if r.Kind == soc2.EntryAdoption {
		h, err := heldBy(ctx, s, people, p.now())
		if err != nil {
			return err
		}
		return h.declineApprovable(r)
	}
	if r.Kind != soc2.EntryDecision {
		return nil
	}
	known, err := s.Decisions(ctx, p.now(), onePerson(people))
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.ID != r.ID {
			continue
		}
		switch life := k.Life(p.now()); {
		case life == soc2.DecisionUnreadable:
			return errors.New(k.Unreadable)
		case life == soc2.DecisionWithdrawn:
			return fmt.Errorf("%s was withdrawn by %s on %s: record a new one", r.ID, report.Safe(k.EndedBy.Name), k.Withdrawn.UTC().Format(time.RFC3339))
		case life == soc2.DecisionExpired && yes:
			return fmt.Errorf("%s ended on %s, before anybody approved it: record a new one", r.ID, k.Expires.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// recordedAs finds a record by its id.
func recordedAs(ctx context.Context, s *store.Store, id string) (soc2.Recorded, error) {
	for e, err := range s.Entries(ctx) {
		if err != nil {
			return soc2.Recorded{}, err
		}
		if e.ID == id {
			return e.Recorded(), nil
		}
	}
	return soc2.Recorded{}, fmt.Errorf("there is no record %q in the log; `controlwatch log` lists what people recorded", report.Safe(id))
}

// people are those of a configuration; without one nobody is known.
func (p *program) people(file string) (identity.People, error) {
	cfg, err := p.configured(file)
	return cfg.People(), err
}

// onePerson says whether two names are of one person who is known.
func onePerson(people identity.People) func(a, b string) bool {
	return func(a, b string) bool {
		_, err := people.Apart(a, b)
		return errors.Is(err, identity.ErrOnePerson)
	}
}
