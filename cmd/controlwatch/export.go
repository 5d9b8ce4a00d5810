package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/export"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

type exportFlags struct {
	config, from, to, output, whom, attestations string
	by                                           signedBy
	criteria, recipients, redact                 []string
}

func newExport(p *program) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write evidence of a window of time as a bundle that others can check",
		Long: `Export writes a zip file for somebody who will never see the store, an auditor for
example: the facts that were current at any moment of the window, how each pull
went, what was judged by what, findings, drift and records, as pages and tables
to read and as the bytes that were kept; what providers answered, redacted; the
window as an observation period ("controlwatch period"); samples of a time that
touches it, with their populations; what anchors gave for the log; OSCAL assessment
results; and the part of the evidence log that proves them, signed. VERIFY.md inside tells how to check it
with standard tools; "controlwatch verify bundle.zip" checks it too, on a machine
that has never seen the store.

What is left out is said in manifest.json and, where lines of the log name it, in
log/left-out.txt. Credentials and settings of sources are never in it. The lines
of the log name every resource of the window, whatever --criteria. --redact leaves
out answers, files, periods or samples on purpose, which the bundle says as well.

Files that were recorded with attestations and walkthroughs are in the store and go
into the bundle by themselves. Of files that attestations in a folder name the store
has the SHA-256 only: give that folder with --attestations. Those that have their
SHA-256 go into the bundle, wherever in the folder they lie; each that is missing or was changed is
named. Nothing else of the folder is taken, and no link out of it is followed.

The export is recorded in the log: who, for whom, what. --sign-with proves who; without
it the identity is not verified. Give --recipient, an age
public key (age1...), to encrypt the bundle to somebody; what is kept in temporary
files meanwhile has no name, but is not encrypted.`,
		Example: `  controlwatch export --from 2026-01-01 --to 2026-06-30 -o acme-h1.zip --by "Ada Lovelace" --for "Example Auditors LLP"
  controlwatch export --from 2026-01-01 --to 2026-06-30 --criteria CC6.1,CC6.2 -o access.zip
  controlwatch export -c controlwatch.yaml --from 2026-01-01 --to 2026-06-30 -o h1.zip --attestations ./attestations --by ada --sign-with ~/.ssh/id_ed25519
  controlwatch export --from -30d --to now --recipient age1... -o bundle.zip.age`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.export(cmd.Context(), f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&f.from, "from", "", "beginning of the window (a date, a time, -7d)")
	cmd.Flags().StringVar(&f.to, "to", "", "end of the window, included (a date, a time, now)")
	cmd.Flags().StringSliceVar(&f.criteria, "criteria", nil, "only what bears on these, such as CC6.1,CC6.2")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "the file to write, which must not be there")
	cmd.Flags().StringVar(&f.attestations, "attestations", "", "folder with the files that attestations name")
	cmd.Flags().StringSliceVar(&f.redact, "redact", nil, "leave out on purpose: "+strings.Join(export.Redactable, ", "))
	f.by.add(cmd, "by", "who exports (default: your login name)")
	cmd.Flags().StringVar(&f.whom, "for", "", "whom it is for")
	cmd.Flags().StringArrayVar(&f.recipients, "recipient", nil, "encrypt to this age public key; may be given several times")
	for _, name := range []string{"from", "to", "output"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return cmd
}

// entryExport is the kind of the records of exports.
const entryExport = "export"

// exported is the record of an export.
type exported struct {
	For        string        `json:"for,omitempty"`
	From       time.Time     `json:"from"`
	To         time.Time     `json:"to"`
	Criteria   []string      `json:"criteria"`
	Commits    bundle.Range  `json:"commits"`
	Leaves     bundle.Range  `json:"leaves"`
	Size       int64         `json:"tree_size"`
	Manifest   bundle.Digest `json:"manifest_sha256"`
	Redacted   []string      `json:"redacted,omitempty"`
	Recipients []string      `json:"recipients,omitempty"`
}

