package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

func TestABundleAsWrittenFits(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	b := s.write()
	for _, keys := range [][]string{nil, {s.key.Public()}, {s.next.Public()}, {s.key.Public(), s.next.Public()}} {
		v := check(t, b, keys...)
		require.Empty(t, v.Problems)
		require.True(t, v.OK())
		require.EqualValues(t, 4, v.Bodies)
		require.EqualValues(t, 2, v.LeftOut)
		require.EqualValues(t, 3, v.Checkpoints)
	}
}

func TestAVerificationOfNothingIsNotOK(t *testing.T) {
	t.Parallel()
	require.False(t, (&Verification{}).OK())
	require.False(t, (*Verification)(nil).OK())
}

// What somebody does who cannot sign.
func TestWhatWasDoneToABundleIsNamed(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	b := s.write()
	swap := func(name string, with func([]byte) []byte) func(string, []byte) []byte {
		return func(n string, data []byte) []byte {
			if n == name {
				return with(data)
			}
			return data
		}
	}
	gone := func([]byte) []byte { return nil }
	flip := func(data []byte) []byte { data = bytes.Clone(data); data[len(data)/2] ^= 1; return data }
	add := func(name string, mode fs.FileMode, text string) func(*zip.Writer) {
		return func(w *zip.Writer) {
			h := &zip.FileHeader{Name: name, Method: zip.Deflate}
			h.SetMode(mode)
			to, err := w.CreateHeader(h)
			require.NoError(t, err)
			_, err = to.Write([]byte(text))
			require.NoError(t, err)
		}
	}
	for _, c := range []struct {
		name       string
		change     func(string, []byte) []byte
		then       func(*zip.Writer)
		file, what string
	}{
		{"a file was added", nil, add("extra.txt", 0o644, "x"), "extra.txt", "it was added"},
		{"a file was removed", swap(LeafFile(3), gone), nil, LeafFile(3), "it is missing"},
		{"a leaf was altered", swap(LeafFile(3), flip), nil, LeafFile(3), "it was altered"},
		{"a body was altered", swap(BodiesFile("entries", 1), flip), nil, BodiesFile("entries", 1), "it was altered"},
		{"words were altered", swap(VerifyFile, flip), nil, VerifyFile, "it was altered"},
		{"the manifest was altered", swap(ManifestFile, func(d []byte) []byte {
			return bytes.Replace(d, []byte(`"not protected"`), []byte(`"all protected"`), 1)
		}), nil, StatementFile, "what was signed is not this manifest"},
		{"the manifest has gone", swap(ManifestFile, gone), nil, ManifestFile, "it is missing"},
		{"the statement has gone", swap(StatementFile, gone), nil, StatementFile, "it is missing"},
		{"the signature was altered", swap(StatementFile, func(d []byte) []byte {
			at := bytes.Index(d, []byte(`"sig": "`)) + 12
			d = bytes.Clone(d)
			d[at] = map[bool]byte{true: 'B', false: 'A'}[d[at] == 'A']
			return d
		}), nil, StatementFile, "it is not signed by"},
		{"the sums have gone", swap(SumsFile, gone), nil, SumsFile, "it is missing"},
		{"a path leads out", nil, add("../evil", 0o644, "x"), "../evil", "leads out of the folder"},
		{"a path leads out further down", nil, add("log/../../evil", 0o644, "x"), "log/../../evil", "leads out of the folder"},
		{"a path is absolute", nil, add("/etc/passwd", 0o644, "x"), "/etc/passwd", "absolute"},
		{"a path is of another system", nil, add(`C:\evil`, 0o644, "x"), `C:\evil`, "folder on some systems"},
		{"a drive", nil, add(`C:evil`, 0o644, "x"), `C:evil`, "its name holds"},
		{"a symbolic link", nil, add("link", fs.ModeSymlink|0o777, "/etc/passwd"), "link", "symbolic link"},
		{"a device", nil, add("device", fs.ModeDevice|0o666, ""), "device", "no regular file"},
		{"a folder", nil, add("folder/", fs.ModeDir|0o755, ""), "folder/", "no plain path"},
		{"a file is there twice", nil, add(VerifyFile, 0o644, "otherwise"), VerifyFile, "twice"},
		{"a file is there in capitals", nil, add("verify.MD", 0o644, "otherwise"), "verify.MD", "capitals"},
		{"a bomb", nil, add("bomb", 0o644, strings.Repeat("\x00", 8<<20)), "bomb", "zip bomb"},
		{"a comment", nil, func(w *zip.Writer) { require.NoError(t, w.SetComment("trust me")) }, "the zip file", "comment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := check(t, rezip(t, b, c.change, c.then), s.key.Public())
			require.False(t, v.OK())
			require.NotEmpty(t, v.Problems)
			found := false
			for _, p := range v.Problems {
				found = found || p.File == c.file && strings.Contains(p.What, c.what)
			}
			require.True(t, found, "%v", v.Problems)
		})
	}
}

