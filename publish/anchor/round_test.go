package anchor_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/anchor"
)

// fake is an anchor that answers as it is told.
type fake struct {
	name    string
	publish func(context.Context, anchor.Checkpoint) (anchor.Receipt, error)
	asked   int
}

func (f *fake) Name() string  { return f.name }
func (f *fake) Kind() string  { return "fake" }
func (f *fake) Outside() bool { return true }

func (f *fake) Publish(ctx context.Context, c anchor.Checkpoint) (anchor.Receipt, error) {
	f.asked++
	return f.publish(ctx, c)
}

func receiptFor(name string, c anchor.Checkpoint) anchor.Receipt {
	return anchor.Receipt{Anchor: name, Kind: "fake", Outside: true, Size: c.Size, Root: c.Root}
}

func good(name string) *fake {
	return &fake{name: name, publish: func(_ context.Context, c anchor.Checkpoint) (anchor.Receipt, error) { return receiptFor(name, c), nil }}
}

func failing(name string, err error) *fake {
	return &fake{name: name, publish: func(context.Context, anchor.Checkpoint) (anchor.Receipt, error) { return anchor.Receipt{}, err }}
}

// rounds are over a log of which the newest checkpoints are given one after the
// other; the last stays.
func rounds(kept *[]anchor.Receipt, log []anchor.Checkpoint, anchors ...anchor.Anchor) *anchor.Rounds {
	return &anchor.Rounds{
		Anchors: anchors,
		Newest: func(context.Context) (anchor.Checkpoint, bool, error) {
			if len(log) == 0 {
				return anchor.Checkpoint{}, false, nil
			}
			c := log[0]
			if len(log) > 1 {
				log = log[1:]
			}
			return c, true, nil
		},
		Keep: func(_ context.Context, r anchor.Receipt) error {
			*kept = append(*kept, r)
			return nil
		},
	}
}

var errDown = errors.New("down")

func TestRoundsGoOnWhereOneFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept []anchor.Receipt
		down, panics := failing("down", errDown), &fake{name: "panics", publish: func(context.Context, anchor.Checkpoint) (anchor.Receipt, error) { panic("x") }}
		wrong := &fake{name: "wrong", publish: func(context.Context, anchor.Checkpoint) (anchor.Receipt, error) { return anchor.Receipt{}, nil }}
		c := checkpoint(t, 12, "a")
		r := rounds(&kept, []anchor.Checkpoint{c}, down, panics, wrong, good("good"))
		began := time.Now()
		round, err := r.Run(t.Context())
		results := round.Results
		require.NoError(t, err)
		require.Greater(t, time.Since(began), 10*time.Second, "the pauses grow")
		require.Less(t, time.Since(began), 5*time.Minute)
		require.Len(t, results, 4)
		require.ErrorIs(t, results[0].Err, errDown)
		require.EqualError(t, results[0].Err, "anchor down: down")
		require.Equal(t, anchor.Tries, results[0].Attempts)
		require.Equal(t, anchor.Tries, results[0].Failures)
		require.ErrorContains(t, results[1].Err, "panic: x")
		require.ErrorContains(t, results[2].Err, "gave a receipt for another checkpoint", "an empty receipt is none")
		require.NoError(t, results[3].Err)
		require.True(t, results[3].New)
		require.Equal(t, 1, results[3].Attempts)
		require.Zero(t, results[3].Failures)
		require.Equal(t, []anchor.Receipt{receiptFor("good", c)}, kept)
	})
}

func TestRoundsTryAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept []anchor.Receipt
		twice := good("a")
		fine := twice.publish
		twice.publish = func(ctx context.Context, c anchor.Checkpoint) (anchor.Receipt, error) {
			if twice.asked < 3 {
				return anchor.Receipt{}, errDown
			}
			return fine(ctx, c)
		}
		round, err := rounds(&kept, []anchor.Checkpoint{checkpoint(t, 12, "a")}, twice).Run(t.Context())
		results := round.Results
		require.NoError(t, err)
		require.NoError(t, results[0].Err)
		require.Equal(t, 3, results[0].Attempts)
		require.Equal(t, 2, results[0].Failures)
		require.Len(t, kept, 1)
	})
}

func TestRoundsAskOnceForACheckpoint(t *testing.T) {
	t.Parallel()
	var kept []anchor.Receipt
	a := good("a")
	c := checkpoint(t, 12, "a")
	r := rounds(&kept, []anchor.Checkpoint{c}, a)
	for range 3 {
		round, err := r.Run(t.Context())
		results := round.Results
		require.NoError(t, err)
		require.Equal(t, receiptFor("a", c), results[0].Receipt)
	}
	require.Equal(t, 1, a.asked)
	require.Len(t, kept, 1)

	remembering := rounds(&kept, []anchor.Checkpoint{c}, a)
	remembering.Remember(receiptFor("a", checkpoint(t, 9, "a")), receiptFor("a", c), receiptFor("gone", c))
	_, err := remembering.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, a.asked, "not after a restart either")

	other := rounds(&kept, []anchor.Checkpoint{checkpoint(t, 12, "b")}, a)
	other.Remember(receiptFor("a", c))
	_, err = other.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, a.asked, "another root of the same size is another checkpoint")
}

