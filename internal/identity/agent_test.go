package identity

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// A public key's file signs by the agent that holds its private half.
func TestAnAgentSigns(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "agent") //nolint:usetesting // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	socket := filepath.Join(dir, "s")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() }) // whoever waits for it ends
	keyring := agent.NewKeyring()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = agent.ServeAgent(keyring, conn) // ends with the connection
		}
	}()
	for _, args := range [][]string{{"-t", "ed25519"}, {"-t", "rsa", "-b", "2048"}} {
		file := filepath.Join(dir, args[1])
		keygen(t, "", append(args, "-q", "-N", "", "-f", file)...)
		_, _, err = Open(t.Context(), file+".pub", socket)
		require.ErrorContains(t, err, "does not hold that key")
		pem, err := os.ReadFile(file)
		require.NoError(t, err)
		private, err := ssh.ParseRawPrivateKey(pem)
		require.NoError(t, err)
		require.NoError(t, keyring.Add(agent.AddedKey{PrivateKey: private}))
		signer, done, err := Open(t.Context(), file+".pub", socket)
		require.NoError(t, err)
		s := statement()
		s.Body, err = s.Sign(signer, moment)
		require.NoError(t, err)
		_, err = s.Verify()
		require.NoError(t, err)
		require.NoError(t, done())
	}
}
