package anchor_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/internal/witness"
	"github.com/controlwatch/controlwatch/publish/anchor"
)

func webhook(t *testing.T, answer http.HandlerFunc) *anchor.Webhook {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return &anchor.Webhook{Named: "w", URL: s.URL + "/hunter2", Secret: []byte("hunter2"), Way: anchor.Way{Clock: at(2027)}}
}

// signing is a witness that signs what it is sent, or something else.
func signing(t *testing.T, change func(string) string) (http.HandlerFunc, *witness.Key) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, "witness.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	key, err := witness.ParseKey(public)
	require.NoError(t, err)
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text, _, _ := strings.Cut(string(body), "\n\n")
		signed, _ := note.Sign(&note.Note{Text: change(text) + "\n"}, signer)
		_, _ = w.Write(signed[strings.Index(string(signed), "— "):])
	}, &key
}

func TestWebhookSignsWhatItSends(t *testing.T) {
	t.Parallel()
	c := checkpoint(t, 12, "a")
	mac := hmac.New(sha256.New, []byte("hunter2"))
	mac.Write(c.Note)
	want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	w := webhook(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != string(c.Note) || r.Header.Get("Controlwatch-Signature") != want || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	receipt, err := w.Publish(t.Context(), c)
	require.NoError(t, err)
	require.True(t, receipt.Of(c))
	require.Empty(t, receipt.Token)
	require.False(t, receipt.Outside, "nobody signed that it was seen")

	w.Secret = nil
	_, err = w.Publish(t.Context(), c)
	require.ErrorContains(t, err, "answered 418")
	require.NotContains(t, err.Error(), "hunter2")
}

func TestWebhookKeepsWhatAWitnessSigned(t *testing.T) {
	t.Parallel()
	c := checkpoint(t, 12, "a")
	answer, key := signing(t, func(text string) string { return text })
	w := webhook(t, answer)
	w.Witness = key
	receipt, err := w.Publish(t.Context(), c)
	require.NoError(t, err)
	require.True(t, receipt.Outside)
	require.Equal(t, "witness.example", receipt.Where)
	_, err = key.Verify(c.Note, receipt.Token)
	require.NoError(t, err)

	w.Witness = nil
	unknown, err := w.Publish(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, receipt.Token, unknown.Token, "whoever knows the key can judge it")
}

func TestWebhookRefusesAWitnessThatDidNotSign(t *testing.T) {
	t.Parallel()
	other, key := signing(t, func(text string) string { return strings.Replace(text, "\n12\n", "\n11\n", 1) })
	_, another := signing(t, nil)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		key    *witness.Key
		want   string
	}{
		"something else": {other, key, "invalid signature"},
		"another key":    {other, another, "no verifiable signatures"},
		"nothing":        {func(http.ResponseWriter, *http.Request) {}, key, "malformed note"},
		"no success":     {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "hunter2", http.StatusConflict) }, key, "answered 409 Conflict"},
		"without end":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) }, key, "the answer is longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := webhook(t, c.answer)
			w.Witness = c.key
			receipt, err := w.Publish(t.Context(), checkpoint(t, 12, "a"))
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.Zero(t, receipt)
		})
	}
}

func TestAnchorsFollowNoRedirect(t *testing.T) {
	t.Parallel()
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(elsewhere.Close)
	w := webhook(t, http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect).ServeHTTP)
	_, err := w.Publish(t.Context(), checkpoint(t, 12, "a"))
	require.ErrorContains(t, err, "answered 307")
	require.False(t, asked)
}