// What somebody does who can sign the manifest, but cannot change what others
// have seen of the log.
func TestWhatDoesNotFollowFromTheLogIsNamed(t *testing.T) {
	t.Parallel()
	other := func(text string) string { return strings.Replace(text, `{"n":3}`, `{"n":4}`, 1) }
	without := func(line int) func(string) string {
		return func(text string) string {
			lines := strings.SplitAfter(text, "\n")
			return strings.Join(append(lines[:line:line], lines[line+1:]...), "")
		}
	}
	for _, c := range []struct {
		name       string
		do         func(*small)
		file, what string
	}{
		{"a body that was not seen", func(s *small) { s.change[BodiesFile("entries", 1)] = other }, BodiesFile("entries", 1), "no line of the log names"},
		{"a body that is not listed as left out", func(s *small) { s.change[LeftOutFile] = without(0) }, LeftOutFile, "neither in the bundle nor listed"},
		{"a body listed as left out that is there", func(s *small) {
			s.change[BodiesFile("entries", 1)] = func(text string) string { return text + s.bodies[1] + "\n" }
		}, LeftOutFile, "is in the bundle"},
		{"a line changed", func(s *small) {
			s.change[LeafFile(2)] = func(text string) string { return strings.Replace(text, `"version":"test"`, `"version":"tess"`, 1) }
		}, LeafFile(2), "does not lead to the root"},
		{"a leaf of the window kept back", func(s *small) {
			s.skip[LeafFile(3)] = true
			s.change[InclusionFile] = without(3)
		}, LeafFile(3), "it is missing, though it is of the window"},
		{"the leaf after kept back", func(s *small) {
			s.skip[LeafFile(5)] = true
			s.change[InclusionFile] = without(5)
		}, LeafFile(5), "nobody can tell that the window ends"},
		{"the leaf before kept back", func(s *small) {
			s.skip[LeafFile(1)] = true
			s.change[InclusionFile] = without(1)
		}, ManifestFile, "nobody can tell that the window begins"},
		{"a window drawn later than its time", func(s *small) { s.manifest.Commits.First, s.manifest.Leaves.First = 4, 3 }, LeafFile(2), "its time is in it"},
		{"a window that ends earlier than its time", func(s *small) { s.manifest.Commits.Last, s.manifest.Leaves.Last = 4, 3 }, LeafFile(4), "its time is in it"},
		{"a window of other leaves", func(s *small) { s.manifest.Leaves.First = 1 }, LeafFile(1), "does not fit the window"},
		{"a leaf without a proof", func(s *small) { s.change[InclusionFile] = without(0) }, LeafFile(0), "no proof"},
		{"a proof of another leaf", func(s *small) {
			s.change[InclusionFile] = func(text string) string { return strings.Replace(text, "\n1 ", "\n7 ", 1) }
		}, LeafFile(7), "missing"},
		{"a consistency proof altered", func(s *small) {
			s.change[ConsistencyFile] = func(text string) string {
				words := strings.Fields(text)
				return strings.Replace(text, words[2], base64.StdEncoding.EncodeToString(make([]byte, 32)), 1)
			}
		}, CheckpointFile(4), "not consistent"},
		{"a consistency proof kept back", func(s *small) { s.change[ConsistencyFile] = without(1) }, ConsistencyFile, "is missing"},
		{"another root", func(s *small) { s.manifest.Root = base64.StdEncoding.EncodeToString(make([]byte, 32)) }, LeafFile(0), "does not lead to the root"},
		{"no newest checkpoint", func(s *small) { s.skip[CheckpointFile(6)] = true }, CheckpointFile(4), "not the checkpoint that the manifest names"},
		{"a checkpoint of another key", func(s *small) {
			stranger, _, err := checkpoint.Generate("controlwatch/test")
			require.NoError(s.t, err)
			s.change[CheckpointFile(6)] = func(string) string { return string(s.checkpoint(6, stranger)) }
		}, CheckpointFile(6), "none of the keys"},
		{"no hand-over", func(s *small) {
			s.change[CheckpointFile(4)] = func(string) string { return string(s.checkpoint(4, s.next)) }
		}, CheckpointFile(6), "none of the keys"},
		{"a statement of another key", func(s *small) {
			var err error
			s.signer, _, err = checkpoint.Generate("controlwatch/test")
			require.NoError(s.t, err)
		}, StatementFile, "not signed by the log's newest key"},
		{"a statement of a key handed over from", func(s *small) { s.signer = s.key }, StatementFile, "not signed by the log's newest key"},
		{"a checkpoint of a key handed over from", func(s *small) {
			s.change[CheckpointFile(6)] = func(string) string { return string(s.checkpoint(6, s.key)) }
		}, CheckpointFile(6), "handed over from"},
		{"another list of keys", func(s *small) { s.change[KeysFile] = without(0) }, KeysFile, "not those that the log names"},
		{"a checkpoint under another size", func(s *small) {
			s.skip[CheckpointFile(2)] = true
			s.extra[CheckpointFile(3)] = string(s.checkpoint(2, s.key))
		}, CheckpointFile(3), "its note speaks of 2"},
		{"another log", func(s *small) { s.manifest.Origin = "controlwatch/other" }, CheckpointFile(6), "it is of the log controlwatch/test"},
		{"no words", func(s *small) { s.skip[VerifyFile] = true }, VerifyFile, "a bundle has it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSmall(t)
			c.do(s)
			v := check(t, s.write(), s.key.Public())
			require.False(t, v.OK())
			found := false
			for _, p := range v.Problems {
				found = found || p.File == c.file && strings.Contains(p.What, c.what)
			}
			require.True(t, found, "%v", v.Problems)
		})
	}
}

