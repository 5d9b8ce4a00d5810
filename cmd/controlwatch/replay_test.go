package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// replayed runs the command over a store, long after the scenes.
func (c *company) replayed(args ...string) (code int, out replayOut, stderr string) {
	c.t.Helper()
	var stdout, errs bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &errs, env: func(string) string { return "" }, store: c.dsn,
		now: func() time.Time { return sample.Day.AddDate(1, 0, 0) },
	}
	code = run(context.Background(), p, append([]string{"replay", "--store", c.dsn, "--from", "2026-11-01", "-o", "json"}, args...))
	if stdout.Len() > 0 {
		dec := json.NewDecoder(&stdout)
		require.NoError(c.t, dec.Decode(&out))
	}
	return code, out, errs.String()
}

type replayOut struct {
	Schema      string               `json:"schema"`
	RePerformed string               `json:"re_performed"`
	Assessments int                  `json:"assessments"`
	Replayed    int                  `json:"replayed"`
	NotReplayed int                  `json:"not_replayed"`
	Reproduced  int                  `json:"reproduced"`
	Different   int                  `json:"different"`
	Verdicts    int64                `json:"verdicts"`
	Rejudged    int64                `json:"resources_rejudged"`
	Resources   int64                `json:"resources"`
	Unproved    []soc2.Unproved      `json:"unproved"`
	Differences []soc2.Difference    `json:"differences"`
	Changed     []soc2.Otherwise     `json:"judgement_changed"`
	Would       []soc2.Otherwise     `json:"would_have_been"`
	Days        []soc2.OutcomesOfDay `json:"days"`
}

// lived is the sample company's store after every scene, and two days on.
func lived(t *testing.T) *company {
	t.Helper()
	c := newCompany(t)
	for _, since := range append([]time.Duration{0}, append(afterEach(), 20*time.Hour, 49*time.Hour)...) {
		life, err := sample.Life(func() time.Duration { return since })
		require.NoError(t, err)
		c.base = life
		c.scan(since)
	}
	return c
}

func TestReplayReproducesTheSampleCompanysLife(t *testing.T) {
	t.Parallel()
	c := lived(t)
	code, out, stderr := c.replayed()
	for _, d := range out.Differences[:min(5, len(out.Differences))] {
		t.Log(d)
	}
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, report.ReplayV1, out.Schema)
	require.Equal(t, 7, out.Assessments)
	require.Equal(t, 7, out.Reproduced)
	require.Empty(t, out.Unproved)
	require.Greater(t, out.Verdicts, int64(7*500))
	require.Contains(t, out.RePerformed, "re-performed on 2027-11-16")
}
