package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// drawnSample is a sample that the bundle has.
type drawnSample struct {
	soc2.Sample
	record     store.RecordedEntry
	deviations []store.RecordedEntry
}

// samples: those that were drawn of a time that touches the window, whenever that
// was recorded; the deviations on their items; what second persons confirmed of
// lists; and the populations that were drawn from, where they are still listed to
// the digest that was recorded.
func (x *exporter) samples(ctx context.Context) error {
	if x.redacted("samples") {
		x.leave("samples, deviations and populations", "redacted: they were left out on purpose; what was recorded in the window is in records.csv and bodies/entries")
		return nil
	}
	var t table
	defer t.close()
	t.put("record", "at", "kind", "by", "identity", "of", "population", "from", "to", "title", "items", "missing",
		"population_items", "population_complete", "population_sha256", "population_file")
	var records []store.RecordedEntry
	var drawn []*drawnSample
	byID := map[string]*drawnSample{}
	other := 0
	for e, err := range x.from.Recorded(ctx, soc2.EntrySample, soc2.EntrySampleDeviation, soc2.EntryPopulationConfirmed) {
		if err != nil {
			return err
		}
		mine, limited, err := x.ofSample(e, byID)
		if err != nil {
			return fmt.Errorf("record %s (%s): %w", e.ID, e.Kind, err)
		}
		if limited {
			other++
		}
		if !mine {
			continue
		}
		records = append(records, e)
		if s := byID[e.ID]; s != nil {
			drawn = append(drawn, s)
		}
	}
	p := packer{x: x, class: "samples"}
	for _, e := range records {
		x.need(e.Seq)
		if err := p.add(e.Digest, e.Body); err != nil {
			return err
		}
	}
	files := map[string]string{}
	for _, s := range drawn {
		file, err := x.populationOf(ctx, s, files)
		if err == nil {
			err = x.sample(s)
		}
		if err != nil {
			return fmt.Errorf("sample %s: %w", s.record.ID, err)
		}
		files[s.Digest] = file
	}
	for _, e := range records {
		t.put(x.sampleRow(e, byID, files)...)
	}
	x.counts.Samples = len(drawn)
	if other > 0 {
		x.leave(fmt.Sprintf("%d samples of other kinds", other), "the bundle is limited to criteria, and no control of those looks at what they are of")
	}
	return x.table("samples.csv", &t)
}

// ofSample decides whether a record is of the window. Samples come before what is
// said of them.
func (x *exporter) ofSample(e store.RecordedEntry, byID map[string]*drawnSample) (mine, limited bool, err error) {
	within := e.Seq >= x.from.First && e.Seq <= x.from.Last
	switch e.Kind {
	case soc2.EntrySample:
		s := &drawnSample{record: e}
		if err := decodeRecord(e.Body, &s.Sample); err != nil {
			return false, false, err
		}
		if !touches(s.From, s.To, x.from) {
			return false, false, nil
		}
		kind, err := soc2.PopulationOf(s.Population)
		if err != nil {
			return false, false, err
		}
		if !x.wanted()(kind.Kind) {
			return false, true, nil
		}
		byID[e.ID] = s
		return true, false, nil
	case soc2.EntrySampleDeviation:
		var d soc2.SampleDeviation
		if err := decodeRecord(e.Body, &d); err != nil {
			return false, false, err
		}
		s := byID[d.Sample]
		if s == nil {
			return false, false, nil // of a sample that is not in the bundle
		}
		s.deviations = append(s.deviations, e)
		return true, false, nil
	default:
		var c soc2.PopulationConfirmation
		if err := decodeRecord(e.Body, &c); err != nil {
			return false, false, err
		}
		return within || touches(c.Export.FirstPull.At, c.Export.LastPull.At.Add(time.Microsecond), x.from), false, nil
	}
}

// touches says whether a time, of which the end is not in it, has a moment of the window.
func touches(from, to time.Time, e *store.Extract) bool { return !from.After(e.To) && to.After(e.From) }

