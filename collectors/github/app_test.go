package github_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// The keys of the App and of another one; making one takes a while.
var appKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	}
	return keys
})

func pemOf(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

const appID = 777001

// everyRight is what the App's page lists as needed.
var everyRight = map[string]string{
	"metadata": "read", "administration": "read", "repository_hooks": "read", "secrets": "read", "actions": "read", "environments": "read",
	"members": "read", "organization_administration": "read", "organization_hooks": "read", "organization_secrets": "read",
	"organization_self_hosted_runners": "read", "organization_plan": "read",
	// Of the other collectors.
	"contents": "read", "pull_requests": "read", "checks": "read", "statuses": "read", "deployments": "read", "security_events": "read",
	"vulnerability_alerts": "read", "secret_scanning_alerts": "read",
}

// ticking is a clock that a test moves.
type ticking struct {
	mu sync.Mutex
	at time.Time
}

func (c *ticking) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *ticking) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// appWorld is the sample company with our App installed.
func appWorld(t *testing.T, rights map[string]string) (*githubtest.Server, *ticking) {
	t.Helper()
	clock := &ticking{at: now()}
	org := wholeAcme()
	org.Access.SAML, org.Access.Enterprise = true, nil
	org.Access.Apps = append(org.Access.Apps, githubtest.App{ID: 99001, AppID: appID, Slug: "acme-watch", Selection: "all", Permissions: rights})
	server := githubtest.New(t, org)
	server.App = &githubtest.Application{ID: appID, Key: &appKeys()[0].PublicKey, Clock: clock.now}
	return server, clock
}

func appSettings() github.Settings {
	return github.Settings{Organizations: []string{"acme-robotics"}, AppID: appID}
}

func openApp(t *testing.T, s github.Settings, base http.RoundTripper, clock *ticking, key *rsa.PrivateKey) []connect.Source {
	t.Helper()
	sources, err := github.Provider.Open(connect.Options{
		Seam: transport.New(transport.Options{Base: base, Unpaced: true, Clock: clock.now}), Clock: clock.now,
		Env: func(name string) string {
			return map[string]string{"CONTROLWATCH_GITHUB_APP_PRIVATE_KEY": strings.ReplaceAll(pemOf(key), "\n", `\n`)}[name]
		},
		Decode: func(into any) error {
			*into.(*github.Settings) = s
			return nil
		},
	})
	require.NoError(t, err)
	return sources
}

func TestAppSeesWhatAnOwnerSees(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	recorder := replay.NewRecorder(server)
	s := run(t, openApp(t, appSettings(), recorder, clock, appKeys()[0]))
	require.Equal(t, "acme-watch (GitHub App 777001, installation 99001)", s.plan.Principal)
	for name, p := range s.pulls {
		require.Empty(t, p.Holes, name)
		require.Contains(t, p.PrincipalScopes, "members:read", name)
		require.Equal(t, s.plan.Principal, p.Principal)
	}
	require.Len(t, server.App.Minted, 1, "one token does for all")
	require.NotEmpty(t, server.App.Minted[0])
	for name, level := range server.App.Minted[0] {
		require.Equal(t, "read", level, name)
	}

	kept, err := json.Marshal(recorder.Exchanges())
	require.NoError(t, err)
	seen, err := json.Marshal([]any{s.pulls, s.plan})
	require.NoError(t, err)
	for _, secret := range []string{"ghs_example", "PRIVATE KEY", "access_tokens\",\"query"} {
		require.NotContains(t, string(kept), secret)
		require.NotContains(t, string(seen), secret)
	}
	for _, e := range recorder.Exchanges() {
		require.NotEqual(t, "POST /app/installations/{installation_id}/access_tokens", e.Operation)
	}
}

func TestAppAsksForReadingOnly(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, map[string]string{"metadata": "read", "administration": "write", "members": "write", "workflows": "write"})
	s := run(t, openApp(t, appSettings(), server, clock, appKeys()[0]))
	require.Equal(t, map[string]string{"metadata": "read", "administration": "read", "members": "read"}, server.App.Minted[0])
	require.Contains(t, s.plan.Principal, "; not granted: ")
	require.Contains(t, s.plan.Principal, "organization Webhooks: read")
	require.NotContains(t, s.plan.Principal, "repository Metadata")
}

func TestAppTokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	sources := openApp(t, appSettings(), server, clock, appKeys()[0])
	run(t, sources)
	clock.advance(54 * time.Minute)
	run(t, sources)
	require.Len(t, server.App.Minted, 1, "it is good for six minutes more")
	clock.advance(90 * time.Second)
	s := run(t, sources)
	require.Len(t, server.App.Minted, 2)
	require.Empty(t, s.pulls["github_members"].Holes)
}

