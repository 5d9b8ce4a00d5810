package main

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/soc2"
)

// A source that is configured and has not been asked yet is unobserved, however
// well the others do: a daemon that has heard from Okta alone must not show
// controls that GitHub also bears on as holding.
func TestASourceNotAskedYetIsUnobserved(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	file, err := sample.Write(t.TempDir())
	require.NoError(t, err)
	p := &program{stdout: io.Discard, stderr: io.Discard, env: sample.Env, now: func() time.Time { return sample.Day }}
	cfg, err := config.Read(file, p.env)
	require.NoError(t, err)
	sources, err := p.openSources(cfg, transport.New(transport.Options{Base: c.base, Clock: p.now, Unpaced: true}))
	require.NoError(t, err)
	line, err := p.newPipeline(t.Context(), pipelineOptions{dsn: c.dsn, config: cfg, sources: sources, sampleData: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, line.close()) }()

	require.NoError(t, line.runner.Announce(t.Context(), bare(sources)))
	others := slices.DeleteFunc(bare(sources), func(s connect.Source) bool { return s.Provider == "github" })
	require.NoError(t, line.runner.Run(t.Context(), others))
	assessment, err := line.assessor.Assess(t.Context())
	require.NoError(t, err)

	federated := slices.IndexFunc(assessment.Controls, func(r soc2.ControlResult) bool { return r.ID == "sign-in-is-federated" })
	require.NotZero(t, assessment.Controls[federated].Unobserved, "GitHub was not seen, and AWS does not stand for it")
	require.NotZero(t, assessment.Controls[federated].Passing)

	// What GitHub then shows was there before: its first look is its baseline.
	assessment, err = line.once(t.Context(), bare(sources))
	require.NoError(t, err)
	require.Zero(t, assessment.Controls[federated].Unobserved)
	require.Empty(t, assessment.Drift, "what is derived from GitHub's accounts elsewhere was not seen before either")
}
