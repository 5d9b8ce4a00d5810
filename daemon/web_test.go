package daemon_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"
	"golang.org/x/crypto/bcrypt"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/webconfig"
	"github.com/controlwatch/controlwatch/internal/peertest"
)

// What stands in the files of a test, and must stand nowhere else.
const (
	secret      = "correct-horse-battery-staple"
	readToken   = "0123456789abcdef-read-token"
	runToken    = "0123456789abcdef-run-token"
	secretsText = secret + " " + readToken + " " + runToken
)

// guarded is a daemon with a web configuration, in a folder with certificates of
// two authorities.
type guarded struct {
	*running
	dir  string
	hash string
}

// newGuarded makes one that other machines reach, unless change says otherwise.
func newGuarded(t *testing.T, text string, change ...func(*daemon.Options)) *guarded {
	t.Helper()
	peertest.Need(t, "curl")
	g := &guarded{dir: t.TempDir()}
	ours, others := newAuthority(t, g.dir, "ours"), newAuthority(t, g.dir, "others")
	ours.issue(t, "server", time.Now().Add(time.Hour))
	ours.issue(t, "client", time.Now().Add(time.Hour))
	ours.issue(t, "expired", time.Now().Add(-24*time.Hour))
	others.issue(t, "stranger", time.Now().Add(time.Hour))
	h, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	require.NoError(t, err)
	g.hash = string(h)
	g.write(t, text)
	file, err := webconfig.Open(filepath.Join(g.dir, "web.yaml"))
	require.NoError(t, err)
	g.running = makeDaemon(t, newWorld(), "0.0.0.0:0", nil, append([]func(*daemon.Options){func(o *daemon.Options) {
		o.Web.File, o.Token = file, runToken
	}}, change...)...)
	return g
}

func (g *guarded) write(t *testing.T, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(g.dir, "web.yaml"), []byte(strings.ReplaceAll(text, "HASH", g.hash)), 0o600))
}

// curl asks for a path with the real curl: the status, and curl's own exit code
// where it got none.
func (g *guarded) curl(t *testing.T, scheme, path string, args ...string) (status string, exit int) {
	t.Helper()
	_, port, err := net.SplitHostPort(g.Addr().String())
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "curl", append([]string{"-q", "-sS", "-o", os.DevNull, "-w", "%{http_code}", "--noproxy", "*", "--path-as-is", scheme + "://127.0.0.1:" + port + path}, args...)...)
	cmd.Dir = g.dir
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if exited, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exited.ExitCode()
	}
	require.NoError(t, err, problems.String())
	return string(out), 0
}

// gets asks and requires a status.
func (g *guarded) gets(t *testing.T, want, scheme, path string, args ...string) {
	t.Helper()
	status, exit := g.curl(t, scheme, path, args...)
	require.Zero(t, exit, "%s %v", path, args)
	require.Equal(t, want, status, "%s %v", path, args)
}

// keepsSecrets requires that no line of the log has what the files hold.
func (g *guarded) keepsSecrets(t *testing.T) {
	t.Helper()
	for _, e := range g.log.All() {
		line := fmt.Sprint(e.Message, e.ContextMap())
		for part := range strings.FieldsSeq(secretsText) {
			require.NotContains(t, line, part)
		}
		require.NotContains(t, line, g.hash)
	}
}

const (
	withTLS          = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"
	withCertificates = "tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ours.crt}\n"
	withPasswords    = "basic_auth_users: {ada: HASH}\n"
)

// everything that is served, and what is not.
var everything = []string{"/", "/style.css", "/icon.svg", "/metrics", "/api/v1/scan", "/healthz", "/readyz", "/debug/pprof/", "/nothing", "/../metrics", "//metrics", "/metrics/"}

