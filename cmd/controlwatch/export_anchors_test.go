package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
)

func (a anchored) command(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	p := *a.p
	p.stdout, p.stderr = &out, &out
	code = run(t.Context(), &p, append(args, "--store", "sqlite:"+filepath.Join(a.data, "log.db")))
	return code, strings.Join(strings.Fields(out.String()), " ")
}

// The timestamp of an authority goes into the bundle, and is judged where nobody has
// the store.
func TestABundleCarriesTimestamps(t *testing.T) {
	t.Parallel()
	a := newAnchored(t)
	s := a.open(t)
	sign(t, s, "one")
	until := a.p.now()
	a.round(t, s)
	require.NoError(t, s.Close())
	config, err := os.ReadFile(a.cfg.File)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.cfg.File, bytes.Replace(config, []byte("{provider: sample}"), []byte("{provider: attestations, settings: {directory: share}}"), 1), 0o600))
	bundle := filepath.Join(t.TempDir(), "b.zip")
	code, said := a.command(t, "export", "-c", a.cfg.File, "--from", until.Add(-time.Hour).Format(time.RFC3339Nano),
		"--to", until.Format(time.RFC3339Nano), "-o", bundle, "--by", "Ada")
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "2 receipts of anchors (anchors.csv)")
	require.Contains(t, said, "1 of them out of the operator's reach by what was configured; those cover all of the window. 1 are timestamps")

	code, said = a.command(t, "verify", bundle)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "It holds 1 tokens of anchors: give the certificates")
	code, said = a.command(t, "verify", bundle, "--ca", filepath.Join(a.dir, "root.pem"))
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "A checkpoint over all of the window is known to a timestamping authority")
	require.NotContains(t, said, "Not protected against the operator: who holds the signing key can write another history, unless")
	other := filepath.Join(a.dir, "other.pem")
	require.NoError(t, os.WriteFile(other, tsatest.New(t, tsatest.Options{}).PEM(t), 0o600))
	code, said = a.command(t, "verify", bundle, "--ca", other)
	require.Equal(t, exitGap, code, said)
	require.Contains(t, said, "IT DOES NOT FIT")
	require.Contains(t, said, ".tst: ")
}