// A token that GitHub no longer takes costs the reads under way, and the next pull gets another.
func TestAppTokenThatWasRevoked(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	var revoked sync.Map
	base := between{base: server, answer: func(_ string, req *http.Request) *http.Response {
		if _, yes := revoked.Load(req.Header.Get("Authorization")); yes {
			return answerWith(http.StatusUnauthorized, "Bad credentials")
		}
		return nil
	}}
	sources := openApp(t, appSettings(), base, clock, appKeys()[0])
	run(t, sources)
	revoked.Store("Bearer ghs_example1", true)
	s := run(t, sources)
	require.Len(t, server.App.Minted, 2)
	require.NotEmpty(t, s.pulls)
	s = run(t, sources)
	require.Empty(t, s.pulls["github_members"].Holes)
	require.Len(t, server.App.Minted, 2)
}

func TestAppRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*githubtest.Server, *ticking, *github.Settings)
		key    int
		says   []string
	}{
		"a key of another App": {key: 1, says: []string{"JSON web token could not be decoded", "generate a key on the App's page"}},
		"an App that does not exist": {
			change: func(_ *githubtest.Server, _ *ticking, s *github.Settings) { s.AppID = 1 },
			says:   []string{"Integration not found", "there is no App with this app_id"},
		},
		"an installation that was suspended": {
			change: func(server *githubtest.Server, _ *ticking, _ *github.Settings) {
				server.Change(func(o *githubtest.Organization) { o.Access.Apps[len(o.Access.Apps)-1].Suspended = true })
			},
			says: []string{"the installation is suspended", "an owner can unsuspend it"},
		},
		"a clock that is behind": {
			change: func(server *githubtest.Server, c *ticking, _ *github.Settings) {
				server.App.Clock = func() time.Time { return c.now().Add(20 * time.Minute) }
			},
			says: []string{"Expiration time", "synchronise it (NTP)"},
		},
		"a clock that is ahead": {
			change: func(server *githubtest.Server, c *ticking, _ *github.Settings) {
				server.App.Clock = func() time.Time { return c.now().Add(-20 * time.Minute) }
			},
			says: []string{"Issued at", "synchronise it (NTP)"},
		},
		"an organisation that has not installed it": {
			change: func(_ *githubtest.Server, _ *ticking, s *github.Settings) { s.Organizations = []string{"acme-labs"} },
			says:   []string{"the App is not installed on acme-labs; it is installed on acme-robotics", "install it from the App's page"},
		},
		"an App that nobody has installed": {
			change: func(server *githubtest.Server, _ *ticking, _ *github.Settings) {
				server.Change(func(o *githubtest.Organization) { o.Access.Apps = nil })
			},
			says: []string{"it is installed nowhere yet"},
		},
		"an installation without any right that is needed": {
			change: func(server *githubtest.Server, _ *ticking, _ *github.Settings) {
				server.Change(func(o *githubtest.Organization) {
					o.Access.Apps[len(o.Access.Apps)-1].Permissions = map[string]string{"issues": "write"}
				})
			},
			says: []string{"none of the permissions that are needed", "Permissions & events"},
		},
		"an installation of somebody else": {
			change: func(server *githubtest.Server, _ *ticking, s *github.Settings) {
				s.Organizations, s.InstallationID = []string{"acme-labs"}, 99001
			},
			says: []string{"the installation belongs to acme-robotics", "leave installation_id out"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, clock := appWorld(t, everyRight)
			settings := appSettings()
			if tc.change != nil {
				tc.change(server, clock, &settings)
			}
			s := run(t, openApp(t, settings, server, clock, appKeys()[tc.key]))
			require.Len(t, s.pulls, len(github.Provider.Collectors)-1, "the event log is read where it is asked for")
			for collector, p := range s.pulls {
				holes := p.Holes
				for _, facts := range s.facts {
					for _, f := range facts {
						holes = append(holes, f.Holes...)
					}
				}
				require.NotEmpty(t, holes, collector)
				require.Equal(t, evidence.Denied, holes[0].Reason, collector)
				for _, words := range tc.says {
					require.Contains(t, holes[0].Detail, words, collector)
				}
				require.NotContains(t, holes[0].Detail, "eyJ", "no part of a signed token")
			}
		})
	}
}

func TestAppByInstallation(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	settings := appSettings()
	settings.InstallationID = 99001
	s := run(t, openApp(t, settings, server, clock, appKeys()[0]))
	require.Empty(t, s.pulls["github_members"].Holes)
}

func TestAppOnSelectedRepositories(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	server.Change(func(o *githubtest.Organization) { o.Access.Apps[len(o.Access.Apps)-1].Selection = "selected" })
	s := run(t, openApp(t, appSettings(), server, clock, appKeys()[0]))
	require.Contains(t, s.plan.Principal, "; installed on selected repositories only, not on all")
}

// One App serves several organisations, each with an installation and a token of its own.
func TestAppOfSeveralOrganisations(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	settings := appSettings()
	settings.Organizations = []string{"acme-robotics", "acme-labs"}
	sources := openApp(t, settings, server, clock, appKeys()[0])
	require.Equal(t, []string{"github/acme-robotics", "github/acme-labs"}, names(sources))
	require.Empty(t, run(t, sources[:1]).pulls["github_apps"].Holes)
	require.Len(t, server.App.Minted, 1)
}

