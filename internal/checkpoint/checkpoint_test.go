package checkpoint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

func TestACheckpointIsOpenedByWhoSignedIt(t *testing.T) {
	t.Parallel()
	key, _ := generated(t, "")
	next, _ := generated(t, key.Name())
	stranger, _ := generated(t, key.Name())
	c := checkpoint.Checkpoint{Origin: key.Name(), Size: 7, Root: tlog.RecordHash([]byte("x"))}
	signed, err := checkpoint.Sign(c, key.Signer, next.Signer)
	require.NoError(t, err)

	for _, k := range []checkpoint.Key{key, next} {
		read, by, err := checkpoint.Open(signed, verifiers(t, k))
		require.NoError(t, err)
		require.Equal(t, c, read)
		require.Equal(t, k.KeyHash(), by[0].Hash)
	}
	_, _, err = checkpoint.Open(signed, verifiers(t, stranger))
	require.ErrorIs(t, err, checkpoint.ErrUnknownKey)

	forged := strings.Replace(string(signed), "\n7\n", "\n8\n", 1)
	require.NotEqual(t, string(signed), forged)
	_, _, err = checkpoint.Open([]byte(forged), verifiers(t, key))
	require.ErrorContains(t, err, "invalid signature")
}

func TestKeysAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.key")
	key, secret := generated(t, "")
	require.NoError(t, checkpoint.WriteFile(path, secret))
	read, err := checkpoint.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, key.Public(), read.Public())
	require.ErrorIs(t, checkpoint.WriteFile(path, "another"), fs.ErrExist)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(path, 0o640))
	_, err = checkpoint.ReadFile(path)
	require.ErrorContains(t, err, "chmod 600 "+path)
}

func TestAKeyThatIsNoneIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, secret := generated(t, "")
	for _, text := range []string{"", "geheim", secret[:len(secret)-4] + "AAAA", strings.Replace(secret, "PRIVATE", "PUBLIC", 1)} {
		_, err := checkpoint.Parse(text)
		require.ErrorContains(t, err, "it is not a signing key")
		require.NotContains(t, err.Error(), "geheim")
	}
}

func generated(t *testing.T, origin string) (checkpoint.Key, string) {
	t.Helper()
	key, secret, err := checkpoint.Generate(origin)
	require.NoError(t, err)
	return key, secret
}

func verifiers(t *testing.T, keys ...checkpoint.Key) []note.Verifier {
	t.Helper()
	var list []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k.Public())
		require.NoError(t, err)
		list = append(list, v)
	}
	return list
}
