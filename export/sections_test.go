package export_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/export"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// rows reads a table by its columns.
func rows(t *testing.T, text string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, column := range all[0] {
			row[column] = cells[i]
		}
		out = append(out, row)
	}
	return out
}

func judged(t *testing.T, b []byte, a *tsatest.Authority, keys ...string) *bundle.Verification {
	t.Helper()
	roots, err := tsa.Roots(a.PEM(t))
	require.NoError(t, err)
	v, err := bundle.Verify(t.Context(), bytes.NewReader(b), int64(len(b)), bundle.Options{Keys: keys, Stamp: func(token, checkpoint []byte) (time.Time, string, error) {
		stamp, err := tsa.Open(token, checkpoint, roots)
		return stamp.Time, stamp.Authority, err
	}})
	require.NoError(t, err)
	return v
}

func TestFilesOfAttestationsAreThereOrSaidNotToBe(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, m := w.fill(0, 31, nil)
	files := unzip(t, b)
	require.Empty(t, verify(t, b, w.key.Public()).Problems)
	states := map[string]string{}
	for _, r := range rows(t, files["files.csv"]) {
		states[r["path"]] = r["state"] + ": " + r["detail"]
	}
	digest := evidence.Digest(signedList)
	require.Equal(t, map[string]string{
		"q1/list.csv":    "in the bundle: files/" + digest,
		"q1/minutes.txt": "changed: the file 2026/q1/minutes.txt is not the one that was attested: its size or SHA-256 is another",
		"q1/gone.txt":    "missing: no file in the folder given has its SHA-256",
	}, states)
	require.Equal(t, string(signedList), files["files/"+digest])
	require.Contains(t, leftOut(m), "file q1/minutes.txt of attestation access-is-reviewed/2026-03-05: changed")
	require.Contains(t, leftOut(m), "file q1/gone.txt of attestation access-is-reviewed/2026-03-05: missing")
	for name, text := range files {
		require.NotContains(t, text, "nobody named it", name)
	}

	b, m = w.fill(0, 31, func(o *export.Options) { o.Attestations = nil })
	require.Empty(t, verify(t, b).Problems)
	require.Contains(t, leftOut(m), "3 files that attestations name: the store keeps their names")
	b, m = w.fill(0, 31, func(o *export.Options) { o.Criteria = []string{"A1.2"} })
	require.Empty(t, verify(t, b).Problems)
	require.Contains(t, leftOut(m), "3 files of attestations of other controls")
	require.Empty(t, one(unzip(t, b), "files/"))
	b, _ = w.fill(0, 31, func(o *export.Options) { o.Attestations = nil })
	require.Equal(t, "not given", rows(t, unzip(t, b)["files.csv"])[0]["state"])
}

// A folder may hold links out of it, and what an attestation calls a file may be a
// path out of it: neither is followed.
func TestFilesOutsideOfTheFolderAreNotTaken(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	dir := t.TempDir()
	inside := filepath.Join(dir, "inside")
	require.NoError(t, os.Mkdir(inside, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "list.csv"), signedList, 0o600))
	require.NoError(t, os.Symlink(filepath.Join(dir, "list.csv"), filepath.Join(inside, "list.csv")))
	require.NoError(t, os.Symlink("../list.csv", filepath.Join(inside, "too.csv")))
	root, err := os.OpenRoot(inside)
	require.NoError(t, err)
	defer func() { require.NoError(t, root.Close()) }()
	b, _ := w.fill(0, 31, func(o *export.Options) { o.Attestations = root.FS() })
	for _, r := range rows(t, unzip(t, b)["files.csv"]) {
		require.NotEqual(t, "in the bundle", r["state"], r["path"])
	}
}

