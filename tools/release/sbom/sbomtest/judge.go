// Package sbomtest judges bills of materials by what others read and wrote.
package sbomtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// Judge holds a bill against go version -m, and against the schema of CycloneDX.
func Judge(t *testing.T, binary string, text []byte) {
	t.Helper()
	var bill cyclonedx.BOM
	require.NoError(t, cyclonedx.NewBOMDecoder(bytes.NewReader(text), cyclonedx.BOMFileFormatJSON).Decode(&bill))
	got := map[string]string{}
	for _, c := range *bill.Components {
		got[c.Name] = c.Version
		require.Contains(t, *(*bill.Dependencies)[0].Dependencies, c.BOMRef)
	}
	out, err := exec.CommandContext(t.Context(), "go", "version", "-m", binary).Output()
	require.NoError(t, err)
	want := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) >= 3 && (fields[0] == "dep" || fields[0] == "=>") {
			want[fields[1]] = fields[2]
		}
	}
	require.NotEmpty(t, want)
	require.Equal(t, strings.TrimPrefix(strings.Fields(string(out))[1], "go"), got["stdlib"])
	delete(got, "stdlib")
	require.Equal(t, want, got)
	conforms(t, text)
}

func conforms(t *testing.T, text []byte) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	require.NoError(t, err)
	folder := filepath.Join(strings.TrimSpace(string(out)), "schema")
	compiler := jsonschema.NewCompiler()
	for id, file := range map[string]string{
		"http://cyclonedx.org/schema/bom-1.6.schema.json":  "bom-1.6.schema.json",
		"http://cyclonedx.org/schema/spdx.schema.json":     "spdx.schema.json",
		"http://cyclonedx.org/schema/jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		f, err := os.Open(filepath.Join(folder, file))
		require.NoError(t, err)
		doc, err := jsonschema.UnmarshalJSON(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, compiler.AddResource(id, doc))
	}
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(doc))
	doc.(map[string]any)["components"].([]any)[0].(map[string]any)["type"] = "thing"
	require.Error(t, schema.Validate(doc), "the judge refuses nothing")
}
