package okta

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// signedIn is an org with a service application, and the settings to be it.
func signedIn(t *testing.T, scopes ...string) (*oktatest.Org, Settings) {
	t.Helper()
	key, err := testKey()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	org := oktatest.Acme()
	org.Service = &oktatest.ServiceApp{ID: "0oa1acme0controlwatch", Key: &key.PublicKey, Scopes: scopes}
	return org, Settings{OrgURL: "https://" + oktatest.AcmeHost, ClientID: org.Service.ID, PrivateKeyFile: file, KeyID: "key-1"}
}

func everyScope() []string {
	var scopes []string
	for _, r := range reads {
		if r.scope != "" && !slices.Contains(scopes, r.scope) {
			scopes = append(scopes, r.scope)
		}
	}
	return scopes
}

// discoverWith opens the provider with settings and plans its feeds.
func discoverWith(t *testing.T, o connect.Options) connect.Discovery {
	t.Helper()
	sources, err := Provider.Open(o)
	require.NoError(t, err)
	ctx := transport.WithMeter(t.Context(), transport.NewMeter(Provider.Discovery, sources[0].Scope))
	d, err := sources[0].Discover(ctx, nil)
	require.NoError(t, err)
	return d
}

func TestServiceApplication(t *testing.T) {
	t.Parallel()
	t.Run("a service application with every scope sees what a token sees", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, everyScope()...)
		d := discoverWith(t, options(serve(t, org), settings))
		require.Equal(t, settings.ClientID, d.Principal)
		require.ElementsMatch(t, everyScope(), d.PrincipalScopes)
		for _, f := range d.Feeds {
			got := runFeed(t.Context(), f)
			require.Empty(t, got.pull.Holes, f.Collector.Name)
			require.NotEmpty(t, got.facts, f.Collector.Name)
		}
		require.ElementsMatch(t, everyScope(), org.Service.Minted, "one token a scope, and used again")
	})
	t.Run("a scope that was not granted costs the reads that need it and nothing else", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, slices.DeleteFunc(everyScope(), func(s string) bool { return s == "okta.roles.read" })...)
		for _, f := range discoverWith(t, options(serve(t, org), settings)).Feeds {
			got := runFeed(t.Context(), f)
			require.Empty(t, got.pull.Holes, f.Collector.Name)
			if f.Collector.Name == usersCollector.Name {
				hole, ok := got.facts["ada@acme-robotics.example"].Hole("roles")
				require.True(t, ok)
				require.Equal(t, evidence.Denied, hole.Reason)
				require.Contains(t, hole.Detail, "grant okta.roles.read")
				require.NotNil(t, got.facts["ada@acme-robotics.example"].Body.(*evidence.User).MFA)
			}
		}
	})
	t.Run("a key the org does not know opens nothing, and no error repeats the assertion", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, everyScope()...)
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		org.Service.Key = &other.PublicKey
		for _, f := range discoverWith(t, options(serve(t, org), settings)).Feeds {
			got := runFeed(t.Context(), f)
			require.Empty(t, got.facts, f.Collector.Name)
			require.Len(t, got.pull.Holes, 1)
			require.Equal(t, evidence.Denied, got.pull.Holes[0].Reason)
			require.Contains(t, got.pull.Holes[0].Detail, "invalid_client")
			require.NotContains(t, got.pull.Holes[0].Detail, "eyJ")
		}
	})
	t.Run("an application that demands proof of possession says what to switch off", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, everyScope()...)
		org.Service.DPoP = true
		got := runFeed(t.Context(), discoverWith(t, options(serve(t, org), settings)).Feeds[0])
		require.Contains(t, got.pull.Holes[0].Detail, "DPoP")
	})
	t.Run("a token is renewed before it ends", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, everyScope()...)
		now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
		server := serve(t, org)
		server.Now = func() time.Time { return now }
		o := options(server, settings)
		o.Clock = server.Now
		feed := discoverWith(t, o).Feeds[2] // policies only
		require.Empty(t, runFeed(t.Context(), feed).pull.Holes)
		minted := len(org.Service.Minted)
		now = now.Add(54 * time.Minute)
		require.Empty(t, runFeed(t.Context(), feed).pull.Holes)
		require.Len(t, org.Service.Minted, minted)
		now = now.Add(2 * time.Minute)
		require.Empty(t, runFeed(t.Context(), feed).pull.Holes)
		require.Len(t, org.Service.Minted, minted+1)
	})
	t.Run("minting is never recorded", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, everyScope()...)
		recorder := replay.NewRecorder(serve(t, org))
		for _, f := range discoverWith(t, options(recorder, settings)).Feeds {
			runFeed(t.Context(), f)
		}
		require.NotEmpty(t, recorder.Exchanges())
		for _, e := range recorder.Exchanges() {
			require.NotEqual(t, mintToken, e.Operation)
			require.NotContains(t, e.Response.Body, "minted-")
		}
	})
	t.Run("the token goes to the org and the engine is asked without one", func(t *testing.T) {
		t.Parallel()
		org, settings := signedIn(t, everyScope()...)
		server := serve(t, org)
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			require.Equal(t, oktatest.AcmeHost, r.URL.Host)
			if strings.HasPrefix(r.URL.Path, "/.well-known") {
				require.Empty(t, r.Header.Get("Authorization"))
			}
			return server.RoundTrip(r)
		})
		require.Empty(t, runFeed(t.Context(), discoverWith(t, options(base, settings)).Feeds[0]).pull.Holes)
	})
}

func TestServiceApplicationSettings(t *testing.T) {
	t.Parallel()
	_, good := signedIn(t)
	bad := filepath.Join(t.TempDir(), "bad.pem")
	require.NoError(t, os.WriteFile(bad, []byte("sesame"), 0o600))
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"a token as well":       {func(s *Settings) { s.Token = "t" }, "token and client_id"},
		"no key":                {func(s *Settings) { s.PrivateKeyFile = "" }, "private_key_file: empty"},
		"no client":             {func(s *Settings) { s.ClientID = "" }, "client_id: empty"},
		"a key that is missing": {func(s *Settings) { s.PrivateKeyFile = "nowhere.pem" }, "private_key_file: open"},
		"a key that is none":    {func(s *Settings) { s.PrivateKeyFile = bad }, "holds no RSA private key"},
	} {
		t.Run(name+" is an error naming the field", func(t *testing.T) {
			t.Parallel()
			s := good
			c.change(&s)
			_, err := Provider.Open(options(nil, s))
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "sesame")
		})
	}
}

// Every scope we ask for is one that Okta's description lists for the operation.
func TestScopesAreDescribed(t *testing.T) {
	t.Parallel()
	doc, err := oktatest.Description()
	require.NoError(t, err)
	for _, r := range reads {
		path := strings.TrimPrefix(r.operation, "GET ")
		if r == readMe {
			path = "/api/v1/users/{id}"
		}
		item := doc.Paths.Find(path)
		require.NotNil(t, item, r.operation)
		var scopes []string
		for _, way := range *item.Get.Security {
			scopes = append(scopes, way["oauth2"]...)
		}
		if r.scope == "" {
			require.Empty(t, scopes, r.operation)
		} else {
			require.Contains(t, scopes, r.scope, r.operation)
		}
	}
}