func TestAWrongKeyIsTold(t *testing.T) {
	t.Parallel()
	stranger, _, err := checkpoint.Generate("controlwatch/test")
	require.NoError(t, err)
	v := check(t, newSmall(t).write(), stranger.Public())
	require.False(t, v.OK())
	require.Empty(t, v.SignedBy)
	_, err = Verify(t.Context(), bytes.NewReader(nil), 0, Options{Keys: []string{"nonsense"}})
	require.ErrorContains(t, err, "controlwatch key show")
}

func TestLimitsHoldWhateverTheFileSays(t *testing.T) {
	t.Parallel()
	b := newSmall(t).write()
	limits := DefaultLimits
	limits.Files = 3
	_, err := Verify(t.Context(), bytes.NewReader(b), int64(len(b)), Options{Limits: limits})
	require.ErrorContains(t, err, "more than 3")
	limits = DefaultLimits
	limits.Total = 100
	_, err = Verify(t.Context(), bytes.NewReader(b), int64(len(b)), Options{Limits: limits})
	require.ErrorContains(t, err, "more than 100 bytes")
	limits = DefaultLimits
	limits.FileSize = 100
	v, err := Verify(t.Context(), bytes.NewReader(b), int64(len(b)), Options{Limits: limits})
	require.NoError(t, err)
	require.False(t, v.OK())
}

func TestWhatIsNoBundleIsAnError(t *testing.T) {
	t.Parallel()
	b := newSmall(t).write()
	for text, want := range map[string]string{
		"":                        "cannot be read as a zip file",
		"hello":                   "cannot be read as a zip file",
		string(b[:len(b)-30]):     "cannot be read as a zip file",
		"age-encryption.org/v1\n": "decrypt it first",
	} {
		_, err := Verify(t.Context(), strings.NewReader(text), int64(len(text)), Options{})
		require.ErrorContains(t, err, want)
	}
	var empty bytes.Buffer
	require.NoError(t, zip.NewWriter(&empty).Close())
	require.False(t, check(t, empty.Bytes()).OK())
}

func TestAWriterRefusesNamesThatAReaderWould(t *testing.T) {
	t.Parallel()
	w := NewWriter(&bytes.Buffer{}, time.Time{})
	for _, name := range []string{"", "/a", "../a", "a//b", "a/./b", `a\b`, "a b", "ä", "a.", ManifestFile, SumsFile, StatementFile} {
		require.Error(t, w.File(name, nil), name)
	}
	require.NoError(t, w.File("a", nil))
	require.Error(t, w.File("A", nil))
}

