package metrics_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
)

func reviewed() []soc2.ReviewStatus {
	return []soc2.ReviewStatus{
		{Items: []soc2.ReviewItem{{State: soc2.ReviewUndecided}, {State: soc2.ReviewStillThere, Overdue: true}, {State: soc2.ReviewRevoked}}},
		{Items: []soc2.ReviewItem{{State: soc2.ReviewCannotTell, Overdue: true}, {State: soc2.ReviewWaiting}, {State: soc2.ReviewRevoked}}},
	}
}

func TestReviewSeries(t *testing.T) {
	t.Parallel()
	p, err := metrics.Projection{}.WithReviews(reviewed(), 1)
	require.NoError(t, err)
	m := metrics.New("1.0.0")
	m.Publish(p)
	all := series(t, m)
	for name, want := range map[string]string{
		`controlwatch_review_items{state="undecided"}`:   "1",
		`controlwatch_review_items{state="still-there"}`: "1",
		`controlwatch_review_items{state="cannot-tell"}`: "1",
		`controlwatch_review_items{state="waiting"}`:     "1",
		`controlwatch_review_items{state="revoked"}`:     "2",
		`controlwatch_review_items{state="changed"}`:     "0",
		`controlwatch_review_items{state="kept"}`:        "0",
		`controlwatch_review_overdue`:                    "2",
		`controlwatch_review_records_unreadable`:         "1",
	} {
		require.Equal(t, want, all[name], name)
	}
}
