package soc2_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestLatestStart(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := func(text string) time.Time {
		got, err := time.ParseInLocation(time.DateOnly, text, zone)
		require.NoError(t, err)
		return got
	}
	for name, c := range map[string]struct {
		every, from, last, now, performed, until string
		want                                     string
		planned                                  int
		missed                                   bool
	}{
		"four quarters":                          {"P90D", "2027-01-01", "2027-12-31", "2026-12-01", "", "", "2027-03-31", 4, false},
		"a year once":                            {"P1Y", "2027-01-01", "2027-12-31", "2026-12-01", "", "", "2027-12-31", 1, false},
		"three months of a year":                 {"P1Y", "2027-01-01", "2027-03-31", "2026-12-01", "", "", "2027-03-31", 1, false},
		"the last quarter is cut short":          {"P90D", "2027-01-01", "2027-10-10", "2026-12-01", "", "", "2027-01-13", 4, false},
		"what counts ends first":                 {"P1Y", "2027-01-01", "2027-12-31", "2026-12-01", "2026-06-01", "2027-06-01", "2027-05-31", 1, false},
		"performed within the first quarter":     {"P90D", "2027-01-01", "2027-12-31", "2027-02-10", "2027-02-01", "2027-05-02", "2027-05-01", 4, false},
		"the day is over":                        {"P90D", "2027-01-01", "2027-12-31", "2027-04-01", "", "", "2027-03-31", 4, true},
		"the day itself":                         {"P90D", "2027-01-01", "2027-12-31", "2027-03-31", "", "", "2027-03-31", 4, false},
		"all are performed":                      {"P1Y", "2027-01-01", "2027-12-31", "2027-06-01", "2027-05-01", "2028-05-01", "", 1, false},
		"none can be in time: on the first day":  {"P1Y", "2027-07-01", "2028-01-31", "2026-12-01", "", "", "2027-07-01", 2, false},
		"a validity of no calendar span":         {"P45D", "2027-01-01", "2027-03-31", "2026-12-01", "", "", "2027-02-14", 2, false},
		"a validity nobody can read is not told": {"quarterly", "2027-01-01", "2027-03-31", "2026-12-01", "", "", "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := soc2.AttestationStanding{State: soc2.AttestedNever, Control: soc2.Control{ID: "x", AttestationAsked: &soc2.AttestationAsked{Validity: c.every}}}
			if c.performed != "" {
				s.State, s.Performed, s.Until = soc2.AttestedPerformed, at(c.performed), at(c.until)
			}
			got := soc2.LatestStartOf(s, soc2.Interval{From: at(c.from).UTC(), To: at(c.last).AddDate(0, 0, 1).UTC()}, zone, at(c.now).Add(15*time.Hour))
			text := ""
			if !got.Latest.IsZero() {
				text = got.Latest.Format(time.DateOnly)
			}
			require.Equal(t, c.want, text, got.Why)
			require.Len(t, got.Planned, c.planned)
			require.Equal(t, c.missed, got.Missed)
			require.NotEmpty(t, got.Why)
		})
	}
}

// TestLatestStartFits holds it against counting the days one by one: an activity that
// starts then and recurs when its validity ends is in time, and a day later is not.
func TestLatestStartFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SampledFrom([]int{30, 45, 90, 100, 180}).Draw(t, "validity")
		from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 365).Draw(t, "from"))
		last := from.AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "length"))
		s := soc2.AttestationStanding{Control: soc2.Control{AttestationAsked: &soc2.AttestationAsked{Validity: fmt.Sprintf("P%dD", days)}}}
		got := soc2.LatestStartOf(s, soc2.Interval{From: from, To: last.AddDate(0, 0, 1)}, time.UTC, from)
		late := func(start time.Time) bool {
			for _, p := range got.Planned {
				if start.Before(p.First) {
					start = p.First
				}
				if start.After(p.Last) {
					return true
				}
				start = start.AddDate(0, 0, days)
			}
			return false
		}
		if got.Latest.Before(from) || got.Latest.After(last) {
			t.Fatalf("%s is not in %s to %s", got.Latest, from, last)
		}
		if late(got.Latest) && !got.Latest.Equal(from) {
			t.Fatalf("starting on %s is late: %v", got.Latest, got.Planned)
		}
		if !late(got.Latest.AddDate(0, 0, 1)) && !got.Latest.Equal(last) {
			t.Fatalf("starting a day after %s is in time: %v", got.Latest, got.Planned)
		}
	})
}
