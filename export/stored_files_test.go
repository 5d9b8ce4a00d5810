package export_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/export"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/store"
)

// attest records an attestation with its files, as a person does by command.
func (w *world) attest(control string, files map[string]string) string {
	w.t.Helper()
	e := store.Entry{Kind: "attestation", Subject: control, Actor: evidence.Actor{Name: "Ada"}}
	body := map[string]any{"control": control}
	var named []evidence.File
	for path, text := range files {
		named = append(named, evidence.File{Path: path, SHA256: evidence.Digest([]byte(text)), Size: int64(len(text))})
		e.Files = append(e.Files, store.Attachment(text))
	}
	body["files"] = named
	var err error
	e.Body, err = json.Marshal(body)
	require.NoError(w.t, err)
	ids, err := w.store.Append(w.t.Context(), e)
	require.NoError(w.t, err)
	_, err = w.store.Sign(w.t.Context())
	require.NoError(w.t, err)
	return ids[0]
}

func statesOfFiles(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	states := map[string]string{}
	for _, r := range rows(t, files["files.csv"]) {
		states[r["attestation"]+" "+r["path"]] = r["state"] + ": " + r["detail"]
	}
	return states
}

func TestFilesOfRecordsAreInTheBundleByThemselves(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	review := w.attest("access-is-reviewed", map[string]string{"minutes.txt": "what was\nsaid", `=cmd|'x'`: "formula"})
	// What another record has a file of is the same bytes, once.
	again := w.attest("backups-are-restored", map[string]string{"copy.txt": "formula"})
	where := func(text string) string {
		return bundle.BodyFile("files", mustDigest(t, text))
	}

	b, m := w.fill(0, 50, func(o *export.Options) { o.Attestations = nil })
	require.Empty(t, verify(t, b, w.key.Public()).Problems)
	files := unzip(t, b)
	states := statesOfFiles(t, files)
	require.Equal(t, "in the bundle: "+where("what was\nsaid"), states[review+" minutes.txt"])
	require.Equal(t, "in the bundle: "+where("formula"), states[again+" copy.txt"])
	require.Equal(t, "what was\nsaid", files[where("what was\nsaid")])
	require.Equal(t, "formula", files[where("formula")])
	require.Contains(t, leftOut(m), "3 files that attestations name: the store keeps their names", "those of the folder, which was not given")
	require.NotContains(t, files["log/left-out.txt"], " attached ")

	t.Run("left out on purpose they are not there", func(t *testing.T) {
		b, m := w.fill(0, 50, func(o *export.Options) { o.Redact = []string{"files"} })
		require.Empty(t, verify(t, b).Problems)
		files := unzip(t, b)
		require.NotContains(t, files, where("formula"))
		for name, text := range files {
			require.NotContains(t, text, "what was\nsaid", name)
		}
		require.True(t, strings.HasPrefix(statesOfFiles(t, files)[review+" minutes.txt"], "redacted"))
		require.Contains(t, files["log/left-out.txt"], " attached of a file, left out on purpose")
		require.Contains(t, leftOut(m), "6 files that attestations name: redacted")
	})
	t.Run("of other criteria they are not there", func(t *testing.T) {
		b, _ := w.fill(0, 50, func(o *export.Options) { o.Criteria = []string{"A1.2"} })
		require.Empty(t, verify(t, b).Problems)
		files := unzip(t, b)
		require.NotContains(t, files, where("what was\nsaid"))
		states := statesOfFiles(t, files)
		require.True(t, strings.HasPrefix(states[review+" minutes.txt"], "of another criterion"), states)
	})
}

func mustDigest(t *testing.T, text string) (d bundle.Digest) {
	t.Helper()
	require.NoError(t, d.UnmarshalText([]byte(evidence.Digest([]byte(text)))))
	return d
}