func (p *program) export(ctx context.Context, f exportFlags) (err error) {
	var from, to time.Time
	if from, err = beginningOf(f.from, p.now()); err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	if to, err = momentOf(f.to, p.now()); err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	from, to = from.Truncate(time.Microsecond), to.Truncate(time.Microsecond)
	if !to.After(from) {
		return fmt.Errorf("--to: %s is not after --from, %s", to.UTC().Format(time.RFC3339), from.UTC().Format(time.RFC3339))
	}
	recipients, err := ageRecipients(f.recipients)
	if err != nil {
		return err
	}
	if f.by.name == "" {
		if f.by.name = p.env("USER"); f.by.name == "" {
			return errors.New("--by: say who exports; it is recorded")
		}
	}
	for _, name := range f.redact {
		if !slices.Contains(export.Redactable, name) {
			return fmt.Errorf("--redact: %q cannot be left out; expected %s", name, strings.Join(export.Redactable, ", "))
		}
	}
	if _, err := os.Lstat(f.output); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--output: %s is there already, or cannot be looked at: choose another name", f.output)
	}
	dsn, err := p.storedDSN(f.config)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(f.config, dsn)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	out, err := os.CreateTemp(filepath.Dir(f.output), ".export-*") // for its owner only
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	defer func() {
		if e := os.Remove(out.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}()
	m, digest, err := p.bundle(ctx, s, out, recipients, from, to, f)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	body, err := json.Marshal(exported{
		For: f.whom, From: m.From, To: m.To, Criteria: m.Criteria, Commits: m.Commits, Leaves: m.Leaves, Size: m.Size, Manifest: digest, Redacted: f.redact, Recipients: f.recipients,
	})
	if err != nil {
		return err
	}
	// Recorded before it is handed out: no export is without its record.
	var ids []string
	entries, err := p.sign(ctx, s, f.by, f.config, store.Entry{Kind: entryExport, Subject: digest.String(), Body: body})
	if err == nil {
		ids, err = s.Append(ctx, entries...)
	}
	if err != nil {
		return fmt.Errorf("the export could not be recorded, so there is none: %w", err)
	}
	if err := os.Link(out.Name(), f.output); err != nil {
		return fmt.Errorf("the export is recorded (%s), but could not be put in its place: %w", ids[len(ids)-1], err)
	}
	return report.Lines(p.stdout, exportText(f, m, digest, ids[len(ids)-1], entries[len(entries)-1].Actor), p.reportOptions())
}

// bundle writes the bundle itself, encrypted where there are recipients.
func (p *program) bundle(ctx context.Context, s *store.Store, out io.Writer, recipients []age.Recipient, from, to time.Time, f exportFlags) (m bundle.Manifest, digest bundle.Digest, err error) {
	e, err := s.Extract(ctx, from, to)
	if err != nil {
		return m, digest, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	o := export.Options{
		Criteria: f.criteria, By: f.by.name, For: f.whom, At: p.now(), Version: buildVersion(), Context: derive.Context, Progress: p.stages(),
		Redact: f.redact,
		Period: func(ctx context.Context) (soc2.Period, error) { return p.exportedPeriod(ctx, f, from, to) },
		Population: func(ctx context.Context, drawn soc2.Sample) (soc2.Population, error) {
			return p.exportedPopulation(ctx, f, drawn)
		},
	}
	if f.attestations != "" {
		root, err := os.OpenRoot(f.attestations)
		if err != nil {
			return m, digest, fmt.Errorf("--attestations: %w", err)
		}
		defer func() { err = errors.Join(err, root.Close()) }()
		o.Attestations = root.FS()
	}
	if len(recipients) == 0 {
		return export.Write(ctx, out, e, o)
	}
	sealed, err := age.Encrypt(out, recipients...)
	if err != nil {
		return m, digest, fmt.Errorf("--recipient: %w", err)
	}
	m, digest, err = export.Write(ctx, sealed, e, o)
	return m, digest, errors.Join(err, sealed.Close())
}

func ageRecipients(texts []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, text := range texts {
		if strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") {
			return nil, errors.New("--recipient: that is a secret key: give the public one, age1..., and treat the secret as known to others")
		}
		found, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("--recipient: %q is no age public key: expected age1..., as `age-keygen` prints it", text)
		}
		all = append(all, found...)
	}
	return all, nil
}

func exportText(f exportFlags, m bundle.Manifest, digest bundle.Digest, id string, by evidence.Actor) []string {
	lines := []string{
		fmt.Sprintf("%s: evidence from %s to %s, commits %d to %d, %d files", f.output, m.From.Format(time.RFC3339), m.To.Format(time.RFC3339), m.Commits.First, m.Commits.Last, len(m.Files)),
		"manifest " + digest.String(),
		"recorded as " + id + ", by " + report.Safe(by.String()),
	}
	if m.SampleData {
		lines = append(lines, "It is about the sample company: invented data.")
	}
	if len(f.recipients) > 0 {
		lines = append(lines, "encrypted to "+strings.Join(f.recipients, ", "))
	}
	lines = append(lines, "", "Not in it:")
	for _, l := range m.LeftOut {
		lines = append(lines, "  - "+report.Text(l.What+": "+l.Why))
	}
	return append(lines, "", m.Protection)
}