func TestPasswords(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withTLS+withPasswords)
	g.start(t)
	g.await(t, "assessment published")
	ca := []string{"--cacert", "ours.crt"}
	for _, path := range everything {
		g.gets(t, "401", "https", path, ca...)
		g.gets(t, "401", "https", path, append(ca, "-X", "POST", "-d", "x")...)
		g.gets(t, "401", "https", path, append(ca, "-u", "ada:wrong")...)
	}
	for user, want := range map[string]string{
		"ada:" + secret: "200", "ada:": "401", "Ada:" + secret: "401", "alan:" + secret: "401", ":": "401", "ada:" + g.hash: "401",
	} {
		g.gets(t, want, "https", "/metrics", append(ca, "-u", user)...)
	}
	g.gets(t, "401", "https", "/metrics", append(ca, "-H", "Authorization: Bearer "+secret)...)
	g.gets(t, "200", "https", "/metrics", append(ca, "-u", "ada:"+secret, "--http1.1")...)
	g.gets(t, "200", "https", "/metrics", append(ca, "-u", "ada:"+secret, "-H", "Host: controlwatch.example.com")...)

	_, exit := g.curl(t, "https", "/metrics", "-u", "ada:"+secret)
	require.Equal(t, 60, exit, "curl does not know the authority")
	g.gets(t, "400", "http", "/metrics", "-u", "ada:"+secret) // plain HTTP where TLS is spoken

	g.keepsSecrets(t)
}

// The token for runs is asked for whether or not others sign in, and opens nothing else.
func TestAskingForARunBesidePasswords(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withPasswords)
	g.start(t)
	g.await(t, "assessment published")
	post := func(args ...string) []string { return append([]string{"-X", "POST"}, args...) }
	g.gets(t, "202", "http", "/api/v1/scan", post("-H", "Authorization: Bearer "+runToken)...)
	g.gets(t, "401", "http", "/api/v1/scan", post("-u", "ada:"+secret)...)
	g.gets(t, "401", "http", "/api/v1/scan", post("-H", "Authorization: Bearer "+readToken)...)
	g.gets(t, "401", "http", "/api/v1/scan", "-H", "Authorization: Bearer "+runToken)
	require.Len(t, g.log.FilterMessageSnippet("travel unencrypted").All(), 1)
	g.keepsSecrets(t)
}

func TestBearerTokens(t *testing.T) {
	t.Parallel()
	token := readToken
	g := newGuarded(t, withPasswords, func(o *daemon.Options) {
		o.Web.Tokens = func() ([]string, error) {
			if token == "" {
				return nil, errors.New("${file:token}: the file is empty")
			}
			return []string{"another-token-that-comes-first", token}, nil
		}
	})
	stop := g.start(t)
	g.gets(t, "401", "http", "/metrics")
	g.gets(t, "401", "http", "/metrics", "-H", "Authorization: Bearer "+readToken+"x")
	g.gets(t, "401", "http", "/metrics", "-H", "Authorization: Bearer ")
	g.gets(t, "401", "http", "/metrics", "-H", "Authorization: "+readToken)
	g.gets(t, "200", "http", "/metrics", "-H", "Authorization: Bearer "+readToken)
	g.gets(t, "200", "http", "/metrics", "-H", "authorization: bearer "+readToken)
	g.gets(t, "200", "http", "/metrics", "-u", "ada:"+secret)
	stop()
	g.keepsSecrets(t)
	token = ""
	require.ErrorContains(t, g.Listen(t.Context()), "the file is empty", "a token that cannot be read is no token less")
}

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withCertificates)
	g.start(t)
	g.await(t, "assessment published")
	with := func(name string) []string {
		return []string{"--cacert", "ours.crt", "--cert", name + ".crt", "--key", name + ".key"}
	}
	for _, version := range []string{"--tlsv1.3", "--tls-max=1.2"} {
		args := strings.Split(version, "=")
		g.gets(t, "200", "https", "/readyz", append(args, with("client")...)...)
		for name, args := range map[string][]string{
			"none":             {"--cacert", "ours.crt"},
			"expired":          with("expired"),
			"another's":        with("stranger"),
			"signed by nobody": with("others"),
		} {
			status, exit := g.curl(t, "https", "/readyz", append(strings.Split(version, "="), args...)...)
			require.NotZero(t, exit, name)
			require.Equal(t, "000", status, name)
		}
	}
}