func TestAppDetected(t *testing.T) {
	t.Parallel()
	server, clock := appWorld(t, everyRight)
	env := map[string]string{"CONTROLWATCH_GITHUB_APP_ID": "777001", "CONTROLWATCH_GITHUB_APP_PRIVATE_KEY": pemOf(appKeys()[0])}
	detected := func(t *testing.T, env map[string]string) (connect.Detected, error) {
		t.Helper()
		return github.Provider.Detect(t.Context(), connect.Options{
			Env: func(name string) string { return env[name] }, Clock: clock.now,
			Seam: transport.New(transport.Options{Base: server, Unpaced: true, Clock: clock.now}),
		})
	}
	t.Run("on all that have installed it", func(t *testing.T) {
		t.Parallel()
		d, err := detected(t, env)
		require.NoError(t, err)
		require.Equal(t, "CONTROLWATCH_GITHUB_APP_ID in the environment", d.How)
		require.Equal(t, []string{"github/acme-robotics"}, names(d.Found))
	})
	t.Run("a wrong key is a source that cannot look", func(t *testing.T) {
		t.Parallel()
		d, err := detected(t, map[string]string{"CONTROLWATCH_GITHUB_APP_ID": "777001", "CONTROLWATCH_GITHUB_APP_PRIVATE_KEY": pemOf(appKeys()[1])})
		require.NoError(t, err)
		require.Len(t, d.Found, 1)
		require.Contains(t, run(t, d.Found).pulls["github_apps"].Holes[0].Detail, "generate a key")
	})
	t.Run("an App without its key is the user's to mend", func(t *testing.T) {
		t.Parallel()
		_, err := detected(t, map[string]string{"CONTROLWATCH_GITHUB_APP_ID": "777001"})
		require.ErrorContains(t, err, "put it into CONTROLWATCH_GITHUB_APP_PRIVATE_KEY")
	})
}

func TestAppSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app.pem"), []byte(pemOf(appKeys()[0])), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other.pem"), []byte("-----BEGIN SECRET-----"), 0o600))
	for name, tc := range map[string]struct {
		settings github.Settings
		says     string // empty: it opens
	}{
		"a key beside the configuration": {github.Settings{AppID: 1, PrivateKeyFile: "app.pem"}, ""},
		"a client id":                    {github.Settings{ClientID: "Iv1.abc", PrivateKeyFile: "app.pem"}, ""},
		"no key":                         {github.Settings{AppID: 1}, "private_key_file: no private key; generate one on the App's page and name its file here, or put it into CONTROLWATCH_GITHUB_APP_PRIVATE_KEY"},
		"a file that is no key":          {github.Settings{AppID: 1, PrivateKeyFile: "other.pem"}, "private_key_file: holds no RSA private key in PEM form; use the .pem file that GitHub gave"},
		"a key without an App":           {github.Settings{PrivateKeyFile: "app.pem"}, "app_id: missing beside the App's other settings; it stands on the App's page, under About"},
		"both ids":                       {github.Settings{AppID: 1, ClientID: "Iv1.abc", PrivateKeyFile: "app.pem"}, "client_id: app_id names the App already; give one of them"},
		"an App and a token":             {github.Settings{AppID: 1, Token: "x", PrivateKeyFile: "app.pem"}, "token: an App makes its own; give either the App or a token"},
		"an installation of two":         {github.Settings{AppID: 1, PrivateKeyFile: "app.pem", InstallationID: 9, Organizations: []string{"a", "b"}}, "installation_id: belongs to one organisation; leave it out, it is found for each"},
		"an address for an enterprise":   {github.Settings{Token: "x", Enterprise: "enterprises/acme"}, `enterprise: "enterprises/acme" is not an enterprise's slug; use the name in its address, github.com/enterprises/SLUG`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.settings.Organizations == nil {
				tc.settings.Organizations = []string{"acme"}
			}
			_, err := github.Provider.Open(connect.Options{
				Seam: seamOver(nil), Clock: now, Dir: dir, Env: func(string) string { return "" },
				Decode: func(into any) error {
					*into.(*github.Settings) = tc.settings
					return nil
				},
			})
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tc.says)
		})
	}
	t.Run("a file that is not there", func(t *testing.T) {
		t.Parallel()
		_, err := github.Provider.Open(connect.Options{Seam: seamOver(nil), Clock: now, Dir: dir, Decode: func(into any) error {
			*into.(*github.Settings) = github.Settings{Organizations: []string{"acme"}, AppID: 1, PrivateKeyFile: "none.pem"}
			return nil
		}})
		require.ErrorContains(t, err, "private_key_file: open ")
	})
}

func answerWith(status int, message string) *http.Response {
	w := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}}
	b, _ := json.Marshal(map[string]string{"message": message})
	w.Body = readCloser(string(b))
	return w
}