func TestAnswersAreThereAsTheyWereKept(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, m := w.fill(0, 31, nil)
	files := unzip(t, b)
	table := rows(t, files["answers.csv"])
	require.Len(t, table, 2)
	byOperation := map[string]map[string]string{}
	for _, r := range table {
		byOperation[r["operation"]] = r
	}
	require.Equal(t, "redacted", byOperation["iam:ListUsers"]["kept"])
	require.Equal(t, "Users[].PasswordLastUsed volatile", byOperation["iam:ListUsers"]["removed"])
	require.Equal(t, "2", byOperation["iam:ListUsers"]["items"])
	require.Regexp(t, `^p\d+$`, byOperation["iam:ListUsers"]["pull"])
	require.Equal(t, "its digest only: truncated", byOperation["iam:GetCredentialReport"]["kept"])
	require.Equal(t, strings.Repeat("ab", 32), byOperation["iam:GetCredentialReport"]["sha256_as_sent"])
	require.Equal(t, 2, strings.Count(files["answers/items/0001.jsonl"], "\n"))
	require.Contains(t, files["answers/items/0001.jsonl"], `"json":{"UserName":"ada <admin>"}`)
	require.Contains(t, leftOut(m), "answers of 1 pulls of the window: the budget")
	over := 0
	for _, r := range rows(t, files["pulls.csv"]) {
		if r["answers_over_budget"] == "true" {
			over++
		}
	}
	require.Equal(t, 1, over)
	v := verify(t, b, w.key.Public())
	require.Empty(t, v.Problems)
	require.EqualValues(t, 2, v.Items)
	require.NotContains(t, files["log/left-out.txt"], " answer ")

	// Before they were kept, and after they held as well.
	b, _ = w.fill(0, 2, nil)
	require.Empty(t, one(unzip(t, b), "answers/items/"))
	b, _ = w.fill(9, 31, nil)
	require.Empty(t, verify(t, b).Problems)
	require.Contains(t, unzip(t, b), "answers/items/0001.jsonl")
	b, m = w.fill(0, 31, func(o *export.Options) {
		o.Criteria, o.Context = []string{"A1.2"}, func(evidence.Kind) bool { return false }
	})
	require.Empty(t, verify(t, b).Problems)
	require.Empty(t, one(unzip(t, b), "answers/items/"))
	require.Contains(t, leftOut(m), "2 answers to feeds that read other kinds")
}

func TestSamplesOfTheWindowAreThereWheneverTheyWereRecorded(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, _ := w.fill(0, 31, nil)
	files := unzip(t, b)
	require.Empty(t, verify(t, b, w.key.Public()).Problems)
	table := rows(t, files["samples.csv"])
	require.Len(t, table, 2, "the sample and the deviation, not the sample of another time")
	require.Equal(t, "sample", table[0]["kind"])
	require.Equal(t, "identity not verified", table[0]["identity"])
	require.Equal(t, "management's pre-test", table[0]["title"])
	require.Equal(t, "sample-deviation", table[1]["kind"])
	id := table[0]["record"]
	items := rows(t, files["samples/"+id+"/items.csv"])
	require.Len(t, items, 2)
	for _, r := range items {
		require.Equal(t, "true", r["fact_in_bundle"])
	}
	require.Equal(t, "'=cmd", rows(t, files["samples/"+id+"/deviations.csv"])[0]["cause"])
	population := table[0]["population_file"]
	require.Equal(t, "samples/populations/"+table[0]["population_sha256"]+".txt", population)
	require.Contains(t, files[population], "controlwatch.population/v1\tusers\t")
	require.Equal(t, 2, strings.Count(files["bodies/samples/0001.jsonl"], "\n"))

	// A population that is listed otherwise now is not passed off as the one drawn from.
	w.now = w.now.Add(time.Minute)
	b, m := w.fill(0, 31, func(o *export.Options) {
		list := o.Population
		o.Population = func(ctx context.Context, s soc2.Sample) (soc2.Population, error) {
			p, err := list(ctx, s)
			p.Items = p.Items[1:]
			return p, err
		}
	})
	require.Empty(t, verify(t, b).Problems)
	require.Contains(t, leftOut(m), "what the store lists now is another")
	for name := range unzip(t, b) {
		require.NotContains(t, name, "samples/populations/")
	}
}

func TestThePeriodOfTheWindowIsThere(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, m := w.fill(0, 31, nil)
	files := unzip(t, b)
	require.Contains(t, files["periods/period.json"], `"people-use-multi-factor-sign-in"`)
	require.Contains(t, files["periods/period.csv"], "people-use-multi-factor-sign-in")
	require.NotContains(t, leftOut(m), "observation period")
	_, m = w.fill(0, 31, func(o *export.Options) { o.Period = nil })
	require.Contains(t, leftOut(m), "the window as an observation period: none was told")
}

