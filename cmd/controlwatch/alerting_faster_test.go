//go:build alerting

package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The places in a configuration where a duration stands: after a key, as a range in an
// expression, or as a number of seconds in one.
var (
	keyed   = regexp.MustCompile(`(\b(?:interval|for|keep_firing_for|scrape_interval|evaluation_interval|group_wait|group_interval|repeat_interval|resolve_timeout): )([0-9]+[smhd])\b`)
	ranged  = regexp.MustCompile(`(\[)([0-9]+[smhd])\b`)
	seconds = regexp.MustCompile(`\b(86400|3600)\b`)
)

// faster copies a file in which every duration is 60 times shorter and a few texts
// (old, new, …) are replaced. It proves that nothing else is another one.
func faster(t *testing.T, from, to string, replace ...string) {
	t.Helper()
	b, err := os.ReadFile(from)
	require.NoError(t, err)
	slow := string(b)
	quick := slow
	for _, durations := range []*regexp.Regexp{keyed, ranged} {
		quick = durations.ReplaceAllStringFunc(quick, func(found string) string {
			parts := durations.FindStringSubmatch(found)
			text := parts[2]
			if days, ok := strings.CutSuffix(text, "d"); ok {
				n, err := strconv.Atoi(days)
				require.NoError(t, err)
				text = strconv.Itoa(24*n) + "h"
			}
			d, err := time.ParseDuration(text)
			require.NoError(t, err)
			return parts[1] + strconv.FormatInt((d/scale).Milliseconds(), 10) + "ms"
		})
	}
	quick = seconds.ReplaceAllStringFunc(quick, func(found string) string {
		n, err := strconv.Atoi(found)
		require.NoError(t, err)
		return strconv.Itoa(n / scale)
	})
	require.Equal(t, timeless(slow), timeless(quick), "more than durations is another one")
	require.NotEqual(t, slow, quick)
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, quick, replace[i])
	}
	require.NoError(t, os.WriteFile(to, []byte(strings.NewReplacer(replace...).Replace(quick)), 0o600))
}

// timeless is a text without its durations.
func timeless(text string) string {
	for _, durations := range []*regexp.Regexp{
		regexp.MustCompile(`((?:interval|for|_wait|_timeout): )[0-9]+(?:s|m|h|d|ms)\b`), regexp.MustCompile(`(\[)[0-9]+(?:s|m|h|d|ms)\b`), regexp.MustCompile(`()\b(?:86400|3600|1440|60)\b`),
	} {
		text = durations.ReplaceAllString(text, "${1}DURATION")
	}
	return text
}