// Whatever single bit is turned, the checker says so, or every file reads as before.
func TestNoBitOfAFileTurnsUnseen(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	b := s.write()
	contents := func(b []byte) (map[string]string, error) {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return nil, err
		}
		files := map[string]string{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			text, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			files[f.Name] = string(text)
		}
		return files, nil
	}
	want, err := contents(b)
	require.NoError(t, err)
	noticed := 0
	for at := 0; at < len(b); at += 29 {
		turned := bytes.Clone(b)
		turned[at] ^= 1 << (at % 8)
		v, err := Verify(t.Context(), bytes.NewReader(turned), int64(len(turned)), Options{Keys: []string{s.key.Public()}})
		if err != nil || !v.OK() {
			noticed++
			continue
		}
		got, err := contents(turned)
		require.NoError(t, err, "byte %d", at)
		require.Equal(t, want, got, "byte %d", at)
	}
	require.Greater(t, noticed, len(b)/29/2)
}

func TestALeafOfTwoCommitsIsNamed(t *testing.T) {
	t.Parallel()
	s := newSmallOf(t, func(i int, row map[string]any) {
		if i == 3 {
			row["seq"] = int64(3)
		}
	})
	v := check(t, s.write(), s.key.Public())
	require.False(t, v.OK())
	require.Equal(t, LeafFile(3), v.Problems[0].File)
	require.Contains(t, v.Problems[0].What, "it is of commit 3, the leaf of 4")
}

func TestALineHasOneForm(t *testing.T) {
	t.Parallel()
	good := `{"row":"commit","at":1,"seq":1}` + "\n"
	none := func(Line) error { return nil }
	require.ErrorContains(t, EachLine([]byte(good), none), "canonical")
	for _, line := range []string{
		`{"at":1,"row":"commit","seq":1}`,
		`{"at":1,"row":"commit","seq":1 }` + "\n",
		`{"at":1,"at":1,"row":"commit","seq":1}` + "\n",
		`{"at":1.0,"row":"commit","seq":1}` + "\n",
		`{"at":1,"row":"commit"}` + "\n",
		`{"row":"fact_change","seq":1}` + "\n",
		`{"fact":"ABC","row":"fact_change","seq":1}` + "\n",
		"\n",
	} {
		require.Error(t, EachLine([]byte(line), none), line)
	}
	require.NoError(t, EachLine([]byte(`{"at":1,"row":"commit","seq":1}`+"\n"), none))
	require.NoError(t, EachLine([]byte(`{"fact":null,"row":"fact_change","seq":1}`+"\n"), none))
}

func TestAManifestHasOneForm(t *testing.T) {
	t.Parallel()
	good, err := encoded(func() Manifest { m := newSmall(t).manifest; m.Schema = ManifestSchema; m.Files = []File{}; return m }())
	require.NoError(t, err)
	_, err = readManifest(good)
	require.NoError(t, err)
	for name, bad := range map[string]string{
		"a field twice":   strings.Replace(string(good), `"version": "test"`, `"version": "x", "version": "test"`, 1),
		"unknown field":   strings.Replace(string(good), `"version": "test"`, `"version": "test", "extra": 1`, 1),
		"something after": string(good) + "{}",
		"another case":    strings.Replace(string(good), `"version"`, `"Version"`, 1),
		"another schema":  strings.Replace(string(good), "bundle/v1", "bundle/v2", 1),
	} {
		_, err := readManifest([]byte(bad))
		require.Error(t, err, name)
	}
}

// Two names for the same bytes (D. Fifield, "A better zip bomb", 2019).
func TestFilesThatLieOneOverAnotherAreRefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	to, err := w.CreateHeader(&zip.FileHeader{Name: "a", Method: zip.Store})
	require.NoError(t, err)
	_, err = to.Write(bytes.Repeat([]byte("x"), 4096))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	raw := b.Bytes()
	end := bytes.LastIndex(raw, []byte("PK\x05\x06"))
	size, at := binary.LittleEndian.Uint32(raw[end+12:]), binary.LittleEndian.Uint32(raw[end+16:])
	record := bytes.Clone(raw[at : at+size])
	record[46] = 'b' // the name follows 46 bytes
	bomb := append(append(bytes.Clone(raw[:end]), record...), raw[end:]...)
	end += len(record)
	binary.LittleEndian.PutUint16(bomb[end+8:], 2)
	binary.LittleEndian.PutUint16(bomb[end+10:], 2)
	binary.LittleEndian.PutUint32(bomb[end+12:], 2*size)
	z, err := zip.NewReader(bytes.NewReader(bomb), int64(len(bomb)))
	require.NoError(t, err)
	require.Len(t, z.File, 2)
	_, err = Verify(t.Context(), bytes.NewReader(bomb), int64(len(bomb)), Options{})
	require.ErrorContains(t, err, "one over another")
}
