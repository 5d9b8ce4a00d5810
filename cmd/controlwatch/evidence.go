package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
)

func newEvidence(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evidence",
		Short: "Show what stands behind a finding, down to what the provider answered",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newEvidenceShow(p))
	return cmd
}

// shownAs is what evidence show was asked for.
type shownAs struct {
	file, asOf, output string
	all                bool
}

func newEvidenceShow(p *program) *cobra.Command {
	var as shownAs
	cmd := &cobra.Command{
		Use:   "show CONTROL[/CHECK] RESOURCE",
		Short: "Show fact, pull record, requests and answers behind a finding",
		Long: `Show prints the fact a finding was judged by; the record of the pull that read it;
the requests of that pull that speak of the resource, and what was answered; and
the console page or command with which anybody with the right sees the same value.

Answers are redacted before they are stored: what holds or may hold a secret is
replaced by "[removed]" or "[masked ...]", what differs at every call is left out,
and the list of what was taken out stands beside each answer. XML and CSV are told
as JSON. Answers are kept when facts changed and at least once a day
(evidence.answers in the configuration), so they may be of an earlier pull that
found the same: the pull they were kept with is named.

RESOURCE is its name or id, or a part of one that fits no other resource. It works
from what the store held last, or at --as-of (a date, a time, -7d), and looks at
nothing.`,
		Example: `  controlwatch evidence show people-use-multi-factor-sign-in ada
  controlwatch evidence show data-at-rest-is-encrypted reports-bucket -o json
  controlwatch evidence show people-use-multi-factor-sign-in ada --as-of 2026-10-31 --all`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completeControls,
		RunE: func(cmd *cobra.Command, args []string) error {
			if as.output != "table" && as.output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected table or json", as.output)
			}
			shown, err := p.evidence(cmd.Context(), args, as)
			if err != nil {
				return err
			}
			if as.output == "json" {
				return report.EvidenceJSON(p.stdout, shown)
			}
			return report.Evidence(p.stdout, shown, p.reportOptions())
		},
	}
	cmd.Flags().StringVarP(&as.file, "config", "c", "", "configuration whose sources, parameters and decisions judge")
	cmd.Flags().StringVar(&as.asOf, "as-of", "", "show what the store held at this time")
	cmd.Flags().StringVarP(&as.output, "output", "o", "table", "table or json")
	cmd.Flags().BoolVar(&as.all, "all", false, "show every answer of the pull, not only those that name the resource")
	return cmd
}

func (p *program) evidence(ctx context.Context, args []string, as shownAs) (report.Shown, error) {
	out := report.Shown{Schema: report.SchemaShown, At: p.now(), Fact: json.RawMessage("null")}
	var err error
	if as.asOf != "" {
		if out.At, err = momentOf(as.asOf, p.now()); err != nil {
			return out, fmt.Errorf("--as-of: %w", err)
		}
	}
	cat, err := catalogue.Load()
	if err != nil {
		return out, err
	}
	control, check, err := checkNamed(cat, args[0])
	if err != nil {
		return out, err
	}
	line, err := p.openPast(ctx, as.file)
	if err != nil {
		return out, err
	}
	defer line.close() //nolint:errcheck // nothing was written
	if err := line.known(ctx, p, out.At); err != nil {
		return out, err
	}
	found, err := line.findings(ctx, out.At, control.ID, check)
	if err != nil {
		return out, err
	}
	if found, err = ofResource(found, args[1], args[0]); err != nil {
		return out, err
	}
	err = line.show(ctx, &out, found, as.all)
	return out, err
}

// show fills in what stands behind findings on one resource.
func (l *past) show(ctx context.Context, out *report.Shown, found []report.Explained, all bool) error {
	if len(found) == 0 {
		return errors.New("there is no finding on it")
	}
	for _, f := range found {
		out.Findings = append(out.Findings, report.ShownFinding{
			Control: f.Control, Check: f.Check, Outcome: f.Outcome, Type: f.Resource.Type, ID: f.Resource.ID, Name: f.Resource.Label(), Reason: f.Reason,
		})
	}
	first := found[0]
	if first.Fact != nil {
		b, err := first.Fact.Encode()
		if err != nil {
			return err
		}
		out.Fact, out.FactDigest, out.Seen = b, first.Fact.Digest, first.Seen
	}
	where, err := collectors.WhereIs(first.Resource)
	if err != nil {
		return err
	}
	out.Page, out.Command, out.NoPage = where.Page, where.Command, where.None
	for _, feed := range first.Feeds {
		source := report.ShownSource{Source: feed.Source, Pull: feed.Last, Answers: []report.ShownAnswer{}}
		if feed.Last != nil {
			if err := l.answers(ctx, &source, feed, first.Resource, all); err != nil {
				return err
			}
		}
		out.Sources = append(out.Sources, source)
	}
	return nil
}

// answers adds those behind a feed's last pull that name a resource.
func (l *past) answers(ctx context.Context, source *report.ShownSource, feed evidence.FeedState, of evidence.Resource, all bool) error {
	behind, err := l.store.AnswersBehind(ctx, feed.ID, feed.Last.ID, of)
	if err != nil {
		return err
	}
	source.KeptWith, source.KeptAt, source.KeptWhy, source.ChangedWith = behind.Pull, behind.At, behind.Why, behind.FactPull
	switch {
	case behind.Pull == "" && feed.Last.Answers != nil && feed.Last.Answers.OverBudget, behind.Newer:
		source.Note = "The budget for answers was used up (evidence.answers.budget) when the fact changed: what was answered then was not kept."
	case behind.Pull == "":
		source.Note = "No answers were kept: none of this collector's reads opts in, none was answered, or the pull was made by a version that kept none."
	case behind.Pull != feed.Last.ID:
		source.Note = "The pulls since found the facts as they were."
	}
	names := namesOf(of)
	for _, a := range behind.Answers {
		shown := report.ShownAnswer{
			Request: a.Request, Status: a.Status, Answer: a.Rest, Of: len(a.Items), Removed: a.Removed, Why: a.Why, Gone: a.Gone, Digest: a.Digest, Size: a.Size,
		}
		for _, item := range a.Items {
			if all || says(item, names) {
				shown.Items = append(shown.Items, item)
			}
		}
		request, err := json.Marshal(a.Request)
		if err != nil {
			return err
		}
		if !all && len(shown.Items) == 0 && len(a.Gone) == 0 && !says(request, names) && !says(a.Rest, names) && (len(a.Items) > 0 || len(behind.Answers) > few) {
			source.Others++
			continue
		}
		source.Answers = append(source.Answers, shown)
	}
	return nil
}

// few answers are shown whole: settings of an account name nothing.
const few = 3

// namesOf is what an answer calls a resource: the id and its last part, the name;
// as JSON writes them, and as they are when they had to be masked.
func namesOf(r evidence.Resource) [][]byte {
	texts := []string{r.ID, r.Name, r.ID[strings.LastIndexAny(r.ID, "/:")+1:]}
	var out [][]byte
	for _, text := range texts {
		if len(text) < 2 {
			continue
		}
		masked, _ := evidence.Mask(text)
		for _, t := range []string{text, masked} {
			b, err := json.Marshal(t)
			if err == nil {
				out = append(out, b, append(bytes.TrimSuffix(b, []byte(`"`)), []byte(`/`)...), append([]byte("/"), bytes.Trim(b, `"`)...))
			}
		}
	}
	return out
}

func says(document []byte, names [][]byte) bool {
	for _, n := range names {
		if bytes.Contains(document, n) {
			return true
		}
	}
	return false
}
