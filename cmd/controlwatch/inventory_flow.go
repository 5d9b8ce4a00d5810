package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// dataFlow draws how data flows, from scope and evidence.
func (p *program) dataFlow(ctx context.Context, f inventoryFlags) error {
	formats := map[string]func(io.Writer, soc2.DataFlow, bool) error{"mermaid": report.DataFlowMermaid, "svg": report.DataFlowPicture, "json": report.DataFlowJSON}
	write, ok := formats[f.output]
	if !ok {
		return fmt.Errorf("--output: %q is not a format of --data-flow; expected mermaid, svg or json", f.output)
	}
	if !f.filter().Empty() {
		return errors.New("--data-flow draws everything: leave --system, --kind, --unowned, --unclassified and --unscoped out")
	}
	line, at, err := p.openScoped(ctx, f.config, f.asOf)
	if err != nil {
		return err
	}
	defer line.close() //nolint:errcheck // nothing was written
	sample, err := line.store.SampleData(ctx)
	if err != nil {
		return err
	}
	flow := soc2.NewFlow(line.assessor.Scope)
	shows := func(k evidence.Kind) bool { return slices.Contains(soc2.FlowKinds, k) }
	feeds, err := line.assessor.Derived(ctx, line.store, at, shows, func(fact evidence.Fact, a soc2.Asset) error {
		flow.Add(fact, a)
		return nil
	})
	if err != nil {
		return err
	}
	if err := p.writeOut("--file", f.file, func(w io.Writer) error { return write(w, flow.All(), sample) }); err != nil {
		return err
	}
	unseen := soc2.UnseenLists(feeds, at, shows)
	for _, h := range unseen {
		place := strings.TrimSpace(h.Provider + " " + h.Account + " " + h.Region)
		fmt.Fprintf(p.stderr, "NOT seen: %s of %s: %s\n", report.Safe(h.Hole.Type), report.Safe(place), h.Hole.Reason)
	}
	if len(unseen) > 0 {
		return exitError{exitIncomplete}
	}
	return nil
}
