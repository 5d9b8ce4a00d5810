package webconfig_test

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/daemon/webconfig"
)

func hash(t *testing.T, password string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	return string(h)
}

// What is wrong is said, and what is secret is not.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	const server = "tls_server_config: {cert_file: server.crt, key_file: server.key"
	for name, c := range map[string]struct{ text, says string }{
		"an unknown key":                           {"basic_auth: {ada: hunter2hunter2}", "field basic_auth not found"},
		"an unknown key of TLS":                    {"tls_server_config: {certfile: hunter2hunter2}", "field certfile not found"},
		"a password in plain":                      {"basic_auth_users: {ada: hunter2hunter2}", `what stands for user "ada" is no bcrypt hash; make one with`},
		"a password that looks like a hash":        {"basic_auth_users: {ada: $2y$hunter2hunter2}", "is no bcrypt hash"},
		"no password":                              {"basic_auth_users: {ada: }", "is no bcrypt hash"},
		"a password where users belong":            {"basic_auth_users: hunter2hunter2", "cannot unmarshal !!str into map"},
		"a list where a key belongs":               {"tls_server_config: {cert_file: server.crt, key: [hunter2hunter2]}", "cannot unmarshal !!seq into"},
		"no YAML":                                  {"hunter2hunter2: [", "did not find expected"},
		"a certificate without its key":            {"tls_server_config: {cert_file: server.crt}", "missing one of key or key_file"},
		"a key without its certificate":            {"tls_server_config: {key: hunter2hunter2}", "missing one of cert or cert_file"},
		"a certificate that is not there":          {"tls_server_config: {cert_file: nowhere.crt, key_file: server.key}", "nowhere.crt"},
		"another's key":                            {"tls_server_config: {cert_file: server.crt, key_file: other.key}", "private key does not match public key"},
		"a key that is none":                       {"tls_server_config: {cert_file: server.crt, key: hunter2hunter2}", "failed to load X509KeyPair"},
		"an old TLS that is none":                  {server + ", min_version: SSL3}", "unknown TLS version"},
		"client certificates of any authority":     {server + ", client_auth_type: RequireAndVerifyClientCert}", "needs client_ca_file or client_ca, or certificates of any public authority would do"},
		"client certificates if given, of any":     {server + ", client_auth_type: VerifyClientCertIfGiven}", "needs client_ca_file"},
		"an authority without a certificate":       {server + ", client_auth_type: RequireAndVerifyClientCert, client_ca: hunter2hunter2}", "holds no certificate"},
		"an authority that nobody is asked for":    {server + ", client_ca_file: server.crt}", "without a Client Auth Policy"},
		"a way to ask that is none":                {server + ", client_auth_type: Please}", "invalid ClientAuth"},
		"a header that is not for it":              {"http_server_config: {headers: {X-Powered-By: hunter}}", `"X-Powered-By" can not be configured`},
		"a header with a value that is not for it": {"http_server_config: {headers: {X-Frame-Options: allow}}", "invalid value for X-Frame-Options"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			selfSigned(t, dir, "server")
			selfSigned(t, dir, "other")
			write(t, filepath.Join(dir, "web.yaml"), c.text+"\n")
			_, err := webconfig.Open(filepath.Join(dir, "web.yaml"))
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "web.yaml")
			for n := 4; n <= len("hunter2hunter2"); n++ {
				require.NotContains(t, err.Error(), "hunter2hunter2"[:n])
			}
		})
	}
	_, err := webconfig.Open(filepath.Join(t.TempDir(), "nowhere.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The toolkit's own examples are read.
func TestOpenTakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	selfSigned(t, dir, "server")
	file := filepath.Join(dir, "web.yaml")
	for text, want := range map[string]struct{ tls, certificates, users bool }{
		"": {},
		"tls_server_config: {cert_file: server.crt, key_file: server.key}":                                                                                   {tls: true},
		"tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: RequireAnyClientCert}":                                           {tls: true},
		"tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: VerifyClientCertIfGiven, client_ca_file: server.crt}":            {tls: true},
		"tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: server.crt}":         {tls: true, certificates: true},
		"tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS13, curve_preferences: [X25519]}\nhttp_server_config: {http2: no}": {tls: true},
		"basic_auth_users: {ada: " + hash(t, "secret") + "}":                                                                                                 {users: true},
		"http_server_config: {headers: {Strict-Transport-Security: max-age=31536000}}\nrate_limit: {interval: 1s, burst: 20}":                                {},
	} {
		write(t, file, text+"\n")
		f, err := webconfig.Open(file)
		require.NoError(t, err, text)
		r, err := f.Rules()
		require.NoError(t, err)
		require.Equal(t, want.tls, r.TLS(), text)
		require.Equal(t, want.certificates, r.ClientCertificates(), text)
		require.Equal(t, want.users, len(r.Users) > 0, text)
		require.Equal(t, !strings.Contains(text, "http2: no"), r.HTTP2)
	}
}

func TestTheFileIsReadAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	selfSigned(t, dir, "server")
	file := filepath.Join(dir, "web.yaml")
	const withTLS = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"
	write(t, file, withTLS)
	f, err := webconfig.Open(file)
	require.NoError(t, err)
	serve := f.TLS()
	first, err := serve.GetConfigForClient(nil)
	require.NoError(t, err)
	require.EqualValues(t, tls.VersionTLS12, first.MinVersion)
	require.Equal(t, []string{"h2", "http/1.1"}, first.NextProtos)
	before, err := f.Certificate()
	require.NoError(t, err)

	selfSigned(t, dir, "server")
	after, err := f.Certificate()
	require.NoError(t, err)
	require.NotEqual(t, before.SerialNumber, after.SerialNumber, "a renewed certificate is served")

	write(t, file, withTLS+"basic_auth_users: {ada: "+hash(t, "secret")+"}\n")
	r, err := f.Rules()
	require.NoError(t, err)
	require.Contains(t, r.Users, "ada")

	write(t, file, "basic_auth_users: {ada: "+hash(t, "secret")+"}\n")
	_, err = serve.GetConfigForClient(nil)
	require.ErrorContains(t, err, "no TLS any more")

	write(t, file, "tls_server_config: hunter2\n")
	_, err = serve.GetConfigForClient(nil)
	require.Error(t, err, "the last good file would go on letting in who was taken out")
	require.NotContains(t, err.Error(), "hunter2")
}

// However a file is broken, no message has what it says of secrets.
func TestNoMessageQuotesASecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		secret := rapid.StringMatching(`[a-z0-9$/]{12,40}`).Draw(rt, "secret")
		key := rapid.SampledFrom([]string{"tls_server_config", "basic_auth_users", "http_server_config", "rate_limit"}).Draw(rt, "key")
		shape := rapid.SampledFrom([]string{"%", "[%]", "{key: [%]}", "{ada: %}", "{key: {a: %}}", "{http2: %}", "{interval: %}", "{burst: %}", "[[%", "{min_version: [%]}", "'%"}).Draw(rt, "shape")
		file := filepath.Join(dir, "web.yaml")
		require.NoError(rt, os.WriteFile(file, []byte(key+": "+strings.ReplaceAll(shape, "%", secret)+"\n"), 0o600))
		if _, err := webconfig.Open(file); err != nil {
			require.NotContains(rt, err.Error(), secret[:6])
		}
	})
}