func TestRoundsDoNotRepeatAnAlarm(t *testing.T) {
	t.Parallel()
	var kept []anchor.Receipt
	a := failing("a", anchor.ErrRewritten)
	round, err := rounds(&kept, []anchor.Checkpoint{checkpoint(t, 12, "a")}, a).Run(t.Context())
	results := round.Results
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, anchor.ErrRewritten)
	require.Equal(t, 1, a.asked)
	require.Empty(t, kept)
}

// Somebody else wrote and published between our look and our word: no alarm.
func TestRoundsLookAgainBeforeAnAlarm(t *testing.T) {
	t.Parallel()
	var kept []anchor.Receipt
	d := directory(t)
	old, newer := checkpoint(t, 12, "a"), checkpoint(t, 13, "a")
	_, err := d.Publish(t.Context(), newer)
	require.NoError(t, err)
	round, err := rounds(&kept, []anchor.Checkpoint{old, newer}, d).Run(t.Context())
	results := round.Results
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	require.EqualValues(t, 13, results[0].Receipt.Size)

	round, err = rounds(&kept, []anchor.Checkpoint{old, old}, d).Run(t.Context())
	results = round.Results
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, anchor.ErrRewritten, "a store that has no more is an older copy")
}

func TestRoundsKeepAskingForAReceiptThatWasNotKept(t *testing.T) {
	t.Parallel()
	var kept []anchor.Receipt
	a := good("a")
	r := rounds(&kept, []anchor.Checkpoint{checkpoint(t, 12, "a")}, a)
	keep := r.Keep
	r.Keep = func(context.Context, anchor.Receipt) error { return errDown }
	round, err := r.Run(t.Context())
	results := round.Results
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, errDown)
	require.False(t, results[0].New)
	require.Zero(t, results[0].Receipt)
	r.Keep = keep
	round, err = r.Run(t.Context())
	results = round.Results
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	require.True(t, results[0].New)
}

func TestRoundsWithoutACheckpoint(t *testing.T) {
	t.Parallel()
	var kept []anchor.Receipt
	a := good("a")
	round, err := rounds(&kept, nil, a).Run(t.Context())
	results := round.Results
	require.NoError(t, err)
	require.Zero(t, a.asked)
	require.Zero(t, results[0].Receipt)

	r := rounds(&kept, nil, a)
	r.Newest = func(context.Context) (anchor.Checkpoint, bool, error) { return anchor.Checkpoint{}, false, errDown }
	_, err = r.Run(t.Context())
	require.ErrorIs(t, err, errDown)
}

func TestRoundsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept []anchor.Receipt
		ctx, cancel := context.WithCancel(t.Context())
		a := failing("a", errDown)
		publish := a.publish
		a.publish = func(ctx context.Context, c anchor.Checkpoint) (anchor.Receipt, error) {
			cancel()
			return publish(ctx, c)
		}
		round, err := rounds(&kept, []anchor.Checkpoint{checkpoint(t, 12, "a")}, a).Run(ctx)
		results := round.Results
		require.NoError(t, err)
		require.Error(t, results[0].Err)
		require.Equal(t, 1, a.asked)
	})
}

func TestProtectionOfARound(t *testing.T) {
	t.Parallel()
	newest := checkpoint(t, 12, "a")
	taken := func(size int64, outside bool) anchor.Receipt {
		return anchor.Receipt{Size: size, Outside: outside, At: at(2027)()}
	}
	for name, c := range map[string]struct {
		result anchor.Result
		size   int64
	}{
		"an anchor within reach":          {anchor.Result{Anchor: "a", Receipt: taken(12, false)}, 0},
		"one that never took any":         {anchor.Result{Anchor: "a", Outside: true}, 0},
		"taken while it was within reach": {anchor.Result{Anchor: "a", Outside: true, Receipt: taken(12, false)}, 0},
		"one that holds another log":      {anchor.Result{Anchor: "a", Outside: true, Receipt: taken(11, true), Err: anchor.ErrRewritten}, 0},
		"a receipt larger than the log":   {anchor.Result{Anchor: "a", Outside: true, Receipt: taken(13, true)}, 0},
		"one that fails since":            {anchor.Result{Anchor: "a", Outside: true, Receipt: taken(11, true), Err: errDown}, 11},
		"one that has taken all":          {anchor.Result{Anchor: "a", Outside: true, Receipt: taken(12, true)}, 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := anchor.Round{Newest: newest, Results: []anchor.Result{c.result}}.Protection()
			require.Equal(t, c.size, p.Size)
			require.EqualValues(t, 12, p.LogSize)
			require.Equal(t, c.size == 12, p.Holds())
		})
	}
}
