package replay_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

type ask struct {
	operation, account, region string
	method, url, form, body    string
}

// send sends a request through a seam that names it as asked.
func send(t *testing.T, base http.RoundTripper, a ask) (*http.Response, string, error) {
	t.Helper()
	rt := transport.New(transport.Options{Base: base}).RoundTripper(transport.Policy{
		Identify:   func(*http.Request) (string, string, error) { return a.operation, "", nil },
		TokenMints: []string{"toy:Mint"},
		Rate:       1000,
	})
	ctx := transport.WithMeter(t.Context(), transport.NewMeter(
		evidence.Collector{Reads: []string{a.operation}}, evidence.Scope{Account: a.account, Region: a.region},
	))
	if a.method == "" {
		a.method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, a.method, a.url, strings.NewReader(a.form+a.body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer very-secret")
	if a.form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

func load(t *testing.T) []replay.Exchange {
	t.Helper()
	exchanges, err := replay.Load(os.DirFS("testdata/ok"))
	require.NoError(t, err)
	require.Len(t, exchanges, 5)
	require.Equal(t, "written for this test from nobody's documentation", exchanges[0].Origin)
	return exchanges
}

func TestPlayer(t *testing.T) {
	t.Parallel()
	list := ask{operation: "toy:List", region: "eu", method: "POST", url: "http://toy.test", form: "Action=List&Version=1"}
	t.Run("answers with what the exchange says", func(t *testing.T) {
		t.Parallel()
		resp, body, err := send(t, replay.New(load(t)), ask{operation: "GET /users", url: "http://toy.test/users?per_page=2&since=2026"})
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		require.Equal(t, "[\"ada\", \"grace\"]\n", body)
	})
	t.Run("tells pages apart", func(t *testing.T) {
		t.Parallel()
		_, body, err := send(t, replay.New(load(t)), ask{operation: "GET /users", url: "http://toy.test/users?per_page=2&page=2&since=x"})
		require.NoError(t, err)
		require.Equal(t, `["linus"]`, body)
	})
	t.Run("plays what asks the same in order, and the last again and again", func(t *testing.T) {
		t.Parallel()
		p := replay.New(load(t))
		for _, want := range []string{"first", "second", "second"} {
			_, body, err := send(t, p, list)
			require.NoError(t, err)
			require.Equal(t, want, body)
		}
	})
	t.Run("finds text in a body", func(t *testing.T) {
		t.Parallel()
		resp, _, err := send(t, replay.New(load(t)), ask{operation: "toy:Query", account: "acme", method: "POST", url: "http://toy.test/", body: `{"Marker":"x"}`})
		require.NoError(t, err)
		require.Equal(t, 403, resp.StatusCode)
	})
	for name, tc := range map[string]struct {
		ask  ask
		says string
	}{
		"an unknown operation":  {ask{operation: "GET /teams", url: "http://toy.test/teams"}, "no exchange fits GET /teams: GET toy.test/teams: none of this operation"},
		"a page nobody wrote":   {ask{operation: "GET /users", url: "http://toy.test/users?per_page=2&page=3&since=x"}, "want query per_page=2&since="},
		"a missing parameter":   {ask{operation: "GET /users", url: "http://toy.test/users"}, "want query"},
		"another region":        {ask{operation: "toy:List", region: "us", method: "POST", url: "http://toy.test/", form: list.form}, "want region eu"},
		"another form":          {ask{operation: "toy:List", region: "eu", method: "POST", url: "http://toy.test/", form: list.form + "&Marker=x"}, "want form Action=List&Version=1"},
		"another path":          {ask{operation: "GET /users", url: "http://toy.test/users/?per_page=2&since=x"}, "want path /users"},
		"another method":        {ask{operation: "GET /users", method: "HEAD", url: "http://toy.test/users?per_page=2&since=x"}, "want method GET"},
		"another account":       {ask{operation: "toy:Query", account: "umbrella", method: "POST", url: "http://toy.test/"}, "want account acme"},
		"a body without a text": {ask{operation: "toy:Query", account: "acme", method: "POST", url: "http://toy.test/", body: "{}"}, `want body_contains "Marker":"x"`},
	} {
		t.Run("answers nothing to "+name, func(t *testing.T) {
			t.Parallel()
			_, _, err := send(t, replay.New(load(t)), tc.ask)
			require.ErrorContains(t, err, tc.says)
		})
	}
	t.Run("answers nothing to a caller who has gone", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://toy.test/users", http.NoBody)
		require.NoError(t, err)
		_, err = replay.New(load(t)).RoundTrip(req)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const head = "origin: a test\nexchanges:\n  - operation: GET /users\n"
	for name, tc := range map[string]struct{ file, says string }{
		"an unknown key":               {head + "    methud: GET\n", `a.yaml:4:5: unknown key "methud"; expected account`},
		"a key twice":                  {head + "    method: GET\n    method: PUT\n", `a.yaml:5:5: key "method" is there already, on line 4`},
		"no origin":                    {"exchanges: []\n", "origin is missing"},
		"no exchanges":                 {"origin: a test\n", "exchanges are missing"},
		"an empty file":                {"", "origin is missing"},
		"no operation":                 {"origin: a test\nexchanges:\n  - method: GET\n", "a.yaml:3:5: exchange 1: operation is missing"},
		"no method":                    {head + "    path: /\n", "method is missing"},
		"no path":                      {head + "    method: GET\n", "path must start with /"},
		"a query in the path":          {head + "    method: GET\n    path: /users?page=1\n", "the query goes into query"},
		"no status":                    {head + "    method: GET\n    path: /users\n", "response.status 0"},
		"a status that does not exist": {head + "    method: GET\n    path: /users\n    response: {status: 299}\n", "response.status 299"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := replay.Load(fstest.MapFS{"a.yaml": {Data: []byte(tc.file)}})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	server := roundTripper(func(req *http.Request) *http.Response {
		b, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		h := http.Header{}
		h.Set("Content-Type", "text/plain")
		h.Set("Set-Cookie", "session=very-secret")
		h.Set("X-Request-Id", "changes-every-time")
		h.Add("Link", "<http://toy.test/2>; rel=\"next\"")
		return &http.Response{StatusCode: 201, Header: h, Body: io.NopCloser(strings.NewReader("you said\n" + string(b)))}
	})
	asks := []ask{
		{operation: "GET /users", account: "acme", url: "http://toy.test/users?page=1"},
		{operation: "toy:List", region: "eu", method: "POST", url: "http://toy.test/", form: "Action=List"},
		{operation: "toy:Query", method: "POST", url: "http://toy.test/", body: `{"Marker":"x"}`},
	}
	rec := replay.NewRecorder(server)
	var said []string
	for _, a := range asks {
		_, body, err := send(t, rec, a)
		require.NoError(t, err)
		said = append(said, body)
	}
	_, body, err := send(t, rec, ask{operation: "toy:Mint", method: "POST", url: "http://toy.test/", form: "password=very-secret"})
	require.NoError(t, err)
	require.Contains(t, body, "password=very-secret", "a token request is sent on")

	var file bytes.Buffer
	require.NoError(t, replay.Write(&file, "a server in this test", rec.Exchanges()))
	require.NotContains(t, file.String(), "very-secret")
	require.NotContains(t, file.String(), "changes-every-time")
	require.Contains(t, file.String(), `rel="next"`)

	t.Run("what it wrote can be played", func(t *testing.T) {
		exchanges, err := replay.Load(fstest.MapFS{"recorded.yaml": {Data: file.Bytes()}})
		require.NoError(t, err)
		require.Len(t, exchanges, len(asks), "and a token request is not kept")
		p := replay.New(exchanges)
		for i, a := range asks {
			resp, body, err := send(t, p, a)
			require.NoError(t, err)
			require.Equal(t, 201, resp.StatusCode)
			require.Equal(t, said[i], body)
		}
	})
}

type roundTripper func(*http.Request) *http.Response

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req), nil }
