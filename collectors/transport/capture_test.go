package transport

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestWhatHandsOutCredentialsIsNeverKept(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{
		"sts:GetCallerIdentity", "sts:AssumeRole", "STS:GetSessionToken", "sso:GetRoleCredentials", "ssooidc:CreateToken", "imds:GetMetadata",
		"POST /oauth2/v1/token", "POST /app/installations/{installation_id}/access_tokens", "GET /oauth2/v1/authorize", "GET /latest/meta-data/iam", "POST /anything", "",
	} {
		require.Panics(t, func() { Keep(operation) }, operation)
		p := Policy{Keeps: []Kept{{operation: operation}}}
		_, ok := p.kept(operation)
		require.False(t, ok, "also where a declaration came about otherwise: %s", operation)
	}
	p := Policy{TokenMints: []string{"GET /mint"}, Keeps: []Kept{Keep("GET /mint")}}
	_, ok := p.kept("GET /mint")
	require.False(t, ok, "a declared mint")
	for _, operation := range []string{"iam:ListUsers", "ssoadmin:ListInstances", "GET /api/v1/api-tokens", "GraphQL organization.samlIdentityProvider"} {
		require.NotPanics(t, func() { Keep(operation) }, operation)
	}
}

// look makes requests through a seam and gives what was captured.
func look(t *testing.T, p Policy, reads []string, answer func(*http.Request) *http.Response, paths ...string) (*Meter, []evidence.Answer) {
	t.Helper()
	p.Identify = Routes("GET /users", "GET /other", "POST /token")
	s := New(Options{Unpaced: true, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		return answer(r), nil
	})})
	m := NewMeter(evidence.Collector{Name: "x", Reads: reads}, evidence.Scope{})
	m.Capture()
	for _, path := range paths {
		method, path, _ := strings.Cut(path, " ")
		req, err := http.NewRequestWithContext(WithMeter(t.Context(), m), method, "https://example.com"+path, strings.NewReader(""))
		require.NoError(t, err)
		resp, err := s.Client(p).Do(req)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	return m, m.Answers()
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func said(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func TestCapture(t *testing.T) {
	t.Parallel()
	policy := Policy{TokenMints: []string{"POST /token"}, Keeps: []Kept{Keep("GET /users").Each("users").Without("users.note").But("now")}}
	const body = `{"users":[{"id":1,"note":"n","password":"p","x":"AKIAIOSFODNN7EXAMPLE"},{"id":2}],"now":"12:00","NextToken":"t"}`

	t.Run("an answer is redacted, split, and says what was removed", func(t *testing.T) {
		t.Parallel()
		m, got := look(t, policy, []string{"GET /users"}, func(*http.Request) *http.Response { return said(200, body) }, "GET /users?size=2")
		require.Len(t, got, 1)
		require.JSONEq(t, `{"users":[]}`, string(got[0].Rest))
		require.Len(t, got[0].Items, 2)
		require.Contains(t, string(got[0].Items[0]), `"note":"[removed]","password":"[removed]","x":"[masked aws-access-key-id `)
		require.Equal(t, []string{"NextToken volatile", "now volatile", "users[].note secret", "users[].password secret", "users[].x aws-access-key-id"}, got[0].Removed)
		require.Equal(t, map[string]string{"size": "2"}, got[0].Request.Query)
		require.Empty(t, got[0].Digest, "a digest of the whole would be over its secrets")
		var p evidence.Pull
		m.Fill(&p)
		require.Equal(t, 1, p.Answers.Captured)
		require.Positive(t, p.Answers.Bytes)
	})
	t.Run("pages are told apart without their tokens", func(t *testing.T) {
		t.Parallel()
		_, got := look(t, policy, []string{"GET /users"}, func(*http.Request) *http.Response { return said(200, body) },
			"GET /users", "GET /users?after=secretish1", "GET /users?after=secretish2", "GET /users?after=secretish1", "GET /users")
		var pages []int
		for _, a := range got {
			pages = append(pages, a.Request.Page)
			require.Empty(t, a.Request.Query)
		}
		require.Equal(t, []int{0, 2, 3}, pages)
	})
	t.Run("what was packed is unpacked", func(t *testing.T) {
		t.Parallel()
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write([]byte(body))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		_, got := look(t, policy, []string{"GET /users"}, func(*http.Request) *http.Response { return said(200, packed.String(), "Content-Encoding", "gzip") }, "GET /users")
		require.Len(t, got[0].Items, 2)
	})
	t.Run("of what is too large or cannot be read only a digest is kept", func(t *testing.T) {
		t.Parallel()
		for text, why := range map[string]string{
			`{"users":["` + strings.Repeat("x", largestKept) + `"]}`: "truncated",
			"password: hunter2": "unreadable",
		} {
			m, got := look(t, policy, []string{"GET /users"}, func(*http.Request) *http.Response { return said(200, text) }, "GET /users")
			require.Contains(t, got[0].Why, why)
			require.Nil(t, got[0].Rest)
			require.Equal(t, evidence.Digest([]byte(text)), got[0].Digest)
			require.Equal(t, len(text), got[0].Size)
			var p evidence.Pull
			m.Fill(&p)
			require.Equal(t, 1, p.Answers.NotKept)
		}
	})
	t.Run("nothing is kept of reads that do not opt in, of mints, refusals and failures", func(t *testing.T) {
		t.Parallel()
		for _, asked := range []string{"GET /other", "POST /token"} {
			_, got := look(t, policy, []string{"GET /users", "GET /other"}, func(*http.Request) *http.Response { return said(200, body) }, asked)
			require.Empty(t, got, asked)
		}
		for _, status := range []int{401, 403, 500} {
			_, got := look(t, policy, []string{"GET /users"}, func(*http.Request) *http.Response { return said(status, body) }, "GET /users")
			require.Empty(t, got, status)
		}
		_, got := look(t, policy, []string{"GET /users"}, func(*http.Request) *http.Response { return said(404, `{"code":"none"}`) }, "GET /users")
		require.Len(t, got, 1, "that there is none is an answer")
	})
}

func TestXMLAsTree(t *testing.T) {
	t.Parallel()
	tree, err := treeOf([]byte(`<R xmlns="http://x"><Users><member><N>a</N></member></Users><One>1</One><Two a="b">x</Two><Two/><E></E></R>`))
	require.NoError(t, err)
	b, err := canonical(tree)
	require.NoError(t, err)
	require.JSONEq(t, `{"R":{"Users":[{"N":"a"}],"One":"1","Two":[{"@a":"b","#text":"x"},""],"E":""}}`, string(b))
}
