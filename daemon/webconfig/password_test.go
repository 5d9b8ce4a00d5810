package webconfig_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/webconfig"
)

func TestRight(t *testing.T) {
	t.Parallel()
	p := webconfig.NewPasswords()
	r := webconfig.Rules{Users: map[string][]byte{"ada": []byte(hash(t, "secret")), "grace": []byte(hash(t, "another"))}}
	for range 2 { // compared, and known
		require.True(t, p.Right(t.Context(), r, "ada", "secret"))
		require.False(t, p.Right(t.Context(), r, "ada", "another"))
		require.False(t, p.Right(t.Context(), r, "ada", ""))
		require.False(t, p.Right(t.Context(), r, "", ""))
		require.False(t, p.Right(t.Context(), r, "alan", "secret"), "an unknown name")
	}
	r.Users["ada"] = []byte(hash(t, "changed"))
	require.False(t, p.Right(t.Context(), r, "ada", "secret"), "a password that was changed is not remembered")
	delete(r.Users, "ada")
	require.False(t, p.Right(t.Context(), r, "ada", "changed"), "nor a user who was taken away")
	require.True(t, p.Right(t.Context(), r, "grace", "another"))
}

// Whoever has gone while others are compared costs nothing.
func TestNobodyWaitsForWhoHasGone(t *testing.T) {
	t.Parallel()
	p := webconfig.NewPasswords()
	r := webconfig.Rules{Users: map[string][]byte{"ada": []byte(hash(t, "secret"))}}
	release := p.Hold()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, p.Right(gone, r, "ada", "secret"))
	release()
	require.True(t, p.Right(t.Context(), r, "ada", "secret"))
}