func TestReceiptsOfAnchorsAreJudged(t *testing.T) {
	t.Parallel()
	w, a := full(t)
	b, m := w.fill(0, 31, nil)
	files := unzip(t, b)
	require.Len(t, m.Anchors, 2, "the first after the window and the newest")
	require.Contains(t, m.Protection, "4 receipts of anchors")
	require.Contains(t, m.Protection, "4 of them out of the operator's reach by what was configured; those cover all of the window")
	require.Contains(t, files["VERIFY.md"], "2 are timestamps")
	table := rows(t, files["anchors.csv"])
	require.Len(t, table, 4)
	for _, r := range table {
		require.Equal(t, "true", r["covers_the_window"])
		require.Contains(t, files, r["checkpoint"])
	}

	v := verify(t, b, w.key.Public())
	require.Empty(t, v.Problems)
	require.False(t, v.Anchored, "nothing was judged")
	require.Contains(t, strings.Join(v.Warnings, "\n"), "2 tokens of anchors were not judged")
	v = judged(t, b, a, w.key.Public())
	require.Empty(t, v.Problems)
	require.True(t, v.Anchored)
	require.Equal(t, "CN=Test authority", v.Tokens[0].By)
	v = judged(t, b, tsatest.New(t, tsatest.Options{}), w.key.Public())
	require.False(t, v.OK())
	require.False(t, v.Anchored)

	// With openssl, as VERIFY.md says, and with an authority that is another.
	dir := t.TempDir()
	unpack(t, b, dir)
	for _, ca := range []struct {
		*tsatest.Authority
		good bool
	}{{a, true}, {tsatest.New(t, tsatest.Options{}), false}} {
		file := filepath.Join(t.TempDir(), "ca.pem")
		require.NoError(t, os.WriteFile(file, ca.PEM(t), 0o600))
		said, err := follow(t, dir, false, "CA="+file)
		if ca.good {
			require.NoError(t, err, said)
			require.Equal(t, 2, strings.Count(said, "Verification: OK"), said)
			continue
		}
		require.Error(t, err, said)
		require.Contains(t, said, "is no timestamp of")
	}
	said, err := follow(t, dir, false)
	require.NoError(t, err, said)
	require.Contains(t, said, "2 timestamps were not checked")

	// Receipts of checkpoints within the window do not protect all of it.
	b, m = w.fill(0, 41, nil)
	require.Contains(t, m.Protection, "which none protects")
	v = judged(t, b, a, w.key.Public())
	require.Empty(t, v.Problems)
	require.False(t, v.Anchored)
}

func TestWithoutAnchorsItIsSaid(t *testing.T) {
	t.Parallel()
	_, m := month(t).write(0, 31)
	require.Empty(t, m.Anchors)
	require.Contains(t, leftOut(m), "nobody outside is known to hold a checkpoint")
	require.Contains(t, m.Protection, "Not protected against the operator")
}

func TestWhatIsRedactedIsSaid(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, m := w.fill(0, 31, func(o *export.Options) { o.Redact = export.Redactable })
	require.Empty(t, verify(t, b, w.key.Public()).Problems)
	files := unzip(t, b)
	for name := range files {
		for _, folder := range []string{"files/", "answers", "bodies/answers", "periods", "samples", "bodies/samples"} {
			require.False(t, strings.HasPrefix(name, folder), name)
		}
	}
	require.Equal(t, 4, strings.Count(leftOut(m), "redacted: "), leftOut(m))
	require.Contains(t, files["log/left-out.txt"], " answer of an answer, left out on purpose")
	require.Equal(t, "redacted", rows(t, files["files.csv"])[0]["state"])
	e, err := w.store.Extract(t.Context(), w.day(0), w.day(31))
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	_, _, err = export.Write(t.Context(), &bytes.Buffer{}, e, export.Options{At: w.now, Redact: []string{"log"}})
	require.ErrorContains(t, err, `"log" cannot be left out`)
}

