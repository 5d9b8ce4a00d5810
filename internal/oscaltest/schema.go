// Package oscaltest checks OSCAL documents: against NIST's schema, and for what no
// schema can say.
package oscaltest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// Schema is NIST's of OSCAL 1.1.3, out of the module that oscalschema/go.mod names.
func Schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	ours, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	require.NoError(t, err)
	find := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/defenseunicorns/go-oscal")
	find.Dir, find.Env = filepath.Join(filepath.Dir(strings.TrimSpace(string(ours))), "internal", "oscaltest", "oscalschema"), append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	said, err := find.Output()
	require.NoError(t, err)
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(said, &module))
	b, err := os.ReadFile(filepath.Join(module.Dir, "src", "internal", "schemas", "oscal_complete_schema-1-1-3.json"))
	require.NoError(t, err)
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("oscal.json", schema))
	compiled, err := c.Compile("oscal.json")
	require.NoError(t, err)
	return compiled
}
