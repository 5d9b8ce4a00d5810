package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/oscaltest"
)

func TestTheSampleCompanyInOSCALIsValid(t *testing.T) {
	t.Parallel()
	p := &program{stdout: io.Discard, stderr: io.Discard}
	line, a, err := p.sampleCompany(t.Context())
	require.NoError(t, err)
	defer line.close()
	made, err := line.gaps(p.now).plan(t.Context(), a)
	require.NoError(t, err)

	var results, plan bytes.Buffer
	require.NoError(t, writeAssessmentResults(&results, a))
	require.NoError(t, writePOAM(&plan, made, a, line.judge.scope))
	schema := oscaltest.Schema(t)
	for _, text := range []string{results.String(), plan.String()} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(document))
		require.Empty(t, oscaltest.Problems(document))
	}
	for _, g := range made.analysis.Gaps {
		require.Contains(t, plan.String(), `"value": "`+g.ID+`"`)
	}
	require.Contains(t, plan.String(), "a made-up company")
}
