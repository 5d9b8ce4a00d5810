package files_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/files"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

var noon = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

const vendors = `{"id":"V1","name":"Cloud GmbH","critical":true,"data_types":["customer"],"reviewed_at":{"never":true}}` + "\n"

func open(dir, input string) ([]connect.Source, error) {
	return files.Provider.Open(connect.Options{
		Decode: func(into any) error {
			into.(*files.Settings).Directory = dir
			return nil
		},
		Stdin: strings.NewReader(input),
		Clock: func() time.Time { return noon },
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	collectorstest.Run(t, collectorstest.Suite{
		Provider:    files.Provider,
		Conditional: []string{"read:directory"}, // it goes out to no network, so the seam does not see it
		Open: func(t *testing.T, _ *transport.Seam) []connect.Source {
			t.Helper()
			sources, err := open("testdata/good", vendors)
			require.NoError(t, err)
			return sources
		},
	})
}

// pull reads the one set of a folder.
func pull(t *testing.T, sources []connect.Source) (pulls []evidence.Pull, facts map[string]evidence.Fact) {
	t.Helper()
	require.Len(t, sources, 1)
	d, err := sources[0].Discover(t.Context(), nil)
	require.NoError(t, err)
	facts = map[string]evidence.Fact{}
	for _, f := range d.Feeds {
		rec := evidence.NewRecorder(evidence.Pull{Collector: f.Collector.Name, Scope: f.Scope, Populations: f.Collector.Populations})
		ctx := transport.WithMeter(t.Context(), transport.NewMeter(f.Collector, f.Scope))
		if err := f.Collect(ctx, rec); err != nil {
			rec.Miss("", err)
		}
		p, got := rec.Result()
		pulls = append(pulls, p)
		for _, fact := range got {
			facts[fact.Resource.ID] = fact
		}
	}
	return pulls, facts
}

func TestCollect(t *testing.T) {
	t.Parallel()
	sources, err := open("testdata/good", vendors)
	require.NoError(t, err)
	pulls, facts := pull(t, sources)
	require.Len(t, pulls, 3)
	for _, p := range pulls {
		require.Empty(t, p.Holes)
		require.Equal(t, p.Items, *p.ProviderTotal)
	}
	require.Equal(t, evidence.Scope{Provider: "files", Account: "organization", Shard: "jamf/device"}, pulls[0].Scope)
	require.Contains(t, pulls[0].Parameters, "read:directory preparer=marie@acme-robotics.example")
	require.Contains(t, pulls[0].Parameters, "read:directory extracted_at=2026-11-15T18:00:00Z")

	ada := facts["jamf/C02AA"]
	require.Equal(t, `Ada’s "laptop"`, ada.Resource.Name)
	require.Equal(t, "files.device", ada.Resource.Type)
	require.Equal(t, &evidence.Device{
		Owner: new("ada@acme-robotics.example"), Platform: new("macOS"), OSVersion: new("15.6.1"), Encrypted: new(true), ScreenLock: new(true),
		EnrolledAt: new(time.Date(2024, 2, 6, 0, 0, 0, 0, time.UTC)), LastSeen: &evidence.Moment{At: time.Date(2026, 11, 15, 17, 0, 0, 0, time.UTC)},
	}, ada.Body)
	grace := facts["jamf/C02BB"].Body.(*evidence.Device)
	require.Equal(t, new(false), grace.Encrypted)
	require.Equal(t, time.Date(2024, 9, 2, 8, 0, 0, 0, time.UTC), *grace.EnrolledAt)
	spare := facts["jamf/C02CC"].Body.(*evidence.Device)
	require.Nil(t, spare.Owner, "an empty cell was not observed")
	require.Nil(t, spare.Encrypted, "unknown is not no")
	require.Equal(t, &evidence.Moment{Never: true}, spare.LastSeen)
	require.Equal(t, "two\nlines", facts["jamf/C02DD"].Resource.Name)

	require.Equal(t, &evidence.Employment{
		Email: new("tomas@acme-robotics.example"), Status: new("ended"), EndsAt: &evidence.Moment{At: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)},
	}, facts["personio/21"].Body)
	require.Equal(t, []string{"customer"}, facts["register/V1"].Body.(*evidence.Vendor).DataTypes)
}

const record = "kind: Device\nsystem: jamf\nquery: all\nextracted_at: 2026-11-15T18:00:00Z\nrows: 1\npreparer: marie\ndata: d.csv\n"

// folder is a folder of files, by name.
func folder(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// A record that cannot be used is refused before anything runs.
func TestBadRecords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ record, says string }{
		"an unknown kind":   {strings.Replace(record, "Device", "Devise", 1), `d.set.yaml:1:7: kind: "Devise" is not a kind of fact`},
		"an unknown key":    {record + "sytem: x\n", `unknown key "sytem"`},
		"no origin":         {strings.Replace(record, "system: jamf\n", "", 1), "system: missing; without it nobody can test"},
		"no time":           {strings.Replace(record, "extracted_at: 2026-11-15T18:00:00Z\n", "", 1), "extracted_at: missing"},
		"no count":          {strings.Replace(record, "rows: 1\n", "", 1), "rows: missing"},
		"a negative count":  {strings.Replace(record, "rows: 1", "rows: -1", 1), "rows: missing"},
		"an unknown format": {strings.Replace(record, "d.csv", "d.ods", 1), "format: expected csv, xlsx, json or jsonl"},
		"a sheet of none":   {record + "sheet: People\n", "sheet: only a workbook (xlsx) has sheets"},
		"a wrong validity":  {record + "valid_for: a week\n", "valid_for: expected a duration such as 168h"},
		"two of one system": {record, "already holds the Device facts of jamf"},
		"attestations":      {strings.Replace(record, "Device", "Attestation", 1), "is not a kind of fact"},
		"no record":         {"", "no record (NAME.set.yaml)"},
		"no text":           {"\x00", "d.set.yaml"},
		"a list for a kind": {strings.Replace(record, "kind: Device", "kind: [Device]", 1), "kind"},
		"several at once":   {strings.Replace(strings.Replace(record, "rows: 1\n", "", 1), "query: all\n", "", 1), "query: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := map[string]string{"d.set.yaml": c.record}
			if name == "two of one system" {
				content["e.set.yaml"] = c.record
			}
			if c.record == "" {
				content = nil
			}
			_, err := open(folder(t, content), "")
			require.ErrorContains(t, err, c.says)
		})
	}
	_, err := open("testdata/nowhere", "")
	require.ErrorContains(t, err, "open the folder of facts nowhere")
}