// A connection that stays open, and a session that could be resumed, outlive
// neither a change of the authority nor one of the names.
func TestACertificateIsAskedForAnew(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withCertificates)
	g.start(t)
	pair, err := tls.LoadX509KeyPair(filepath.Join(g.dir, "client.crt"), filepath.Join(g.dir, "client.key"))
	require.NoError(t, err)
	for name, change := range map[string]string{
		"another authority": strings.Replace(withCertificates, "ours.crt", "others.crt", 1),
		"another name":      strings.Replace(withCertificates, "}", ", client_allowed_sans: [scraper.example.com]}", 1),
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			g.write(t, withCertificates)
			transport := &http.Transport{TLSClientConfig: &tls.Config{
				InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}, ClientSessionCache: tls.NewLRUClientSessionCache(10), MaxVersion: version,
			}}
			get := func() (*http.Response, error) {
				_, port, err := net.SplitHostPort(g.Addr().String())
				require.NoError(t, err)
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://127.0.0.1:"+port+"/metrics", http.NoBody)
				require.NoError(t, err)
				res, err := transport.RoundTrip(req)
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
					require.NoError(t, errors.Join(err, res.Body.Close()))
				}
				return res, err
			}
			for range 2 {
				res, err := get()
				require.NoError(t, err)
				require.Equal(t, 200, res.StatusCode)
				require.False(t, res.TLS.DidResume)
				transport.CloseIdleConnections()
			}
			res, err := get()
			require.NoError(t, err)
			require.Equal(t, 200, res.StatusCode)
			g.write(t, change)
			res, err = get()
			require.NoError(t, err, "the connection is there")
			require.Equal(t, 401, res.StatusCode, name)
			transport.CloseIdleConnections()
			_, err = get()
			require.ErrorContains(t, err, "tls: ", name)
			transport.CloseIdleConnections()
		}
	}
}

func TestAnExpiredCertificateIsSaidAndNotBelieved(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, "tls_server_config: {cert_file: expired.crt, key_file: expired.key}\n"+withPasswords)
	g.start(t)
	g.await(t, "the certificate has expired: nobody who checks it connects")
	_, exit := g.curl(t, "https", "/metrics", "--cacert", "ours.crt", "-u", "ada:"+secret)
	require.Equal(t, 60, exit)

	// A renewed one is served at once.
	for _, kind := range []string{".crt", ".key"} {
		b, err := os.ReadFile(filepath.Join(g.dir, "server"+kind))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(g.dir, "expired"+kind), b, 0o600))
	}
	g.gets(t, "200", "https", "/metrics", "--cacert", "ours.crt", "-u", "ada:"+secret)
}

// What openssl is offered and asks for, beside what curl does.
func TestOldTLSIsNotSpoken(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "openssl")
	g := newGuarded(t, withTLS+withPasswords)
	g.start(t)
	_, port, err := net.SplitHostPort(g.Addr().String())
	require.NoError(t, err)
	for version, spoken := range map[string]bool{"-tls1": false, "-tls1_1": false, "-tls1_2": true, "-tls1_3": true} {
		cmd := exec.CommandContext(t.Context(), "openssl", "s_client", "-connect", "127.0.0.1:"+port, version, "-cipher", "DEFAULT:@SECLEVEL=0", "-CAfile", filepath.Join(g.dir, "ours.crt"), "-verify_return_error")
		out, err := cmd.CombinedOutput()
		require.Equal(t, spoken, err == nil, "%s: %s", version, out)
		if spoken {
			require.Contains(t, string(out), "Verify return code: 0 (ok)", version)
		} else {
			require.Contains(t, string(out), "alert protocol version", "openssl refused, not the daemon")
		}
	}
}

