package anchor_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
	"github.com/controlwatch/controlwatch/publish/anchor"
)

func authority(t *testing.T, trusted *tsatest.Authority, server http.Handler) *anchor.Authority {
	t.Helper()
	roots, err := tsa.Roots(trusted.PEM(t))
	require.NoError(t, err)
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	return &anchor.Authority{Named: "tsa", URL: s.URL + "/secret-path?token=hunter2", Roots: roots, Way: anchor.Way{Clock: time.Now}}
}

func TestAuthorityGivesATokenThatOpensslTakes(t *testing.T) {
	t.Parallel()
	server := tsatest.New(t, tsatest.Options{})
	a, c := authority(t, server, server), checkpoint(t, 12, "a")
	receipt, err := a.Publish(t.Context(), c)
	require.NoError(t, err)
	require.True(t, receipt.Of(c))
	require.True(t, receipt.Outside)
	require.Equal(t, "CN=Test authority", receipt.Where)
	require.NoError(t, server.Judge(t, receipt.Token, c.Note))
	require.Error(t, server.Judge(t, receipt.Token, checkpoint(t, 12, "b").Note))
	stamped, err := tsa.Verify(receipt.Token, c.Note, a.Roots)
	require.NoError(t, err)
	require.WithinDuration(t, receipt.At, stamped, time.Minute)
}

func TestAuthorityRefuses(t *testing.T) {
	t.Parallel()
	good := tsatest.New(t, tsatest.Options{})
	c := checkpoint(t, 12, "a")
	earlier := good.Answer(t, good.Query(t, c.Note, "-sha256", "-cert"))
	instead := func(query func() []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(good.Answer(t, query())) })
	}
	fixed := func(status int, body []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write(body)
		})
	}
	expired := tsatest.New(t, tsatest.Options{From: time.Unix(0, 0), Until: time.Unix(1, 0)})
	for name, s := range map[string]struct {
		trusted *tsatest.Authority
		server  http.Handler
		want    string
	}{
		"an old answer sent again": {good, fixed(200, earlier), "does not carry the nonce of the question"},
		"an answer without nonce":  {good, instead(func() []byte { return good.Query(t, c.Note, "-sha256", "-cert", "-no_nonce") }), "does not carry the nonce of the question"},
		"a token over other bytes": {good, instead(func() []byte { return good.Query(t, []byte("x"), "-sha256", "-cert") }), "is about other bytes"},
		"no certificate":           {good, instead(func() []byte { return good.Query(t, c.Note, "-sha256") }), "lacks the certificate"},
		"an expired certificate":   {expired, expired, "is outside of certificate validity"},
		"an unknown authority":     {tsatest.New(t, tsatest.Options{}), good, "is not to be trusted at"},
		"a rejection":              {good, instead(func() []byte { return good.Query(t, c.Note, "-md5") }), "the answer is no token: the request is rejected"},
		"half an answer":           {good, fixed(200, earlier[:len(earlier)/2]), "the answer is no token"},
		"an empty answer":          {good, fixed(200, nil), "the answer is no token"},
		"a page of words":          {good, fixed(200, []byte("<html>hunter2")), "the answer is no token"},
		"an answer without end":    {good, fixed(200, bytes.Repeat([]byte{0x30}, 2<<20)), "the answer is longer than 1048576 bytes"},
		"an error of the server":   {good, fixed(500, []byte("hunter2")), "answered 500 Internal Server Error"},
		"a redirect":               {good, http.RedirectHandler("/hunter2", http.StatusFound), "answered 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receipt, err := authority(t, s.trusted, s.server).Publish(t.Context(), c)
			require.ErrorContains(t, err, s.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.NotContains(t, err.Error(), "secret-path")
			require.NotErrorIs(t, err, anchor.ErrRewritten)
			require.Zero(t, receipt)
		})
	}
}

func TestAuthorityWithAnotherTime(t *testing.T) {
	t.Parallel()
	server := tsatest.New(t, tsatest.Options{})
	a := authority(t, server, server)
	a.Way.Clock = at(2020)
	_, err := a.Publish(t.Context(), checkpoint(t, 12, "a"))
	require.ErrorContains(t, err, "apart; set the one that is wrong")
}

func TestAuthorityThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	left := make(chan struct{})
	server := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-left:
		}
	})
	a := authority(t, tsatest.New(t, tsatest.Options{}), server)
	t.Cleanup(func() { close(left) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := a.Publish(ctx, checkpoint(t, 12, "a"))
	require.ErrorContains(t, err, "no answer in time")
	require.NotContains(t, err.Error(), "hunter2")

	a.URL = "http://127.0.0.1:1/hunter2"
	_, err = a.Publish(t.Context(), checkpoint(t, 12, "a"))
	require.ErrorContains(t, err, "connection refused")
	require.NotContains(t, err.Error(), "hunter2")

	for _, bad := range []string{"", "hunter2", "http://[hunter2", "ftp://example.com/hunter2", "http://a b/hunter2"} {
		a.URL = bad
		_, err = a.Publish(t.Context(), checkpoint(t, 12, "a"))
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
