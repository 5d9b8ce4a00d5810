package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func sum(text string) Digest { return sha256.Sum256([]byte(text)) }

func packedLine(t testing.TB, packed, document string) string {
	t.Helper()
	b, err := PackedLine([]byte(packed), []byte(document))
	require.NoError(t, err)
	return string(b)
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

const answerItem = `{"UserName":"ada"}`

// rich has an answer in its third commit, of which an item is named, a receipt in
// its fifth for the checkpoint over two leaves, and the name of a population in its
// sixth.
func rich(t testing.TB, root func(tlog.Hash) []byte) *small {
	t.Helper()
	item := zipped(t, answerItem)
	answer := fmt.Sprintf(`{"status":200,"rest":{"Users":[]},"items":["%s"]}`, sum(item))
	packed := zipped(t, answer)
	s := newSmallSaying(t, func(i int, row map[string]any) {
		if i == 2 {
			digest := sum(packed)
			clear(row)
			row["row"], row["seq"], row["feed"], row["request"], row["answer"] = "answer", int64(3), int64(1), nil, digest[:]
		}
	}, func(s *small, i int) (string, string) {
		switch i {
		case 4:
			h, err := tlog.TreeHash(2, s.reader())
			require.NoError(t, err)
			return "anchor", fmt.Sprintf(`{"kind":"rfc3161","outside":true,"size":2,"root":%q,"token":%q,"at":"2026-03-01T12:00:00Z"}`,
				base64.StdEncoding.EncodeToString(root(h)), base64.StdEncoding.EncodeToString([]byte("token")))
		case 5:
			return "sample", fmt.Sprintf(`{"population_digest":"%s"}`, sum("population"))
		}
		return "", ""
	})
	s.change[BodiesFile("entries", 1)] = func(string) string {
		return s.bodies[0] + "\n" + s.bodies[3] + "\n" + s.bodies[4] + "\n" + s.bodies[5] + "\n"
	}
	s.change[LeftOutFile] = func(text string) string { return strings.SplitAfter(text, "\n")[0] }
	s.extra[AnswersFile(1)] = packedLine(t, packed, answer)
	s.extra[ItemsFile(1)] = packedLine(t, item, answerItem)
	s.extra[PopulationFile(sum("population"))] = "population"
	s.extra[TokenFile(2, "e5.0", true)] = "token"
	s.manifest.Anchors = []string{TokenFile(2, "e5.0", true)}
	return s
}

func same(h tlog.Hash) []byte { return h[:] }

func judge(t testing.TB, s *small, stamp func(token, checkpoint []byte) (time.Time, string, error)) *Verification {
	t.Helper()
	b := s.write()
	v, err := Verify(t.Context(), bytes.NewReader(b), int64(len(b)), Options{Keys: []string{s.key.Public()}, Stamp: stamp})
	require.NoError(t, err)
	return v
}

func TestSectionsFit(t *testing.T) {
	t.Parallel()
	v := judge(t, rich(t, same), nil)
	require.Empty(t, v.Problems)
	require.True(t, v.OK())
	require.EqualValues(t, 1, v.Items)
	require.EqualValues(t, 1, v.Attached)
	require.Equal(t, []Token{{File: TokenFile(2, "e5.0", true), Size: 2, Why: "no certificate of the authority", IsStamp: true}}, v.Tokens)
	require.Contains(t, v.Warnings[0], "1 tokens of anchors were not judged")
}

func TestTokensAreJudgedOverTheirCheckpoint(t *testing.T) {
	t.Parallel()
	s := rich(t, same)
	v := judge(t, s, func(token, checkpoint []byte) (time.Time, string, error) {
		require.Equal(t, "token", string(token))
		require.Equal(t, string(s.checkpoint(2, s.key)), string(checkpoint))
		return at, "authority", nil
	})
	require.Empty(t, v.Problems)
	require.Empty(t, v.Warnings)
	require.Equal(t, []Token{{File: TokenFile(2, "e5.0", true), Size: 2, Judged: true, At: at, By: "authority", IsStamp: true}}, v.Tokens)
	require.False(t, v.Anchored, "it does not cover the window")
	v = judge(t, s, func(token, checkpoint []byte) (time.Time, string, error) {
		return time.Time{}, "", errors.New("it is forged")
	})
	require.False(t, v.OK())
	require.Equal(t, Problem{TokenFile(2, "e5.0", true), "it is forged"}, v.Problems[0])

	s.manifest.Leaves, s.manifest.Commits = Range{0, 1}, Range{1, 2}
	s.manifest.From, s.manifest.To = at.Add(-time.Minute), at.Add(time.Hour+time.Minute)
	v = judge(t, s, func([]byte, []byte) (time.Time, string, error) { return at, "authority", nil })
	require.Empty(t, v.Problems)
	require.True(t, v.Anchored, "it covers both leaves of the window")
}

// What somebody does who can sign the manifest.
func TestWhatDoesNotFitInSectionsIsNamed(t *testing.T) {
	t.Parallel()
	token, population := TokenFile(2, "e5.0", true), PopulationFile(sum("population"))
	other := func(h tlog.Hash) []byte { h[0] ^= 1; return h[:] }
	for _, c := range []struct {
		name       string
		root       func(tlog.Hash) []byte
		do         func(*small)
		file, what string
	}{
		{"a file that nothing names", nil, func(s *small) { s.extra[AttachedFile(sum("x"))] = "x" }, AttachedFile(sum("x")), "no body of facts"},
		{"a file that only a record names", nil, func(s *small) { s.extra[AttachedFile(sum("population"))] = "population" }, AttachedFile(sum("population")), "no body of facts"},
		{"a file of another name", nil, func(s *small) { s.extra["files/evil.sh"] = "x" }, "files/evil.sh", "its name is no SHA-256"},
		{"a file in a folder further down", nil, func(s *small) { s.extra["files/a/"+sum("x").String()] = "x" }, "files/a/" + sum("x").String(), "its name is no SHA-256"},
		{"a population that is another", nil, func(s *small) { s.extra[population] = "another" }, population, "not the one in its name"},
		{"a population that nothing names", nil, func(s *small) { s.extra[PopulationFile(sum("x"))] = "x" }, PopulationFile(sum("x")), "no body of entries or samples"},
		{"an item that nothing names", nil, func(s *small) { s.extra[ItemsFile(1)] += packedLine(s.t, "{}", "{}") }, ItemsFile(1), "no answer names an item"},
		{"an item twice", nil, func(s *small) { s.extra[ItemsFile(1)] += s.extra[ItemsFile(1)] }, ItemsFile(1), "there twice"},
		{"an item missing", nil, func(s *small) { delete(s.extra, ItemsFile(1)) }, itemsFolder, "1 items that answers name are missing"},
		{"an item that reads otherwise", nil, func(s *small) { s.extra[ItemsFile(1)] = strings.Replace(s.extra[ItemsFile(1)], "ada", "eve", 1) }, ItemsFile(1), "not what is packed"},
		{"an answer that reads otherwise", nil, func(s *small) {
			s.extra[AnswersFile(1)] = strings.Replace(s.extra[AnswersFile(1)], "200", "201", 1)
		}, AnswersFile(1), "not what is packed"},
		{"an answer with a key twice", nil, func(s *small) {
			s.extra[AnswersFile(1)] = strings.Replace(s.extra[AnswersFile(1)], `"packed"`, `"packed":"","packed"`, 1)
		}, AnswersFile(1), "not in the form"},
		{"an answer that the log does not name", nil, func(s *small) { s.extra[AnswersFile(1)] += packedLine(s.t, "{}", "{}") }, AnswersFile(1), "no line of the log names"},
		{"an item that is a bomb", nil, func(s *small) {
			s.extra[ItemsFile(1)] = `{"sha256":"` + sum("x").String() + `","json":{},"packed":"` + base64.StdEncoding.EncodeToString([]byte(zipped(s.t, strings.Repeat(" ", bodyLineLongest+1)))) + "\"}\n"
		}, ItemsFile(1), "unpacks to more than"},
		{"a token that no receipt carries", nil, func(s *small) { s.extra[token] = "forged" }, token, "no receipt in the log carries it"},
		{"a token missing", nil, func(s *small) { delete(s.extra, token); s.manifest.Anchors = []string{} }, anchorsFolder, "is missing, though the log has its receipt"},
		{"a token that the manifest names and that is missing", nil, func(s *small) { delete(s.extra, token) }, token, "none of its files"},
		{"a token that the manifest does not name", nil, func(s *small) { s.manifest.Anchors = []string{} }, token, "does not name it"},
		{"another file named as an anchor's", nil, func(s *small) { s.manifest.Anchors = append(s.manifest.Anchors, VerifyFile) }, VerifyFile, "none of its files"},
		{"a token of another checkpoint", nil, func(s *small) {
			moved := TokenFile(4, "e5.0", true)
			s.extra[moved], s.manifest.Anchors = s.extra[token], []string{moved}
			delete(s.extra, token)
		}, TokenFile(4, "e5.0", true), "which its name does not say"},
		{"a timestamp that is called a signature", nil, func(s *small) {
			moved := TokenFile(2, "e5.0", false)
			s.extra[moved], s.manifest.Anchors = s.extra[token], []string{moved}
			delete(s.extra, token)
		}, TokenFile(2, "e5.0", false), "of another kind"},
		{"a token without its checkpoint", nil, func(s *small) { s.skip[CheckpointFile(2)] = true }, token, "is missing"},
		{"a receipt of another root", other, func(*small) {}, token, "another root"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.root == nil {
				c.root = same
			}
			s := rich(t, c.root)
			c.do(s)
			v := judge(t, s, func([]byte, []byte) (time.Time, string, error) { return at, "authority", nil })
			require.False(t, v.OK())
			found := false
			for _, p := range v.Problems {
				found = found || p.File == c.file && strings.Contains(p.What, c.what)
			}
			require.True(t, found, "%v", v.Problems)
		})
	}
}