// Whoever is to be known must be known by what is in force now.
func TestTheWebConfigurationChangesWhileServing(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withPasswords)
	g.start(t)
	me := []string{"-u", "ada:" + secret}
	g.gets(t, "200", "http", "/metrics", me...)

	for name, text := range map[string]string{
		"it makes nobody known":  "http_server_config: {http2: false}\n",
		"it is empty":            "",
		"it is broken":           "basic_auth_users: " + secret + "\n",
		"a password is in plain": "basic_auth_users: {ada: " + secret + "}\n",
		"it asks for TLS, which the listener does not speak": withCertificates,
	} {
		g.write(t, text)
		for range 2 {
			status, exit := g.curl(t, "http", "/metrics", me...)
			require.Zero(t, exit, name)
			require.Contains(t, []string{"503", "401"}, status, name)
			require.Equal(t, strings.Contains(name, "TLS"), status == "401", name)
		}
		g.write(t, withPasswords)
		g.gets(t, "200", "http", "/metrics", me...)
	}
	require.Len(t, g.log.FilterMessage("nobody is let in").All(), 4, "once for each, not for each request")

	g.write(t, strings.ReplaceAll(withPasswords, "ada", "grace"))
	g.gets(t, "401", "http", "/metrics", me...)
	require.NoError(t, os.Remove(filepath.Join(g.dir, "web.yaml")))
	g.gets(t, "503", "http", "/metrics", me...)
	g.keepsSecrets(t)
}

func TestHeadersAndLimitOfTheWebConfiguration(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withPasswords+"http_server_config: {headers: {Strict-Transport-Security: max-age=31536000}}\nrate_limit: {interval: 1h, burst: 2}\n")
	g.start(t)
	answered := g.ask(t, "GET", "/metrics")
	require.Equal(t, 401, answered.status)
	require.Equal(t, "max-age=31536000", answered.header.Get("Strict-Transport-Security"))
	require.Equal(t, `Basic realm="controlwatch", charset="UTF-8"`, answered.header.Get("WWW-Authenticate"))
	g.gets(t, "200", "http", "/metrics", "-u", "ada:"+secret)
	g.gets(t, "429", "http", "/metrics", "-u", "ada:"+secret)
}

