package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/internal/contract"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
)

// contracts are all forms of JSON that somebody may rely on, but for the scan's, whose
// schema package report makes.
func contracts() []report.Contract {
	return slices.Concat(report.Contracts(), kinds.Contracts(), []report.Contract{
		{Name: AlertsV1, Value: alertsOut{}},
		{Name: AlertRoutesV1, Value: alertRoutesOut{}},
		{Name: "controlwatch.company-controls/v1", Value: companyControls{}},
		{Name: "controlwatch.controls-import/v1", Value: importedControls{}},
		{Name: "controlwatch.findings-import/v1", Value: importedFindings{}},
		{Name: "controlwatch.erase/v1", Value: erasedOut{}},
		{Name: "controlwatch.holds/v1", Value: holdsOut{}},
		{Name: "controlwatch.issue-sync/v1", Value: issueSyncBody{}},
		{Name: "controlwatch.plan-sync/v1", Value: planSyncOut{}},
		{Name: "controlwatch.plan-versions/v1", Value: planVersionsOut{}},
		{Name: "controlwatch.prune/v1", Value: prunedOut{}},
		{Name: "controlwatch.restore/v1", Value: restoredOut{}},
		{Name: "controlwatch.verify/v1", Value: verifiedOut{}},
		{Name: "controlwatch.walkthroughs/v1", Value: walkthroughsOut{}},
		{Name: "controlwatch.roll-forward/v1", Value: soc2.RollForward{}},
		{Name: soc2.BasisV1, Value: soc2.Basis{}},
		{Name: githubissues.RecordV1, Value: githubissues.Record{}},
		{Name: bundle.ManifestSchema, Value: bundle.Manifest{}},
		{Name: bundle.VerifiedSchema, Value: verifiedBundleOut{}},
	})
}

// notJSON are names of forms that are no JSON, or whose schema is made elsewhere.
var notJSON = map[string]string{
	"controlwatch.export/v1": "the first word of what an export's digest is made of",
	"controlwatch.scan/v1":   "made by package report",
}

const schemaFolder = "../../docs/schema"

// schemaFileOf is where the schema of a name lies: "controlwatch.report.risk/v1" in report-risk-v1.json.
func schemaFileOf(name string) string {
	name = strings.NewReplacer(".", "-", "/", "-").Replace(strings.TrimPrefix(name, "controlwatch."))
	return filepath.Join(schemaFolder, name+".json")
}

var generatedSchemas = sync.OnceValues(func() (map[string][]byte, error) {
	root := os.DirFS("../..")
	comments, err := contract.Comments("github.com/controlwatch/controlwatch", root,
		"report", "report/kinds", "soc2", "evidence", "store", "internal/bundle", "publish/githubissues", "cmd/controlwatch")
	if err != nil {
		return nil, err
	}
	r := contract.Reflector{Comments: comments, Words: map[reflect.Type][]string{
		reflect.TypeFor[soc2.Outcome]():  {"pass", "fail", "unobserved", "not_applicable"},
		reflect.TypeFor[soc2.Severity](): {"low", "medium", "high", "critical"},
	}}
	made := map[string][]byte{}
	for _, c := range contracts() {
		s, err := r.Of(c.Name, c.Value)
		if err != nil {
			return nil, err
		}
		b, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return nil, err
		}
		made[c.Name] = append(b, '\n')
	}
	return made, nil
})

// The schemas in docs/schema are as the structs say. `make generate` writes them.
func TestSchemasAreCurrent(t *testing.T) {
	t.Parallel()
	schemas, err := generatedSchemas()
	require.NoError(t, err)
	for name, want := range schemas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := schemaFileOf(name)
			if os.Getenv("CONTROLWATCH_UPDATE") != "" {
				require.NoError(t, os.WriteFile(file, want, 0o644)) // documentation is for everybody
			}
			got, err := os.ReadFile(file)
			require.NoError(t, err, "run `make generate`")
			require.Equal(t, string(want), string(got), "run `make generate`")
		})
	}
}

var schemaNames = regexp.MustCompile(`"(controlwatch\.[a-z0-9.-]+/v[0-9]+)["\\]`)

// Whatever name of a form stands in the program has a schema, and no file is of a form
// that the program does not have.
func TestEveryFormHasASchema(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, c := range contracts() {
		require.False(t, known[c.Name], "%s is listed twice", c.Name)
		known[c.Name] = true
	}
	found := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "tools") {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range schemaNames.FindAllSubmatch(text, -1) {
			found[string(m[1])] = path
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(found), 40)
	for name, path := range found {
		require.True(t, known[name] || notJSON[name] != "", "%s in %s: list it in contracts, so that docs/schema has it", name, path)
	}
	for name := range known {
		require.Contains(t, found, name, "no such form is written")
	}
	files, err := filepath.Glob(filepath.Join(schemaFolder, "*-v*.json"))
	require.NoError(t, err)
	for _, file := range files {
		require.True(t, file == schemaFileOf("controlwatch.scan/v1") || slices.ContainsFunc(contracts(), func(c report.Contract) bool { return schemaFileOf(c.Name) == file }), file)
	}
}

// compiledSchemas are made once for all tests.
var compiledSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	schemas, err := generatedSchemas()
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	made := map[string]*jsonschema.Schema{}
	for name, text := range schemas {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		if err := compiler.AddResource(schemaFileOf(name), document); err != nil {
			return nil, err
		}
		if made[name], err = compiler.Compile(schemaFileOf(name)); err != nil {
			return nil, err
		}
	}
	return made, nil
})

// valid checks what a command printed against the schema that its key "schema" names,
// and gives that name. What is no such JSON is left alone: it has none.
func valid(t testing.TB, output string) (name string) {
	t.Helper()
	if !strings.HasPrefix(output, "{\n  \"schema\": \"controlwatch.") {
		return ""
	}
	var head struct {
		Schema string `json:"schema"`
	}
	require.NoError(t, json.NewDecoder(strings.NewReader(output)).Decode(&head))
	if notJSON[head.Schema] != "" {
		return head.Schema
	}
	schemas, err := compiledSchemas()
	require.NoError(t, err)
	require.Contains(t, schemas, head.Schema)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(output))
	require.NoError(t, err, head.Schema)
	if err := schemas[head.Schema].Validate(value); err != nil {
		require.Fail(t, "it is not as its schema says", "%.1500s", err)
	}
	return head.Schema
}

// What the commands print about the sample company is as its schemas say. So is all
// that other tests have them print: see office.run and company.at.
func TestOutputsAreAsTheirSchemasSay(t *testing.T) {
	t.Parallel()
	c := lived(t)
	month := []string{"--from", "2026-11-01", "--to", "2026-12-01"}
	for name, args := range map[string][]string{
		"access": {"access"}, "attestations": {"attestations"}, "inventory": {"inventory"}, "log": {"log"}, "plan": {"plan"},
		"plan-progress": {"plan", "progress"}, "replay": {"replay", "--from", "2026-11-01"}, "period": append([]string{"period"}, month...),
		"population": append([]string{"population", "merged-changes"}, month...), "verify": {"verify"}, "holds": {"hold", "list"},
		"plan-versions": {"plan", "versions"}, "walkthroughs": {"walkthrough", "list"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stdout, stderr := c.at(60*time.Hour, append(slices.Clone(args), "-o", "json")...)
			require.Equal(t, "controlwatch."+name+"/v1", valid(t, stdout), "%.300s%s", stdout, stderr)
		})
	}
}
