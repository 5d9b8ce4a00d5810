package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/store"
)

type verifyFlags struct {
	config, since, output string
	fast, anchors         bool
	keys, checkpoints     []string
	witnesses             []string
	ca                    string
}

func newVerify(p *program) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [BUNDLE]",
		Short: "Check that no evidence was altered since it was kept",
		Long: `Verify makes everything again from the raw rows of the store and trusts nothing that
is kept beside them: the leaves of the evidence log from rows, its tree from the
leaves, every body against its digest, every checkpoint's signature and root, the
keys that vouch for each other, current facts from their history, drift from the
states it was noted with, the signatures of people, and the order of the clocks. It names the first record
that does not fit, what it belongs to, and what can no longer be trusted.

Given a BUNDLE ("controlwatch export") it checks that instead, by itself: no store is
needed. Every file that was added, removed or altered is named, and every proof.
--ca judges the timestamps in it, and --witness the signatures of witnesses, by keys
that you have from the witness; -c takes those that a configuration names. What there
is no key for is not judged, and counts for nothing.

It reads only, needs no key, and runs beside a daemon or on a copy of the file.

With anchors the log is held by others as well: --checkpoint compares one that
somebody kept, --anchors asks those of the configuration for the newest they hold,
--ca judges the timestamps that the log has received. A store that was put back to
an earlier state, or written anew by whoever has the key, shows in these only.

Without --key the first key in the store itself is believed: that shows what was
changed by anybody who could not replace the key as well. Keep the public key
("controlwatch key show") somewhere else, and give it here. Against somebody who
holds the signing key only a checkpoint that was kept outside helps: see
docs/evidence-log.md.

Exit codes: 0 everything fits · 1 something does not · 2 could not run`,
		Example: `  controlwatch verify
  controlwatch verify --store sqlite:/backup/controlwatch.db --key "$(cat auditor/acme-log.pub)"
  controlwatch verify --since 2026-10-01
  controlwatch verify --checkpoint /mnt/auditor/000000004711.checkpoint --ca tsa.pem
  controlwatch verify --fast -o json
  controlwatch verify acme-h1.zip --key "$(cat acme-log.pub)"
  controlwatch verify acme-h1.zip --ca tsa.pem --witness witnesses.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.verify(cmd.Context(), args, f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that names the store")
	cmd.Flags().BoolVar(&f.fast, "fast", false, "the log in itself only: its tree, checkpoints and signatures")
	cmd.Flags().StringVar(&f.since, "since", "", "rows kept from this time on only (a date, a time, -7d)")
	cmd.Flags().StringArrayVar(&f.keys, "key", nil, "public key of the log, known from elsewhere; may be given several times")
	cmd.Flags().StringArrayVar(&f.checkpoints, "checkpoint", nil, "file of a checkpoint that was kept outside; may be given several times")
	cmd.Flags().BoolVar(&f.anchors, "anchors", false, "ask the anchors of the configuration (-c) what they hold")
	cmd.Flags().StringVar(&f.ca, "ca", "", "certificates of the timestamping authority (PEM), to judge timestamps of the log or of a bundle by")
	cmd.Flags().StringArrayVar(&f.witnesses, "witness", nil, "file with keys of witnesses (NAME+HASH+BASE64, one a line), to judge their signatures by; may be given several times")
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "text or json")
	return cmd
}

// verifiedOut is controlwatch.verify/v1.
type verifiedOut struct {
	Schema string `json:"schema"`
	Store  string `json:"store"`
	Fast   bool   `json:"fast"`
	Since  string `json:"since,omitempty"`
	OK     bool   `json:"ok"`
	Tokens int    `json:"tokens"` // of anchors, judged
	Words  string `json:"protection"`
	People int    `json:"signed_by_people"` // records whose personal signatures fit
	*store.Verification
}

func (p *program) verify(ctx context.Context, args []string, f verifyFlags) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: %q is not a format; expected text or json", f.output)
	}
	if len(args) == 1 {
		return p.verifyBundle(ctx, args[0], f)
	}
	o := store.VerifyOptions{Fast: f.fast, Keys: f.keys, Progress: p.stages()}
	var err error
	if f.since != "" {
		if o.Since, err = momentOf(f.since, p.now()); err != nil {
			return fmt.Errorf("--since: %w", err)
		}
	}
	s, err := p.openStored(ctx, f.config)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing was written
	v, err := s.Verify(ctx, o)
	if err != nil {
		return err
	}
	people, err := p.verifyPeople(ctx, f, s, v)
	if err != nil {
		return err
	}
	anchored, err := p.verifyAnchors(ctx, f, s, v)
	if err != nil {
		return err
	}
	if f.output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(verifiedOut{"controlwatch.verify/v1", s.Path(), f.fast, f.since, v.OK(), anchored.tokens, anchored.protected.Words(), people, v})
	} else {
		err = report.Lines(p.stdout, append(verifyText(s.Path(), f, v, anchored), peopleText(people)...), p.reportOptions())
	}
	if err == nil && !v.OK() {
		err = exitError{exitGap}
	}
	return err
}

func verifyText(path string, f verifyFlags, v *store.Verification, a *anchorCheck) []string {
	lines := []string{"Evidence log of " + path}
	counts := fmt.Sprintf("%d commits, %d leaves, %d checkpoints", v.Commits, v.Leaves, v.Checkpoints)
	if !f.fast {
		counts += fmt.Sprintf("; %d lines made again from rows, %d bodies hashed again", v.Lines, v.Bodies)
	}
	lines = append(lines, counts)
	if v.Signed > 0 {
		lines = append(lines, fmt.Sprintf("signed up to commit %d of %s by %s", v.Signed, v.SignedAt.Format(time.RFC3339), v.Origin))
	}
	if a.tokens > 0 {
		lines = append(lines, fmt.Sprintf("%d tokens of anchors judged", a.tokens))
	}
	if v.Root != "" {
		lines = append(lines, "root "+v.Root)
	}
	lines = append(lines, "")
	for _, p := range v.Pruned {
		lines = append(lines, "note: "+p.String())
	}
	for _, w := range v.Warnings {
		lines = append(lines, "note: "+w)
	}
	first, found := v.First()
	if !found {
		lines = append(lines, "Everything fits.")
		if f.fast {
			lines = append(lines, "Rows and bodies were not read (--fast).")
		}
		return append(lines, trustText(v, a)...)
	}
	lines = append(lines, "THE FIRST RECORD THAT DOES NOT FIT", "  "+first.Record, "  "+first.What, "  no longer to be trusted: "+first.Untrusted)
	if len(v.Problems) > 1 {
		lines = append(lines, "", fmt.Sprintf("All %d, in the order found:", len(v.Problems)))
		for _, p := range v.Problems {
			lines = append(lines, "  - "+p.Error())
		}
	}
	return append(lines, "", "Restore a copy from before (docs/evidence-log.md), and find out who had access to this one.")
}

// trustText says what the result does not protect against.
func trustText(v *store.Verification, a *anchorCheck) []string {
	if v.Signed == 0 {
		return []string{"Nothing of it is signed, so this shows damage, not tampering."}
	}
	words := a.protected.Words()
	lines := []string{strings.ToUpper(words[:1]) + words[1:] + "."}
	if !v.Pinned {
		lines = append(lines, "The key was taken from the store itself (give --key to check against one you kept).")
	}
	return lines
}

// openStored opens a store that must be there, to read it.
func (p *program) openStored(ctx context.Context, file string) (*store.Store, error) {
	dsn, err := p.storedDSN(file)
	if err != nil {
		return nil, err
	}
	return store.OpenReading(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion()})
}

// storedDSN is the store that a configuration names, which must be there.
func (p *program) storedDSN(file string) (string, error) {
	cfg, err := p.configured(file)
	if err != nil {
		return "", err
	}
	dsn, err := p.storeDSN(cfg.Store)
	if err != nil {
		return "", err
	}
	return dsn, mustExist(dsn)
}

// mustExist refuses a store that is not there: opening creates one, and an empty
// store would answer that nothing is wrong.
func mustExist(dsn string) error {
	path, found := strings.CutPrefix(dsn, "sqlite:")
	if !found {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no store at %s: `controlwatch scan` makes one, --store names another", path)
	}
	return nil
}

// stages tells on a terminal how far something is that takes long.
func (p *program) stages() func(stage string, done, total int64) {
	if !p.terminal {
		return nil
	}
	var last time.Time
	return func(stage string, done, total int64) {
		now := p.now()
		if now.Sub(last) < redraw && done < total {
			return
		}
		last = now
		fmt.Fprintf(p.stderr, "\r\x1b[K%s: %d of %d", stage, done, total)
		if done >= total {
			fmt.Fprint(p.stderr, "\r\x1b[K")
		}
	}
}
