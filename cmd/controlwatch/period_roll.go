package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// rollFlags are the next period, and where its section is written to.
type rollFlags struct {
	file, from, to, out string
	by                  signedBy
}

func newPeriodRollForward(p *program) *cobra.Command {
	var f rollFlags
	cmd := &cobra.Command{
		Use:   "roll-forward -c FILE --from DAY --to DAY --by NAME",
		Short: "Carry scope, controls and open gaps of the configured period into the next one",
		Long: `Roll-forward tells the configuration's period and records what the next one begins
with: the controls as they are adopted, advisory and declined; every deviation that was
open at the end, which is carried and not ended; decisions that end inside the next
period; and the attestations that fall due in it. Scope, controls and links stand in the
log and the configuration, and go on by themselves.

It prints the section of the configuration to change, or writes it to -o FILE, which must
not be there yet; the configuration itself is left alone. The next period may not begin
before the last one ends. What lies between the two is in no period, and said.`,
		Example: `  controlwatch period roll-forward -c controlwatch.yaml --from 2027-01-01 --to 2027-12-31 --by "Ada Lovelace"`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.rollForward(cmd.Context(), f) },
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration with the period that ends (required)")
	cmd.Flags().StringVar(&f.from, "from", "", "first day of the next period (required)")
	cmd.Flags().StringVar(&f.to, "to", "", "last day of the next period; it is in it (required)")
	cmd.Flags().StringVarP(&f.out, "output", "o", "", "file for the section of the configuration; without it, it is printed")
	f.by.add(cmd, "by", "who carries it forward (required)")
	mustGive(cmd, "config", "from", "to", "by")
	return cmd
}

func (p *program) rollForward(ctx context.Context, f rollFlags) (err error) {
	cfg, err := config.Read(f.file, p.env)
	if err != nil {
		return err
	}
	if !cfg.Period.Configured() {
		return fmt.Errorf("%s has no period that could be carried forward: give it from and to under period", f.file)
	}
	asked, err := periodAsked(cfg, periodFlags{}, p.now())
	if err != nil {
		return err
	}
	from, to, err := config.Days(f.from, f.to, cfg.Zone())
	if err != nil {
		return fmt.Errorf("--%w", err)
	}
	if from.Before(asked.Window.To) {
		return fmt.Errorf("--from: the period of %s ends with %s: the next one cannot begin on %s", f.file, cfg.Period.To, f.from)
	}
	if !asked.Window.From.Before(asked.Now) {
		return fmt.Errorf("the period of %s has not begun: there is nothing to carry forward", f.file)
	}
	line, err := p.openPast(ctx, f.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	told, err := tellPeriod(ctx, line.store, line.judge, line.assessor.Sources, asked)
	if err != nil {
		return err
	}
	h, err := p.heldIn(ctx, line.store, f.file, p.now())
	if err != nil {
		return err
	}
	known, err := line.store.Decisions(ctx, p.now(), line.judge.people)
	if err != nil {
		return err
	}
	rolled := soc2.RollForwardOf(told, h.adopted, slices.Concat(line.judge.decisions, soc2.Decisions(known)), soc2.Interval{From: from, To: to})
	for _, s := range line.judge.scope.Systems {
		rolled.Systems = append(rolled.Systems, s.ID)
	}
	body, err := rolled.Body()
	if err != nil {
		return err
	}
	section := periodSection(cfg, f.from, f.to)
	if f.out != "" { // before it is recorded: what cannot be written is not carried
		if err := writeNew(f.out, section); err != nil {
			return err
		}
	}
	id, _, err := p.records(f.by, f.file)(ctx, line.store, store.Entry{Kind: soc2.EntryRollForward, Subject: f.from + "/" + f.to, Body: body})
	if id == "" {
		return err
	}
	lines := rolledLines(rolled, id, cfg.Zone())
	if f.out == "" {
		lines = append(lines, "", "Change the configuration to:", "")
		for line := range strings.Lines(section) {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	} else {
		lines = append(lines, "", "The section of the configuration to change is in "+f.out)
	}
	return errors.Join(err, report.Lines(p.stdout, lines, p.reportOptions()))
}

func writeNew(path, text string) error {
	file, err := newFile("--output", path)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// periodSection is the configuration's section with the next days; what else it says stays.
func periodSection(cfg config.Config, from, to string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "period:\n  from: %s\n  to: %s\n", from, to)
	if cfg.Period.Type != "" {
		fmt.Fprintf(&b, "  type: %s\n", cfg.Period.Type)
	}
	if len(cfg.Period.FixWithin) > 0 {
		b.WriteString("  fix_within:\n")
		for _, severity := range slices.Sorted(maps.Keys(cfg.Period.FixWithin)) {
			within := time.Duration(cfg.Period.FixWithin[severity])
			text := within.String()
			if days := within / (24 * time.Hour); within == days*24*time.Hour {
				text = fmt.Sprintf("%dd", days)
			}
			fmt.Fprintf(&b, "    %s: %s\n", severity, text)
		}
	}
	return b.String()
}

func rolledLines(r soc2.RollForward, id string, zone *time.Location) []string {
	day := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	last := func(t time.Time) string { return day(t.Add(-time.Microsecond)) }
	n := map[soc2.AdoptionState]int{}
	for _, a := range r.Adoptions {
		n[a.State]++
	}
	lines := []string{fmt.Sprintf("%s: the period %s to %s is carried into %s to %s", id, day(r.Previous.From), last(r.Previous.To), day(r.Next.From), last(r.Next.To))}
	if r.Running {
		lines = append(lines, "It is not over: what it finds from now on is not carried. Do it again when it is.")
	}
	if r.Next.From.After(r.Previous.To) {
		lines = append(lines, fmt.Sprintf("%s to %s is in neither period.", day(r.Previous.To), last(r.Next.From)))
	}
	lines = append(lines,
		fmt.Sprintf("Scope: %s; %d systems.", strings.Join(r.Categories, ", "), len(r.Systems)),
		fmt.Sprintf("Controls: %d adopted, %d advisory, %d declined; the others are proposed.", n[soc2.Adopted], n[soc2.Advisory], n[soc2.Declined]), "",
		fmt.Sprintf("%d deviations are open and carried:", len(r.Open)))
	lines = some(lines, len(r.Open), func(i int) string {
		g := r.Open[i]
		return fmt.Sprintf("%s %s/%s %s, since %s (%s)", g.Severity, g.Control, g.Check, g.Name, day(g.Since), g.Adoption)
	})
	lines = append(lines, "", fmt.Sprintf("%d decisions end inside the next period:", len(r.Decisions)))
	lines = some(lines, len(r.Decisions), func(i int) string {
		d := r.Decisions[i]
		return fmt.Sprintf("%s %s, %s, on %s", d.ID, d.Kind, d.About, day(d.Expires))
	})
	lines = append(lines, "", fmt.Sprintf("%d attestations are due in it:", len(r.Due)))
	return some(lines, len(r.Due), func(i int) string {
		return fmt.Sprintf("%s, from %s to %s", r.Due[i].Control, day(r.Due[i].From), last(r.Due[i].By))
	})
}

// some adds the first of a list, and how many are left: the record has all.
func some(lines []string, n int, text func(int) string) []string {
	for i := range n {
		if i == mostNamed {
			return append(lines, fmt.Sprintf("  and %d more: they are in the record", n-i))
		}
		lines = append(lines, "  "+text(i))
	}
	return lines
}
