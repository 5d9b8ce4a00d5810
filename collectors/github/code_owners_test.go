package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func ownersIn(t *testing.T, files map[string]string) (evidence.Fact, *evidence.CodeOwners) {
	t.Helper()
	s := lookAt(t, githubtest.New(t, only("cloud-api", func(r *githubtest.Repository) { r.Code.CodeOwners = files })))
	f := s.fact(t, "github.repository", "acme-robotics/cloud-api")
	return f, f.Body.(*evidence.Repository).CodeOwners
}

// The rules are those of GitHub's documentation, "About code owners".
func TestCodeOwners(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text       string
		everything []string
		named      []string
		unread     int64
	}{
		"a team, a user and an address": {
			"* @acme-robotics/platform @ada-obi ops@acme.example\n",
			[]string{"@acme-robotics/platform", "@ada-obi", "ops@acme.example"},
			[]string{"@acme-robotics/platform", "@ada-obi", "ops@acme.example"},
			0,
		},
		"the last line for everything counts":     {"* @one\n/docs/ @two\n* @three\n", []string{"@three"}, []string{"@one", "@three", "@two"}, 0},
		"a later line for a part leaves the rest": {"* @one\n*.go @two\n", []string{"@one"}, []string{"@one", "@two"}, 0},
		"a later line without owners takes back":  {"* @one\n*\n", []string{}, []string{"@one"}, 0},
		"only parts are owned":                    {"/src/ @one\n/* @two\n", []string{}, []string{"@one", "@two"}, 0},
		"comments and empty lines":                {"# * @no\n\n** @one # and @nobody\n", []string{"@one"}, []string{"@one"}, 0},
		"a number sign within a path":             {"/c#/ @one\n", []string{}, []string{"@one"}, 0},
		"an escaped space":                        {"/my\\ files/ @one\n", []string{}, []string{"@one"}, 0},
		"what GitHub passes over":                 {"!x @one\n[ab] @two\n\\#x @three\n* four\n* @-\n", []string{}, []string{}, 5},
		"an empty file":                           {"", []string{}, []string{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, o := ownersIn(t, map[string]string{".github": c.text})
			require.NotNil(t, o)
			require.Equal(t, ".github/CODEOWNERS", *o.File)
			require.Equal(t, c.everything, o.Everything)
			require.Equal(t, c.named, o.Named)
			require.Equal(t, int64(len(c.named)), *o.Owners)
			require.Equal(t, c.unread, *o.Unread)
		})
	}
	t.Run("the first of .github, the root and docs counts", func(t *testing.T) {
		t.Parallel()
		_, o := ownersIn(t, map[string]string{".github": "* @one\n", "": "* @two\n", "docs": "* @three\n"})
		require.Equal(t, []string{"@one"}, o.Everything)
		_, o = ownersIn(t, map[string]string{"": "* @two\n", "docs": "* @three\n"})
		require.Equal(t, []string{"@two"}, o.Everything)
		require.Equal(t, "CODEOWNERS", *o.File)
		_, o = ownersIn(t, map[string]string{"docs": "* @three\n"})
		require.Equal(t, "docs/CODEOWNERS", *o.File)
	})
	t.Run("no file is known, and no hole", func(t *testing.T) {
		t.Parallel()
		f, o := ownersIn(t, nil)
		require.Empty(t, *o.File)
		require.Empty(t, o.Everything)
		require.NotNil(t, o.Everything)
		for _, h := range f.Holes {
			require.NotContains(t, h.Field, "code_owners")
		}
	})
	t.Run("more owners than are listed are counted", func(t *testing.T) {
		t.Parallel()
		var b strings.Builder
		for i := range 150 {
			b.WriteString("/p/ @user-" + strings.Repeat("x", i+1) + "\n")
		}
		_, o := ownersIn(t, map[string]string{"": b.String()})
		require.Len(t, o.Named, 100)
		require.Equal(t, int64(150), *o.Owners)
	})
	t.Run("a file that GitHub does not take is a hole", func(t *testing.T) {
		t.Parallel()
		f, o := ownersIn(t, map[string]string{"": "* @one\n" + strings.Repeat("#", 3<<20)})
		require.Nil(t, o)
		require.Contains(t, hole(t, f, "code_owners").Detail, "GitHub takes none of 3 MB or more")
	})
	t.Run("an archived repository is not asked", func(t *testing.T) {
		t.Parallel()
		s := lookAt(t, githubtest.New(t, only("cloud-api", func(r *githubtest.Repository) { r.Archived = true })))
		require.Nil(t, body[evidence.Repository](t, s, "github.repository", "acme-robotics/cloud-api").CodeOwners)
	})
	for operation, status := range map[string]int{
		"GET /repos/{owner}/{repo}/git/trees/{tree_sha}": http.StatusForbidden, "GET /repos/{owner}/{repo}/git/blobs/{file_sha}": http.StatusNotFound,
	} {
		t.Run("a refused "+operation+" is a hole", func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(asked string, _ *http.Request) *http.Response {
				if asked == operation {
					return collectorstest.Answer(status, "application/json", `{"message":"Not Found"}`)
				}
				return nil
			}})
			f := s.fact(t, "github.repository", "acme-robotics/cloud-api")
			require.Nil(t, f.Body.(*evidence.Repository).CodeOwners)
			require.Equal(t, evidence.Denied, hole(t, f, "code_owners").Reason)
		})
	}
}
