package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// What the program accepts, editors accept, and what it refuses as unknown they do too.
func TestConfigSchema(t *testing.T) {
	t.Parallel()
	b, err := configSchema()
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("config.json", document))
	schema, err := compiler.Compile("config.json")
	require.NoError(t, err)
	validate := func(t *testing.T, text []byte) error {
		t.Helper()
		plain, err := yaml.YAMLToJSON(text)
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal(plain, &value))
		return schema.Validate(value)
	}
	sample, err := os.ReadFile("../../collectors/sample/controlwatch.yaml")
	require.NoError(t, err)
	require.NoError(t, validate(t, sample))
	timed := "timezone: Europe/Berlin\nsources:\n  - provider: aws\n    max_age: 24h\n    jitter: 5m\n"
	require.NoError(t, validate(t, []byte(timed)))
	require.Error(t, validate(t, []byte(strings.ReplaceAll(timed, "jitter", "jiter"))))
	require.Error(t, validate(t, []byte(strings.ReplaceAll(timed, "24h", "24"))), "a number is no duration")
}
