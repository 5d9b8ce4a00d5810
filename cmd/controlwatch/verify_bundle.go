package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/report"
)

// verifiedBundleOut is controlwatch.bundle-verification/v1.
type verifiedBundleOut struct {
	Schema string `json:"schema"`
	Bundle string `json:"bundle"`
	OK     bool   `json:"ok"`
	*bundle.Verification
}

// verifyBundle checks a bundle by itself; no store is opened.
func (p *program) verifyBundle(ctx context.Context, path string, f verifyFlags) (err error) {
	if f.fast || f.since != "" || f.anchors || len(f.checkpoints) > 0 {
		return errors.New("--fast, --since, --anchors and --checkpoint are for a store: a bundle is always checked whole, by itself")
	}
	witnesses, err := p.witnessKeys(f.witnesses, f.config)
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	o := bundle.Options{Keys: f.keys, Progress: p.stages()}
	if f.ca != "" {
		roots, err := authorities(f.ca)
		if err != nil {
			return err
		}
		o.Stamp = func(token, checkpoint []byte) (time.Time, string, error) {
			stamp, err := tsa.Open(token, checkpoint, roots)
			return stamp.Time, stamp.Authority, err
		}
	}
	if len(witnesses) > 0 {
		o.Cosigned = func(lines, checkpoint []byte) (time.Time, string, error) {
			return cosigned(witnesses, lines, checkpoint)
		}
	}
	v, err := bundle.Verify(ctx, file, info.Size(), o)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if f.output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(verifiedBundleOut{bundle.VerifiedSchema, path, v.OK(), v})
	} else {
		err = report.Lines(p.stdout, bundleText(path, v), p.reportOptions())
	}
	if err == nil && !v.OK() {
		err = exitError{exitGap}
	}
	return err
}

func bundleText(path string, v *bundle.Verification) []string {
	lines := []string{"Evidence bundle " + path}
	if v.Origin != "" {
		lines = append(lines, fmt.Sprintf("from %s to %s, commits %d to %d of %s", v.From.Format(time.RFC3339), v.To.Format(time.RFC3339), v.Commits.First, v.Commits.Last, report.Safe(v.Origin)))
	}
	if len(v.Criteria) > 0 {
		lines = append(lines, "limited to "+report.Safe(strings.Join(v.Criteria, ", ")))
	}
	lines = append(lines,
		fmt.Sprintf("%d files hashed; %d leaves with %d lines, %d bodies, %d checkpoints checked; %d bodies left out", v.Files, v.Leaves, v.Lines, v.Bodies, v.Checkpoints, v.LeftOut),
		fmt.Sprintf("%d files and %d items of answers tied to what names them", v.Attached, v.Items),
		"manifest "+v.Manifest.String())
	if v.SignedBy != "" {
		lines = append(lines, "signed by "+report.Safe(v.SignedBy))
	}
	if v.SampleData {
		lines = append(lines, "It is about the sample company: invented data.")
	}
	lines = append(lines, "")
	for _, w := range v.Warnings {
		lines = append(lines, "note: "+report.Text(w))
	}
	if !v.OK() {
		lines = append(lines, "IT DOES NOT FIT")
		for _, p := range v.Problems {
			lines = append(lines, "  - "+report.Safe(p.File)+": "+report.Text(p.What))
		}
		return append(lines, "", "Nothing in it is to be trusted until that is explained: ask for the bundle again.")
	}
	lines = append(lines, "Everything fits.")
	for _, l := range v.NotHeld {
		lines = append(lines, "not in it: "+report.Text(l.What+": "+l.Why))
	}
	if !v.Pinned {
		lines = append(lines, "The key was taken from the bundle itself: give --key to check against one you got elsewhere, or anybody could have made all of it.")
	}
	return append(lines, anchoredText(v)...)
}

// anchoredText says as far as tokens of anchors were judged that they protect.
func anchoredText(v *bundle.Verification) []string {
	var lines, known []string
	judged := 0
	for _, t := range v.Tokens {
		switch {
		case !t.Judged:
			lines = append(lines, fmt.Sprintf("%s: not judged: %s", t.File, t.Why))
			continue
		case t.At.IsZero():
			lines = append(lines, fmt.Sprintf("%s: the checkpoint over %d leaves was signed by the witness %s, who does not say when", t.File, t.Size, report.Safe(t.By)))
		default:
			lines = append(lines, fmt.Sprintf("%s: the checkpoint over %d leaves existed at %s, says %s", t.File, t.Size, t.At.UTC().Format(time.RFC3339), report.Safe(t.By)))
		}
		judged++
		by := "a timestamping authority"
		if !t.IsStamp {
			by = "a witness whose key was given"
		}
		if t.Covers && !slices.Contains(known, by) {
			known = append(known, by)
		}
	}
	if v.Anchored {
		return append(lines, "A checkpoint over all of the window is known to "+strings.Join(known, " and to ")+": who wrote another history since, with the signing key too, would show.")
	}
	const operator = "Not protected against the operator: who holds the signing key can write another history, unless a checkpoint kept outside says otherwise."
	switch {
	case judged > 0:
		lines = append(lines, operator+" The timestamps and signatures that were judged are of checkpoints over a part of the window only.")
	case len(v.Tokens) > 0:
		lines = append(lines, operator+fmt.Sprintf(" It holds %d tokens of anchors: give the certificates of the timestamping authority (--ca) and the keys of the witnesses (--witness) to have them judged.", len(v.Tokens)))
	default:
		lines = append(lines, operator+" It holds no token of an anchor.")
	}
	return lines
}