// What casts doubt on a set is a hole that says what to mend; the good rows stay.
func TestDoubt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		record, data string
		reason       evidence.Reason
		says         string
		kept         int
	}{
		"fewer rows than the system said": {strings.Replace(record, "rows: 1", "rows: 3", 1), "id,encrypted\na,true\n", evidence.Truncated, "d.csv: 1 rows, and jamf said there are 3", 1},
		"more rows than the system said":  {record, "id,encrypted\na,true\nb,true\n", evidence.Truncated, "d.csv: 2 rows, and jamf said there are 1", 2},
		"no rows at all":                  {record, "id,encrypted\n", evidence.Truncated, "d.csv: 0 rows", 0},
		"an id twice":                     {strings.Replace(record, "rows: 1", "rows: 2", 1), "id,encrypted\na,true\na,false\n", evidence.ProviderError, `d.csv:3: has the id "a" of row 2`, 1},
		"a row without an id":             {record, "id,encrypted\n ,true\n", evidence.ProviderError, "d.csv:2: has no id", 0},
		"a wrong type":                    {record, "id,encrypted\na,maybe\n", evidence.ProviderError, `d.csv:2: encrypted: "maybe" is neither true nor false`, 0},
		"a word no check knows":           {strings.Replace(record, "Device", "User", 1), "id,status\na,Enabled\n", evidence.ProviderError, `d.csv:2: status: "Enabled" is none of active, pending, suspended, deactivated; say what it means under values`, 0},
		"a wrong date":                    {record, "id,enrolled_at\na,16.11.2026\n", evidence.ProviderError, `"16.11.2026" is no date`, 0},
		"a row of another width":          {record, "id,encrypted\na\n", evidence.ProviderError, "d.csv:2: has 1 columns and the header 2", 0},
		"an unknown column":               {record, "id,encripted\na,true\n", evidence.ProviderError, `"encripted" is not a field of Device; expected one of encrypted,`, 0},
		"a column twice":                  {record, "id,encrypted,encrypted\na,true,false\n", evidence.ProviderError, `column "encrypted" is there twice`, 0},
		"no column of ids":                {record, "serial,encrypted\na,true\n", evidence.ProviderError, `no column "id"`, 0},
		"a field without its column":      {record + "fields: {encrypted: FileVault}\n", "id,encrypted\na,true\n", evidence.ProviderError, `no column "FileVault"`, 0},
		"an open quote":                   {record, "id,encrypted\n\"a,true\n", evidence.ProviderError, "d.csv: ", 0},
		"an empty file":                   {record, "", evidence.ProviderError, "d.csv: is empty", 0},
		"no file":                         {record, "none", evidence.ProviderError, "d.csv: no such file or directory", 0},
		"old rows":                        {strings.Replace(record, "2026-11-15", "2026-09-15", 1), "id,encrypted\na,true\n", evidence.Stale, "taken out of jamf on 2026-09-15, and counts for 840h", 1},
		"rows of the future":              {strings.Replace(record, "2026-11-15", "2027-11-15", 1), "id,encrypted\na,true\n", evidence.ProviderError, "taken out in the future", 1},
		"JSON of another shape":           {strings.Replace(record, "d.csv", "d.json", 1), `{"id":"a"}`, evidence.ProviderError, "expected a JSON list of objects", 0},
		"JSON with an unknown field":      {strings.Replace(record, "d.csv", "d.json", 1), `[{"id":"a","encripted":true}]`, evidence.ProviderError, `d.json:1: unknown field "encripted"`, 0},
		"JSON of a wrong type":            {strings.Replace(record, "d.csv", "d.json", 1), `[{"id":"a","encrypted":"yes"}]`, evidence.ProviderError, "d.json:1: ", 0},
		"JSON that is cut":                {strings.Replace(record, "d.csv", "d.json", 1), `[{"id":"a","encrypted":true}`, evidence.ProviderError, "the list does not end", 1},
		"JSON with more behind it":        {strings.Replace(record, "d.csv", "d.json", 1), `[{"id":"a"}] [`, evidence.ProviderError, "something follows the list", 1},
		"what is ours to derive": {
			strings.Replace(strings.Replace(record, "d.csv", "d.json", 1), "Device", "Datastore", 1), `[{"id":"a","Public":false}]`,
			evidence.ProviderError, "public is derived from other fields", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := map[string]string{"d.set.yaml": c.record}
			if c.data != "none" {
				content["d.csv"], content["d.json"] = c.data, c.data
			}
			sources, err := open(folder(t, content), "")
			require.NoError(t, err)
			pulls, facts := pull(t, sources)
			require.NotEmpty(t, pulls[0].Holes)
			require.Equal(t, c.reason, pulls[0].Holes[0].Reason)
			require.Contains(t, pulls[0].Holes[0].Detail, c.says)
			require.Len(t, facts, c.kept)
		})
	}
}