func TestWhatWasPrunedIsListed(t *testing.T) {
	t.Parallel()
	w := month(t)
	w.now = w.day(400)
	w.pull(400, user("ada", "ada", true), user("cara", "cara", true))
	w.now = w.day(410)
	done, err := w.store.Prune(t.Context(), store.PruneOptions{Retention: store.Retention{Keep: 90 * 24 * time.Hour}})
	require.NoError(t, err)
	require.Positive(t, done.Bodies)
	b, m := w.write(0, 22)
	require.Empty(t, verify(t, b, w.key.Public()).Problems)
	files := unzip(t, b)
	assessments := rows(t, files["assessments.csv"])
	require.Len(t, assessments, 4)
	for _, r := range assessments {
		require.Contains(t, r["pruned"], `by the rule "keep 90d"`)
		require.Empty(t, r["pass"], "not known is not zero")
	}
	pruned := 0
	for _, r := range rows(t, files["facts.csv"]) {
		if r["pruned"] != "" {
			pruned++
		}
	}
	require.Positive(t, pruned)
	require.Contains(t, files["pulls.csv"], "keep 90d")
	require.Contains(t, leftOut(m), "bodies that were pruned or erased")
	require.Contains(t, leftOut(m), "states of controls and criteria as judged at")
	require.Contains(t, files["log/left-out.txt"], `by the rule "keep 90d"`)
	require.NotContains(t, files["controls/people-use-multi-factor-sign-in/index.html"], `class="pass"`)
	require.Contains(t, files["criteria/CC6.1/index.html"], "evidence-incomplete")
}

// Of every section: a file added, taken away or altered is found by both programs
// and by the steps, also by who can make sums and signature again.
func TestSectionsHoldTogether(t *testing.T) {
	t.Parallel()
	w, a := full(t)
	b, _ := w.fill(0, 31, nil)
	require.Empty(t, judged(t, b, a, w.key.Public()).Problems)
	files := unzip(t, b)
	for _, folder := range []string{"files/", "answers/items/", "bodies/answers/", "bodies/samples/", "bodies/receipts/", "samples/populations/", "periods/", "anchors/"} {
		name := one(files, folder)
		for what, change := range map[string]func([]byte) []byte{
			"altered":    func(data []byte) []byte { data = bytes.Clone(data); data[len(data)/2] ^= 1; return data },
			"taken away": func([]byte) []byte { return nil },
		} {
			v := verify(t, rewrite(t, b, name, change), w.key.Public())
			require.False(t, v.OK(), "%s %s", name, what)
			require.Equal(t, name, v.Problems[0].File, what)
		}
		v := verify(t, adding(t, b, folder+"extra"), w.key.Public())
		require.False(t, v.OK())
		require.Equal(t, folder+"extra", v.Problems[0].File)
	}
}

func TestTheStepsOfVerifyTellWhatDoesNotFitInSections(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, _ := w.fill(0, 31, nil)
	files := unzip(t, b)
	item := base64.StdEncoding.EncodeToString([]byte(`{"UserName":"eve"}`))
	for _, c := range []struct {
		file   string
		change func(string) string
		what   string
	}{
		{one(files, "files/"), func(text string) string { return text + "x" }, "is not the file that was named"},
		{"files/" + evidence.Digest([]byte("x")), func(string) string { return "x" }, "no body names"},
		{one(files, "samples/populations/"), func(text string) string { return text + "x" }, "is not the file that was named"},
		{"answers/items/0001.jsonl", func(text string) string { return text + `{"sha256":"","json":{},"packed":"` + item + "\"}\n" }, "an item that no answer names"},
		{"bodies/answers/0001.jsonl", func(text string) string { return text + `{"sha256":"","json":{},"packed":"` + item + "\"}\n" }, "a body that no line"},
		{"bodies/samples/0001.jsonl", func(text string) string { return text + "{}\n" }, "a body that no line"},
	} {
		t.Run(c.file+" "+c.what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			unpack(t, b, dir)
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), []byte(c.change(files[c.file])), 0o600))
			said, err := follow(t, dir, true)
			require.Error(t, err, said)
			require.Contains(t, said, c.what)
		})
	}
}

func TestAnotherProgramChecksEverySection(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	b, _ := w.fill(0, 31, nil)
	file := filepath.Join(t.TempDir(), "bundle.zip")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	out, err := exec.CommandContext(t.Context(), independent(t), file, w.key.Public()).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
