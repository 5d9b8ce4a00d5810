package webconfig_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/webconfig"
)

const somewhere = "192.0.2.7:4711"

func TestRight(t *testing.T) {
	t.Parallel()
	p := webconfig.NewPasswords()
	r := webconfig.Rules{Users: map[string][]byte{"ada": []byte(hash(t, "secret")), "grace": []byte(hash(t, "another"))}}
	right := func(user, password string) bool {
		is, err := p.Right(t.Context(), r, somewhere, user, password)
		require.NoError(t, err)
		return is
	}
	for range 2 { // compared, and known
		require.True(t, right("ada", "secret"))
		require.False(t, right("ada", "another"))
		require.False(t, right("ada", ""))
		require.False(t, right("", ""))
		require.False(t, right("alan", "secret"), "an unknown name")
	}
	r.Users["ada"] = []byte(hash(t, "changed"))
	require.False(t, right("ada", "secret"), "a password that was changed is not remembered")
	delete(r.Users, "ada")
	require.False(t, right("ada", "changed"), "nor a user who was taken away")
	require.True(t, right("grace", "another"))
}

// Somebody guesses from one network as fast as they can. Whoever comes from elsewhere
// is compared next, who was right before at once, and no more than a few wait.
func TestWhoGuessesDelaysThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := webconfig.NewPasswords()
		r := webconfig.Rules{Users: map[string][]byte{"ada": []byte("ada's"), "grace": []byte("grace's")}}
		var compared []string // in this order; one at a time, or the race detector sees it
		busy := make(chan struct{})
		p.Compare(func(hash, password []byte) error {
			compared = append(compared, string(password))
			if bytes.HasPrefix(password, []byte("guess")) {
				<-busy
				return errors.New("wrong")
			}
			return nil
		})
		is, err := p.Right(t.Context(), r, somewhere, "grace", "known")
		require.NoError(t, err)
		require.True(t, is)

		var wait sync.WaitGroup
		ask := func(from, user, password string) {
			wait.Go(func() {
				is, err := p.Right(t.Context(), r, from, user, password)
				require.NoError(t, err)
				require.Equal(t, user == "ada", is)
			})
			synctest.Wait()
		}
		for i := range 8 {
			ask(fmt.Sprintf("[2001:db8:0:1::%d]:1", i), "eve", fmt.Sprint("guess", i))
		}
		_, err = p.Right(t.Context(), r, "[2001:db8:0:1:ffff::1]:2", "eve", "guess9")
		require.ErrorIs(t, err, webconfig.ErrTooMany)
		is, err = p.Right(t.Context(), r, "[2001:db8:0:1::9]:2", "grace", "known")
		require.NoError(t, err)
		require.True(t, is, "who is known waits for nobody")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = p.Right(gone, r, "192.0.2.9:1", "ada", "gone")
		require.ErrorIs(t, err, context.Canceled)
		ask("[2001:db8:0:2::1]:1", "ada", "new")
		ask("[::ffff:192.0.2.7]:1", "ada", "newer")
		close(busy)
		wait.Wait()
		require.Equal(t, []string{"known", "guess0", "new", "newer"}, compared[:4])
		require.Len(t, compared, 1+8+2)
		_, err = p.Right(t.Context(), r, "[2001:db8:0:1::1]:1", "eve", "guess10")
		require.NoError(t, err, "those who waited have gone")
	})
}
