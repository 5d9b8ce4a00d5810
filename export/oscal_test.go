package export_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/oscaltest"
)

type assessed struct {
	Results struct {
		Results []struct {
			Findings []struct {
				UUID   string
				Props  []struct{ Name, Value string }
				Target struct {
					ID     string `json:"target-id"`
					Status struct{ State, Reason, Remarks string }
				}
			}
			Observations []struct {
				UUID  string
				Props []struct{ Name, Value string }
			}
		}
	} `json:"assessment-results"`
}

func TestOSCALIsValidAgainstTheSchemaOfNIST(t *testing.T) {
	t.Parallel()
	schema := oscaltest.Schema(t)
	w := month(t)
	for _, window := range [][2]int{{0, 31}, {0, 9}, {18, 22}} {
		text := unzip(t, first(w.write(window[0], window[1])))["oscal/assessment-results.json"]
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(document))
		require.Empty(t, oscaltest.Problems(document))
		broken, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.ReplaceAll([]byte(text), []byte(`"not-satisfied"`), []byte(`"fine"`))))
		require.NoError(t, err)
		require.Error(t, schema.Validate(broken), "the schema tells")
	}
}

func TestOSCALSaysOfNothingUnseenThatItIsSatisfied(t *testing.T) {
	t.Parallel()
	w := month(t)
	states := map[string]int{}
	for _, window := range [][2]int{{0, 9}, {8, 15}, {18, 22}} {
		text := unzip(t, first(w.write(window[0], window[1])))["oscal/assessment-results.json"]
		var a assessed
		require.NoError(t, json.Unmarshal([]byte(text), &a))
		ids := map[string]bool{}
		for _, f := range a.Results.Results[0].Findings {
			require.Equal(t, "state", f.Props[0].Name)
			state, status := f.Props[0].Value, f.Target.Status
			states[state]++
			require.Equal(t, state == "pass", status.State == "satisfied", f.Target.ID)
			if state == "unobserved" {
				require.Equal(t, "other", status.Reason)
				require.Contains(t, status.Remarks, "Unobserved")
			}
			require.False(t, ids[f.UUID])
			ids[f.UUID] = true
		}
		require.Equal(t, text, unzip(t, first(w.write(window[0], window[1])))["oscal/assessment-results.json"], "the same again")
	}
	require.Positive(t, states["unobserved"])
	require.Positive(t, states["fail"])
}
