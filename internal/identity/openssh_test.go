package identity

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

var moment = time.Date(2026, 11, 1, 9, 0, 0, 123456000, time.UTC)

func statement() Statement {
	return Statement{
		Log: "controlwatch/0011", Kind: "confirmation", Subject: "users 2026", By: "Ada Lovelace",
		Body: json.RawMessage(`{"z":1,"a":"<b> ü \" 😀","list":[true,null,{"n":-3}]}`),
	}
}

func sign(t *testing.T, file string) (Statement, ssh.PublicKey) {
	t.Helper()
	signer, done, err := Open(t.Context(), file, "")
	require.NoError(t, err)
	defer func() { require.NoError(t, done()) }()
	s := statement()
	s.Body, err = s.Sign(signer, moment)
	require.NoError(t, err)
	return s, signer.PublicKey()
}

// OpenSSH checks what we sign, with keys that it made and with ours.
func TestOpenSSHChecksWhatWeSign(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Create(filepath.Join(dir, "own"), "ada")
	require.NoError(t, err)
	for name, args := range map[string][]string{"own": nil, "ed25519": {"-t", "ed25519"}, "ecdsa": {"-t", "ecdsa"}, "rsa": {"-t", "rsa", "-b", "2048"}} {
		file := filepath.Join(dir, name)
		if args != nil {
			keygen(t, "", append(args, "-q", "-N", "", "-f", file)...)
		}
		s, _ := sign(t, file)
		signed, err := s.Verify()
		require.NoError(t, err, name)
		public, err := os.ReadFile(file + ".pub")
		require.NoError(t, err)
		write(t, dir, name+".signers", "ada@acme.example "+string(public))
		write(t, dir, name+".sig", signed.SSHSIG)
		keygen(t, string(signed.Message), "-Y", "verify", "-f", filepath.Join(dir, name+".signers"), "-I", "ada@acme.example",
			"-n", Namespace, "-s", filepath.Join(dir, name+".sig"))
	}
}

// What OpenSSH signs we check, with either hash; for another purpose it does not count.
func TestWeCheckWhatOpenSSHSigns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	keygen(t, "", "-t", "ed25519", "-q", "-N", "", "-f", file)
	message, err := statement().Message(moment)
	require.NoError(t, err)
	write(t, dir, "message", string(message))
	for _, hash := range []string{"sha256", "sha512"} {
		keygen(t, "", "-Y", "sign", "-f", file, "-n", Namespace, "-O", "hashalg="+hash, filepath.Join(dir, "message"))
		sig, err := os.ReadFile(filepath.Join(dir, "message.sig"))
		require.NoError(t, err)
		require.NoError(t, os.Remove(filepath.Join(dir, "message.sig")))
		_, err = verifyArmoured(string(sig), Namespace, message)
		require.NoError(t, err)
		_, err = verifyArmoured(string(sig), "file", message)
		require.ErrorContains(t, err, `not for "file"`)
		_, err = verifyArmoured(string(sig), Namespace, append(message, ' '))
		require.ErrorContains(t, err, "not over these bytes")
	}
}

// Whatever is changed of what was signed, the signature no longer fits.
func TestEveryChangeOfAStatementIsFound(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	_, err := Create(file, "")
	require.NoError(t, err)
	good, _ := sign(t, file)
	_, err = good.Verify()
	require.NoError(t, err)
	for name, change := range map[string]func(*Statement){
		"log":           func(s *Statement) { s.Log += "x" },
		"kind":          func(s *Statement) { s.Kind = "hold" },
		"subject":       func(s *Statement) { s.Subject = "" },
		"by":            func(s *Statement) { s.By = "Grace Hopper" },
		"a value":       func(s *Statement) { s.Body = replaced(s.Body, `"n":-3`, `"n":-4`) },
		"another field": func(s *Statement) { s.Body = replaced(s.Body, `{"a":`, `{"A":1,"a":`) },
		"a second key":  func(s *Statement) { s.Body = replaced(s.Body, `{"a":`, `{"a":1,"a":`) },
		"the time":      func(s *Statement) { s.Body = replaced(s.Body, `09:00:00`, `09:00:01`) },
		"no signature":  func(s *Statement) { s.Body = statement().Body },
		"the named key": func(s *Statement) { s.Body = replaced(s.Body, `"key":"ssh-ed25519 AAAA`, `"key":"ssh-ed25519 BBBB`) },
		"spaces":        func(s *Statement) { s.Body = replaced(s.Body, `{"a":`, `{ "a":`) },
	} {
		bad := good
		change(&bad)
		_, err := bad.Verify()
		require.Error(t, err, name)
	}
}

func TestKeysThatCannotSignSayWhy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	keygen(t, "", "-t", "ed25519", "-q", "-N", "open sesame", "-f", file)
	_, _, err := Open(t.Context(), file, "")
	require.ErrorContains(t, err, "ssh-add")
	_, _, err = Open(t.Context(), file+".pub", "")
	require.ErrorContains(t, err, "no SSH agent")
	require.NoError(t, os.Chmod(file, 0o644)) // the point of it
	_, _, err = Open(t.Context(), file, "")
	require.ErrorContains(t, err, "chmod 600")
	write(t, dir, "other", "secret canary")
	_, _, err = Open(t.Context(), filepath.Join(dir, "other"), "")
	require.ErrorContains(t, err, "not a private SSH key")
	require.NotContains(t, err.Error(), "canary")
	_, err = Create(file, "")
	require.ErrorIs(t, err, os.ErrExist)
}

func TestOnePersonNeverBothAsksAndApproves(t *testing.T) {
	t.Parallel()
	people := People{{Name: "Ada Lovelace", Also: []string{"ada@acme.example"}}, {Name: "Grace Hopper"}, {Name: "René"}}
	for _, c := range []struct{ one, two string }{
		{"Ada Lovelace", "ada  lovelace "},
		{"ADA\u00a0LOVELACE", "Ada Lovelace"},
		{"Ada", "A\u200bda"},
		{"René", "Rene\u0301"},
		{"Ada Lovelace", "ADA@acme.example"},
		{"straße", "STRASSE"},
	} {
		_, err := people.Apart(c.one, c.two)
		require.ErrorIs(t, err, ErrOnePerson, "%q %q", c.one, c.two)
	}
	known, err := people.Apart("ada@acme.example", "Grace Hopper")
	require.NoError(t, err)
	require.True(t, known)
	known, err = people.Apart("Ada Lovelace", "alovelace")
	require.NoError(t, err)
	require.False(t, known, "a name nobody knows may be anybody's")
}

func replaced(body json.RawMessage, old, by string) json.RawMessage {
	return json.RawMessage(strings.Replace(string(body), old, by, 1))
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func keygen(t *testing.T, stdin string, args ...string) {
	t.Helper()
	peertest.Need(t, "ssh-keygen")
	cmd := exec.CommandContext(t.Context(), "ssh-keygen", args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
