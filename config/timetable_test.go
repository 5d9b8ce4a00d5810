package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestTimetable(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return parsed
	}
	next := func(t *testing.T, s config.Source, name string, after time.Time, n int) (ticks []string) {
		t.Helper()
		timetable, err := s.Timetable(name)
		require.NoError(t, err)
		for range n {
			after = timetable.Next(after)
			ticks = append(ticks, after.UTC().Format(time.RFC3339))
		}
		return ticks
	}
	t.Run("schedules are in UTC by default", func(t *testing.T) {
		t.Parallel()
		s := config.Source{Schedule: "0 6 * * *"}
		require.Equal(t, []string{"2026-07-01T06:00:00Z", "2026-07-02T06:00:00Z"}, next(t, s, "aws", at("2026-07-01T00:00:00Z"), 2))
	})
	t.Run("six o'clock stays six o'clock when summer time ends", func(t *testing.T) {
		t.Parallel()
		s := config.Source{Schedule: "0 6 * * *", Timezone: "Europe/Berlin"}
		require.Equal(t, []string{"2026-10-24T04:00:00Z", "2026-10-25T05:00:00Z", "2026-10-26T05:00:00Z"}, next(t, s, "aws", at("2026-10-24T00:00:00Z"), 3))
	})
	t.Run("an hour that comes twice ticks twice, and one that never comes does not", func(t *testing.T) {
		t.Parallel()
		s := config.Source{Schedule: "30 2 * * *", Timezone: "Europe/Berlin"}
		autumn := next(t, s, "aws", at("2026-10-24T12:00:00Z"), 2)
		require.Equal(t, []string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}, autumn)
		spring := next(t, s, "aws", at("2026-03-28T12:00:00Z"), 1)
		require.Equal(t, []string{"2026-03-30T00:30:00Z"}, spring, "half past two does not exist on the 29th")
	})
	t.Run("jitter moves a source by the same time every day, and sources apart", func(t *testing.T) {
		t.Parallel()
		s := config.Source{Schedule: "0 6 * * *", Jitter: config.Duration(30 * time.Minute)}
		first := next(t, s, "aws/111122223333", at("2026-07-01T00:00:00Z"), 3)
		moved := map[string]bool{}
		for i, tick := range first {
			plain := at("2026-07-01T06:00:00Z").AddDate(0, 0, i)
			by := at(tick).Sub(plain)
			require.GreaterOrEqual(t, by, time.Duration(0))
			require.Less(t, by, 30*time.Minute)
			moved[by.String()] = true
		}
		require.Len(t, moved, 1)
		require.NotEqual(t, first, next(t, s, "aws/444455556666", at("2026-07-01T00:00:00Z"), 3))
	})
	t.Run("every hour knows no time zone", func(t *testing.T) {
		t.Parallel()
		s := config.Source{Schedule: "@every 1h", Timezone: "Asia/Kolkata"}
		require.Equal(t, []string{"2026-07-01T01:00:00Z"}, next(t, s, "aws", at("2026-07-01T00:00:00Z"), 1))
	})
}
