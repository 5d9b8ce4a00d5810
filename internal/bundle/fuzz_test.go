package bundle

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRead gives the reader whatever there is. It must not fail, must stay within
// its limits, and must take nothing for signed by the key but the manifest that is.
func FuzzRead(f *testing.F) {
	s := newSmall(f)
	good := s.write()
	manifests := []Digest{check(f, good, s.key.Public()).Manifest, check(f, rich(f, same).write(), s.key.Public()).Manifest}
	f.Add(good)
	f.Add(rich(f, same).write())
	f.Add([]byte{})
	f.Add(rezip(f, good, nil, func(w *zip.Writer) {
		to, err := w.Create("../evil")
		require.NoError(f, err)
		_, err = to.Write([]byte("x"))
		require.NoError(f, err)
	}))
	f.Add(rezip(f, good, func(name string, data []byte) []byte {
		if name == ManifestFile {
			return bytes.Replace(data, []byte("2026"), []byte("2025"), 1)
		}
		return data
	}, nil))
	limits := Limits{Files: 64, FileSize: 1 << 20, Total: 1 << 22, Ratio: 200, Manifest: 1 << 20}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := Verify(t.Context(), bytes.NewReader(b), int64(len(b)), Options{Keys: []string{s.key.Public()}, Limits: limits})
		if err != nil {
			require.Nil(t, v)
			return
		}
		if v.OK() {
			require.Contains(t, manifests, v.Manifest)
		}
	})
}

// FuzzLine: a line that is taken has one form only.
func FuzzLine(f *testing.F) {
	f.Add([]byte(`{"row":"commit","seq":1}` + "\n"))
	for _, leaf := range newSmall(f).leaves {
		f.Add(leaf)
	}
	f.Fuzz(func(t *testing.T, leaf []byte) {
		lines := 0
		if err := EachLine(leaf, func(Line) error { lines++; return nil }); err == nil {
			require.Equal(t, bytes.Count(leaf, []byte("\n")), lines)
		}
	})
}

// FuzzPacked: what people read in a line that is taken is what was packed.
func FuzzPacked(f *testing.F) {
	f.Add([]byte(packedLine(f, zipped(f, answerItem), answerItem)))
	f.Add([]byte(packedLine(f, "{}", "{}")))
	f.Add([]byte(`{"sha256":"","json":{},"packed":""}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		packed, document, err := readPacked(line)
		if err != nil {
			return
		}
		again, err := PackedLine(packed, document)
		require.NoError(t, err)
		require.Equal(t, string(line)+"\n", string(again))
	})
}
