package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestTheCatalogueIsKeptSoThatItJudgesTheSame(t *testing.T) {
	t.Parallel()
	shipped, err := catalogue.Load()
	require.NoError(t, err)
	kept, err := catalogue.Encode(shipped)
	require.NoError(t, err)
	read, err := catalogue.Decode(kept)
	require.NoError(t, err)
	again, err := catalogue.Encode(read)
	require.NoError(t, err)
	require.Equal(t, string(kept), string(again))

	then, err := evaluators.New(shipped, nil)
	require.NoError(t, err)
	now, err := evaluators.New(read, nil)
	require.NoError(t, err, "every expression still compiles")
	require.Equal(t, then.Judge(), now.Judge())
	require.Equal(t, then.InForce(), now.InForce(), "with their types")
}

func TestAParameterKeepsItsType(t *testing.T) {
	t.Parallel()
	values := map[string]any{"whole": int64(7), "broken": 7.0, "half": 7.5, "huge": 1e18, "text": "7", "list": []any{"7"}, "yes": true}
	kept, err := catalogue.Encode(soc2.Catalogue{Controls: []soc2.Control{{ID: "c", Parameters: values}}})
	require.NoError(t, err)
	read, err := catalogue.Decode(kept)
	require.NoError(t, err)
	require.Equal(t, values, read.Controls[0].Parameters)

	body, err := catalogue.EncodeParameters(map[string]map[string]any{"c": values, "none": {}})
	require.NoError(t, err)
	inForce, err := catalogue.DecodeParameters(body)
	require.NoError(t, err)
	require.Equal(t, map[string]map[string]any{"c": values}, inForce)
}

func TestAKeptCatalogueOfALaterFormIsRefused(t *testing.T) {
	t.Parallel()
	_, err := catalogue.Decode([]byte(`{"Controls":[{"id":"c","checks":[{"id":"k","unless":"self.exempt"}]}]}`))
	require.ErrorContains(t, err, "unless")
	_, err = catalogue.Decode([]byte(`{"Controls":[{"id":"c"}]}`))
	require.NoError(t, err, "what an older one did not have stays empty")
}
