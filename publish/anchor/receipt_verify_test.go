package anchor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
	"github.com/controlwatch/controlwatch/publish/anchor"
)

func TestReceiptsAreVerifiedWithoutAskingAnybody(t *testing.T) {
	t.Parallel()
	server, c := tsatest.New(t, tsatest.Options{}), checkpoint(t, 12, "a")
	a := authority(t, server, server)
	receipt, err := a.Publish(t.Context(), c)
	require.NoError(t, err)
	at, err := receipt.Verify(c, a.Roots, nil)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Hour)
	_, err = receipt.Verify(c, nil, nil)
	require.ErrorContains(t, err, "no trusted root is given")
	_, err = receipt.Verify(checkpoint(t, 12, "b"), a.Roots, nil)
	require.ErrorContains(t, err, "with another root than the checkpoint of 12")
	_, err = receipt.Verify(checkpoint(t, 12, "a"), a.Roots, nil)
	require.ErrorContains(t, err, "is about other bytes", "signed with another key it is another note")

	answer, key := signing(t, func(text string) string { return text })
	w := webhook(t, answer)
	w.Witness = key
	receipt, err = w.Publish(t.Context(), c)
	require.NoError(t, err)
	_, err = receipt.Verify(c, nil, key)
	require.NoError(t, err)
	_, err = receipt.Verify(c, nil, nil)
	require.ErrorIs(t, err, anchor.ErrNotProven)
	_, other := signing(t, nil)
	_, err = receipt.Verify(c, nil, other)
	require.ErrorContains(t, err, "no verifiable signatures")

	receipt, err = directory(t).Publish(t.Context(), c)
	require.NoError(t, err)
	_, err = receipt.Verify(c, a.Roots, key)
	require.ErrorIs(t, err, anchor.ErrNotProven)
}