// Beyond loopback nobody is served who is not known, unless somebody said why.
func TestListeningBeyondLoopback(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string // of the web configuration; "-": none
		web   daemon.Web
		fails string
	}{
		"nothing makes anybody known":              {"-", daemon.Web{}, "who asks there is not known"},
		"TLS alone makes nobody known":             {withTLS, daemon.Web{}, "who asks there is not known"},
		"nor does a certificate that is anybody's": {strings.Replace(withTLS, "}", ", client_auth_type: RequireAnyClientCert}", 1), daemon.Web{}, "who asks there is not known"},
		"nor one that need not be shown":           {strings.Replace(withTLS, "}", ", client_auth_type: VerifyClientCertIfGiven, client_ca_file: ours.crt}", 1), daemon.Web{}, "who asks there is not known"},
		"nor a list of no tokens":                  {"-", daemon.Web{Tokens: func() ([]string, error) { return nil, nil }}, "who asks there is not known"},
		"a client certificate does":                {withCertificates, daemon.Web{}, ""},
		"a password does":                          {withPasswords, daemon.Web{}, ""},
		"a token does":                             {"-", daemon.Web{Tokens: func() ([]string, error) { return []string{readToken}, nil }}, ""},
		"a reason does":                            {"-", daemon.Web{Unauthenticated: "a NetworkPolicy lets in Prometheus"}, ""},
		"profiles for anybody":                     {"-", daemon.Web{Unauthenticated: "a NetworkPolicy lets in Prometheus", Profiles: true}, "profiles are served on loopback"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t, strings.TrimPrefix(c.text, "-"), func(o *daemon.Options) {
				if c.web.File = o.Web.File; c.text == "-" {
					c.web.File = nil
				}
				o.Web = c.web
			})
			for address, local := range map[string]bool{"0.0.0.0:9464": false, ":9464": false, "[::]:9464": false, "10.0.0.1:9464": false, "127.0.0.1:9464": true, "localhost:9464": true, "[::1]:9464": true} {
				err := c.web.MayServe(address)
				require.Equal(t, local || c.fails == "", err == nil, "%s: %v", address, err)
			}
			err := g.Listen(t.Context())
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				require.Nil(t, g.Addr(), "nothing listens")
				return
			}
			require.NoError(t, err)
			g.start(t)
			g.await(t, "assessment published") // after who may ask was said
			said := g.log.FilterMessage("anybody who reaches the address reads every finding").All()
			require.Equal(t, c.web.Unauthenticated != "", len(said) == 1)
		})
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.failAssess = errors.New("database is locked")
	r := makeDaemon(t, w, "127.0.0.1:0", nil, func(o *daemon.Options) {
		o.Web.Probes = "127.0.0.1:0"
		o.Web.Tokens = func() ([]string, error) { return []string{readToken}, nil }
	})
	r.start(t)
	r.await(t, "assessment failed; the last one stays published")
	get := func(path string) answer { return r.askAt(t, r.ProbesAddr().String(), "GET", path) }
	require.Equal(t, "ok\n", get("/healthz").body)
	require.Equal(t, 200, get("/healthz").status)
	require.Equal(t, "not ready\n", get("/readyz").body)
	require.Equal(t, 503, get("/readyz").status)
	for _, path := range everything {
		if path != "/healthz" && path != "/readyz" {
			got := get(path)
			require.NotEqual(t, 200, got.status, path)
			require.NotContains(t, got.body, "controlwatch")
		}
	}
	require.Equal(t, 401, r.ask(t, "GET", "/healthz").status, "what is wrong is for those who are known")
	require.Equal(t, 401, r.ask(t, "GET", "/readyz").status)
	w.change(func() { w.failAssess = nil })
	require.Equal(t, 200, r.ask(t, "GET", "/healthz", "Authorization", "Bearer "+readToken).status)
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	ask := func(web daemon.Web, path string, headers ...string) answer {
		r := makeDaemon(t, newWorld(), "127.0.0.1:0", nil, func(o *daemon.Options) { o.Web = web })
		defer r.start(t)()
		return r.ask(t, "GET", path, headers...)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap", "/debug/pprof/symbol"} {
		require.Equal(t, 404, ask(daemon.Web{}, path).status, path)
		require.Equal(t, 200, ask(daemon.Web{Profiles: true}, path).status, path)
		require.Equal(t, 421, ask(daemon.Web{Profiles: true}, path, "Host", "evil.example").status, path)
	}
	tokens := func() ([]string, error) { return []string{readToken}, nil }
	require.Equal(t, 401, ask(daemon.Web{Profiles: true, Tokens: tokens}, "/debug/pprof/heap").status)
	require.Equal(t, 200, ask(daemon.Web{Profiles: true, Tokens: tokens}, "/debug/pprof/heap", "Authorization", "Bearer "+readToken).status)
}

// The daemon logs who may ask; errors of TLS come at the level of information.
func TestWhoMayAskIsLogged(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, withCertificates+withPasswords)
	g.start(t)
	g.await(t, "serving")
	said := g.log.FilterMessage("serving").All()[0]
	require.Equal(t, zapcore.InfoLevel, said.Level)
	require.Equal(t, true, said.ContextMap()["tls"])
	require.Equal(t, "[client certificate password]", fmt.Sprint(said.ContextMap()["known_by"]))
}
