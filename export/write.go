package export

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Options say what goes into a bundle and for whom.
type Options struct {
	Criteria []string  // limits controls, and facts to the kinds they judge; empty: all
	By, For  string    // who asks for it, and for whom
	At       time.Time // when
	Version  string    // of the program
	// Redact names sections that are left out on purpose, which the bundle says:
	// answers, files, periods, samples.
	Redact []string
	// Attestations is the folder in which the files lie that attestations name; nil:
	// it is not at hand.
	Attestations fs.FS
	// Period tells the window as an observation period, Population lists again what a
	// sample was drawn from; nil: the bundle is without.
	Period     func(context.Context) (soc2.Period, error)
	Population func(context.Context, soc2.Sample) (soc2.Population, error)
	// Context tells the kinds of facts that others are derived from, which a
	// bundle limited to criteria holds as well.
	Context  func(evidence.Kind) bool
	Progress func(stage string, done, total int64) // may be nil
}

// section writes a part of a bundle.
type section struct {
	name  string
	write func(*exporter, context.Context) error
}

// sections are the parts in the order in which they are written. A new one is a
// file and a line here, before log: that one proves what the others took, and says
// what they did not.
var sections = []section{
	{"judgements", (*exporter).judgements},
	{"facts", (*exporter).facts},
	{"bodies", (*exporter).otherBodies},
	{"states", (*exporter).states},
	{"drift", (*exporter).drift},
	{"records", (*exporter).records},
	{"files", (*exporter).files},
	{"answers", (*exporter).answers},
	{"periods", (*exporter).periods},
	{"samples", (*exporter).samples},
	{"anchors", (*exporter).anchors},
	{"company", (*exporter).company},
	{"controls", (*exporter).controls},
	{"criteria", (*exporter).criteria},
	{"oscal", (*exporter).oscal},
	{"index", (*exporter).index},
	{"log", (*exporter).log},
}

// Write writes a bundle of what the store kept, and gives its manifest and that
// manifest's digest.
func Write(ctx context.Context, w io.Writer, from *store.Extract, o Options) (m bundle.Manifest, digest bundle.Digest, err error) {
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	if o.Context == nil {
		o.Context = func(evidence.Kind) bool { return true }
	}
	for _, name := range o.Redact {
		if !slices.Contains(Redactable, name) {
			return m, digest, fmt.Errorf("export: %q cannot be left out; expected one of %s", name, strings.Join(Redactable, ", "))
		}
	}
	x := &exporter{
		from: from, options: o, out: bundle.NewWriter(w, o.At),
		have: map[bundle.Digest]bool{}, earlier: map[int64]bool{}, byControl: map[string]*controlPart{},
	}
	defer x.pile.close()
	for i, s := range sections {
		if err := s.write(x, ctx); err != nil {
			return m, digest, fmt.Errorf("export %s: %w", s.name, err)
		}
		o.Progress("export", int64(i+1), int64(len(sections)))
	}
	m, digest, err = x.out.Close(ctx, x.manifest(), from.Signing)
	if err != nil {
		return m, digest, fmt.Errorf("export: %w", err)
	}
	return m, digest, nil
}

// exporter is a bundle being written.
type exporter struct {
	from    *store.Extract
	options Options
	out     *bundle.Writer

	have      map[bundle.Digest]bool // bodies that are in the bundle
	earlier   map[int64]bool         // commits before the window whose lines name such bodies
	judged    *store.Judged          // the newest assessment by the window's end; nil: there is none
	catalogue soc2.Catalogue         // that it was judged by
	selected  []soc2.Control
	own       soc2.Company // the company's own controls
	byControl map[string]*controlPart
	pile      pile // rows of the controls
	leftOut   []bundle.LeftOut
	counts    counts

	attestedFiles []attestedFile
	storedFiles   map[bundle.Digest]bool // attached to records, and wanted here
	points        []int64                // sizes of checkpoints that receipts are of
	tokens        []string               // files of anchors
	outside       int                    // receipts of anchors out of the operator's reach
	covered       int64                  // leaves under the largest checkpoint that those have
}

// counts are what the index tells.
type counts struct {
	Assessments, Facts, Pulls, Incomplete, Drift, Entries, Leaves, Checkpoints, Unheld, Receipts int

	Files, FilesAbsent, Answers, OverBudget, Periods, Samples, Stamps, Pruned int
}

// controlPart gathers the rows of a control, which come mixed with those of others.
type controlPart struct {
	findings, drift slip
	checks          map[string]map[soc2.Outcome]int
	bad             []finding // that fail or were not seen, the first of them
	badMore         int
	drifted         int
}

// Redactable are the sections that may be left out on purpose.
var Redactable = []string{"answers", "files", "periods", "samples"}

func (x *exporter) redacted(name string) bool { return slices.Contains(x.options.Redact, name) }

func (x *exporter) limited() bool { return len(x.options.Criteria) > 0 }

func (x *exporter) leave(what, why string) {
	x.leftOut = append(x.leftOut, bundle.LeftOut{What: what, Why: why})
}

// need notes that lines of a commit name something that is in the bundle.
func (x *exporter) need(seq int64) {
	if seq < x.from.First || seq > x.from.Last {
		x.earlier[seq] = true
	}
}

// unprotected is what the bundle says against whom nothing in it protects.
func (x *exporter) unprotected() string {
	const operator = "Not protected against the operator: who holds the signing key of the log can write another history and sign it. " +
		"Only a checkpoint kept by somebody else (an anchor) shows that"
	const compare = " Compare its newest checkpoint with one that you received earlier and kept."
	if x.counts.Receipts == 0 {
		return operator + ", and this bundle includes none." + compare
	}
	covers := "all of the window"
	if x.covered <= x.from.LastLeaf {
		covers = fmt.Sprintf("not leaves %d to %d of the window, which none protects", max(x.covered, x.from.FirstLeaf), x.from.LastLeaf)
	}
	return fmt.Sprintf("%s. The bundle has %d receipts of anchors (anchors.csv), %d of them out of the operator's reach by what was configured; those cover %s. %d are timestamps, which "+
		"\"controlwatch verify\" with --ca and VERIFY.md check against the certificate of the authority: get that from the authority. For the others ask whoever is named there.%s",
		operator, x.counts.Receipts, x.outside, covers, x.counts.Stamps, compare)
}

func (x *exporter) manifest() bundle.Manifest {
	e := x.from
	m := bundle.Manifest{
		Origin: e.Origin, Created: x.options.At.UTC(), Version: x.options.Version, By: x.options.By, For: x.options.For,
		From: e.From, To: e.To, Criteria: slices.Clone(x.options.Criteria),
		Commits: bundle.Range{First: e.First, Last: e.Last}, Leaves: bundle.Range{First: e.FirstLeaf, Last: e.LastLeaf},
		Size: e.Newest.Size, Root: base64.StdEncoding.EncodeToString(e.Root[:]),
		SampleData: x.judged != nil && x.judged.SampleData,
		Anchors:    slices.Concat([]string{}, x.tokens), Protection: x.unprotected(), LeftOut: x.leftOut,
	}
	if m.Criteria == nil {
		m.Criteria = []string{}
	}
	return m
}