func TestAWordIsReadInAnyCase(t *testing.T) {
	t.Parallel()
	sources, err := open(folder(t, map[string]string{"d.set.yaml": strings.Replace(record, "Device", "User", 1), "d.csv": "id,status\na,ACTIVE\n"}), "")
	require.NoError(t, err)
	pulls, facts := pull(t, sources)
	require.Empty(t, pulls[0].Holes)
	require.Equal(t, evidence.UserActive, *facts["jamf/a"].Body.(*evidence.User).Status)
}

// Many bad rows are told without drowning everything else.
func TestManyBadRows(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("id,encrypted\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "%d,perhaps\n", i)
	}
	sources, err := open(folder(t, map[string]string{"d.set.yaml": strings.Replace(record, "rows: 1", "rows: 1000", 1), "d.csv": b.String()}), "")
	require.NoError(t, err)
	pulls, _ := pull(t, sources)
	require.Len(t, pulls[0].Holes, 6)
	require.Contains(t, pulls[0].Holes[5].Detail, "995 more rows cannot be used")
}

func TestNoWayOut(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"d.set.yaml": strings.Replace(record, "d.csv", "../../secret.csv", 1)})
	sources, err := open(dir, "")
	require.NoError(t, err)
	pulls, facts := pull(t, sources)
	require.Empty(t, facts)
	require.Contains(t, pulls[0].Holes[0].Detail, "escapes")

	_, err = files.Provider.Open(connect.Options{
		Decode: func(into any) error {
			into.(*files.Settings).Directory = folder(t, map[string]string{"d.set.yaml": strings.Replace(record, "d.csv", `"-"`, 1) + "format: csv\n"})
			return nil
		},
		Clock: func() time.Time { return noon },
	})
	require.ErrorContains(t, err, "there is no standard input to read")
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	sources, err := open("testdata/good", vendors)
	require.NoError(t, err)
	d, err := sources[0].Discover(t.Context(), nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := d.Feeds[0]
	rec := evidence.NewRecorder(evidence.Pull{Collector: f.Collector.Name, Scope: f.Scope, Populations: f.Collector.Populations})
	require.ErrorIs(t, f.Collect(ctx, rec), context.Canceled)
}

func BenchmarkMillionRows(b *testing.B) {
	var text strings.Builder
	text.WriteString("id,name,owner,encrypted,last_seen\n")
	const rows = 1_000_000
	for i := range rows {
		fmt.Fprintf(&text, "C%07d,laptop %d,person%d@acme-robotics.example,true,2026-11-15\n", i, i, i)
	}
	dir := b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(dir, "d.csv"), []byte(text.String()), 0o600))
	require.NoError(b, os.WriteFile(filepath.Join(dir, "d.set.yaml"), []byte(strings.Replace(record, "rows: 1", "rows: 1000000", 1)), 0o600))
	sources, err := open(dir, "")
	require.NoError(b, err)
	d, err := sources[0].Discover(b.Context(), nil)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		f := d.Feeds[0]
		rec := evidence.NewRecorder(evidence.Pull{Collector: f.Collector.Name, Scope: f.Scope, Populations: f.Collector.Populations})
		require.NoError(b, f.Collect(b.Context(), rec))
		p, _ := rec.Result()
		require.Equal(b, rows, p.Items)
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