// populationOf writes the population that a sample was drawn from, in the form whose
// SHA-256 the sample's record has, and gives its file; none, where it is no longer
// listed to that digest.
func (x *exporter) populationOf(ctx context.Context, s *drawnSample, files map[string]string) (string, error) {
	if file, known := files[s.Digest]; known {
		return file, nil
	}
	var digest bundle.Digest
	if err := digest.UnmarshalText([]byte(s.Digest)); err != nil {
		return "", fmt.Errorf("the digest of its population, %q: %w", s.Digest, err)
	}
	what := "the population that sample " + s.record.ID + " was drawn from"
	if x.options.Population == nil {
		x.leave(what, "it was not listed again; its SHA-256 is in the record")
		return "", nil
	}
	listed, err := x.options.Population(ctx, s.Sample)
	if err != nil {
		return "", fmt.Errorf("list its population: %w (--redact samples leaves it out, and says so)", err)
	}
	var b bytes.Buffer
	if err := listed.WriteCanonical(&b); err != nil {
		return "", err
	}
	if bundle.Digest(sha256.Sum256(b.Bytes())) != digest {
		x.leave(what, fmt.Sprintf("what the store lists now is another (%d items, the record says %d): something was seen, or pruned, since; the record has the items drawn and the population's SHA-256", len(listed.Items), s.Count))
		return "", nil
	}
	to, err := x.out.CreateStored(bundle.PopulationFile(digest))
	if err == nil {
		_, err = to.Write(b.Bytes())
	}
	return bundle.PopulationFile(digest), err
}

// sample writes the tables of one.
func (x *exporter) sample(s *drawnSample) error {
	folder := "samples/" + s.record.ID + "/"
	b := report.CSVRow("place", "stratum", "key", "provider", "account", "region", "kind", "type", "id", "name", "certain", "why", "fact_sha256", "fact_in_bundle", "pull", "findings_at")
	for _, item := range s.Items {
		var digest bundle.Digest
		if err := digest.UnmarshalText([]byte(item.Fact)); err != nil {
			return fmt.Errorf("item %s: its fact %q: %w", item.Key, item.Fact, err)
		}
		r := item.Resource
		b = append(b, report.CSVRow(item.PlaceName(), item.Stratum, item.Key, r.Provider, r.Account, r.Region, string(r.Kind), r.Type, r.ID, r.Name,
			fmt.Sprint(item.Certain), item.Why, item.Fact, fmt.Sprint(x.have[digest]), item.Pull, stamp(item.FindingsAt))...)
	}
	if err := x.out.File(folder+"items.csv", b); err != nil {
		return err
	}
	b = report.CSVRow("record", "at", "by", "identity", "item", "cause", "extent", "compensating_control")
	for _, e := range s.deviations {
		var d soc2.SampleDeviation
		if err := decodeRecord(e.Body, &d); err != nil {
			return err
		}
		b = append(b, report.CSVRow(e.ID, stamp(e.At), e.Actor.Name, identityOf(e.Actor), d.Item, d.Cause, d.Extent, d.CompensatingControl)...)
	}
	return x.out.File(folder+"deviations.csv", b)
}

func (x *exporter) sampleRow(e store.RecordedEntry, byID map[string]*drawnSample, files map[string]string) []string {
	row := []string{e.ID, stamp(e.At), e.Kind, e.Actor.Name, identityOf(e.Actor), e.Subject}
	s := byID[e.ID]
	if s == nil {
		return append(row, make([]string, 10)...)
	}
	return append(row, s.Population, stamp(s.From), stamp(s.To), s.Title(), fmt.Sprint(len(s.Items)), strings.Join(s.Missing, "; "),
		fmt.Sprint(s.Count), fmt.Sprint(s.Complete), s.Digest, files[s.Digest])
}

// identityOf says how it is known who somebody is.
func identityOf(a evidence.Actor) string {
	if a.Identity == evidence.IdentityUnverified {
		return "identity not verified"
	}
	return string(a.Identity)
}

// decodeRecord reads what was recorded. A key that is not known is an error: what it
// says would be left out. A person's signature is looked at elsewhere.
func decodeRecord(b []byte, into any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	delete(fields, "signature")
	rest, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
