package export

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/store"
)

// answers: what providers answered, redacted, as it was kept last at any moment of
// the window. Requests and answers are bodies that lines of the log name; items are
// named by the answers.
func (x *exporter) answers(ctx context.Context) error {
	if x.counts.OverBudget > 0 {
		x.leave(fmt.Sprintf("answers of %d pulls of the window", x.counts.OverBudget), "the budget for answers (evidence.answers.budget) was used up, so that they were not kept; pulls.csv tells which")
	}
	if x.redacted("answers") {
		x.leave("answers of providers", "redacted: they were left out on purpose; their digests are in the log")
		return nil
	}
	var t table
	defer t.close()
	t.put("pull", "commit", "at", "kept_because", "until_commit", "collector", "provider", "account", "region", "shard",
		"operation", "method", "host", "path", "page", "status", "items", "removed", "kept", "sha256_as_sent", "request_sha256", "answer_sha256")
	wanted := x.wanted()
	p := packedFile{x: x, name: bundle.AnswersFile}
	var items []bundle.Digest
	named := map[bundle.Digest]bool{}
	other := 0
	for r, err := range x.from.Answers(ctx) {
		if err != nil {
			return err
		}
		if slices.ContainsFunc(r.Kinds, func(k evidence.Kind) bool { return !wanted(k) }) {
			other++
			continue
		}
		x.need(r.Seq)
		x.counts.Answers++
		t.put(answerRow(r)...)
		for _, d := range []store.KeptDocument{r.Request, r.Answer} {
			if d.Packed == nil || x.have[d.Digest] {
				continue
			}
			x.have[d.Digest] = true
			if err := p.add(d); err != nil {
				return err
			}
		}
		for _, text := range r.Items {
			var d bundle.Digest
			if err := d.UnmarshalText([]byte(text)); err != nil {
				return fmt.Errorf("an item of pull %s: %q: %w", r.Pull, text, err)
			}
			if !named[d] {
				named[d] = true
				items = append(items, d)
			}
		}
	}
	if other > 0 {
		x.leave(fmt.Sprintf("%d answers to feeds that read other kinds as well", other), "the bundle is limited to criteria, and their answers are not of those alone")
	}
	if x.counts.Answers == 0 {
		x.leave("answers of providers", "none that the bundle may hold were kept at any moment of the window")
	}
	q := packedFile{x: x, name: bundle.ItemsFile}
	for _, d := range items {
		item, err := x.from.AnswerItem(ctx, d.String())
		if err == nil {
			err = q.add(item)
		}
		if err != nil {
			return err
		}
	}
	return x.table("answers.csv", &t)
}

func answerRow(r store.AnsweredRow) []string {
	until, status, kept, answer := "", fmt.Sprint(r.Status), "redacted", bundle.Digest(r.Answer.Digest).String()
	if r.UntilSeq > 0 {
		until = fmt.Sprint(r.UntilSeq)
	}
	switch {
	case r.Answer.Packed == nil:
		status, kept, answer = "", "it was not asked any more", ""
	case r.NotKept != "":
		kept = "its digest only: " + r.WhyNot
	}
	page := ""
	if r.Asked.Page > 0 {
		page = fmt.Sprint(r.Asked.Page)
	}
	s := r.Feed.Scope
	return []string{
		r.Pull, fmt.Sprint(r.Seq), stamp(r.At), r.Why, until, r.Feed.Collector, s.Provider, s.Account, s.Region, s.Shard,
		r.Asked.Operation, r.Asked.Method, r.Asked.Host, r.Asked.Path, page, status, fmt.Sprint(len(r.Items)), strings.Join(r.Removed, "; "),
		kept, r.NotKept, bundle.Digest(r.Request.Digest).String(), answer,
	}
}

// packedFile writes documents that are kept packed, a line each.
type packedFile struct {
	x      *exporter
	name   func(int) string
	to     io.Writer
	number int
	lines  int
}

func (p *packedFile) add(d store.KeptDocument) error {
	line, err := bundle.PackedLine(d.Packed, d.JSON)
	if err != nil {
		return err
	}
	if p.to == nil || p.lines == packLines {
		p.number++
		if p.to, err = p.x.out.Create(p.name(p.number)); err != nil {
			return err
		}
		p.lines = 0
	}
	p.lines++
	_, err = p.to.Write(line)
	return err
}
