package metrics_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/metrics"
)

const referenceFile = "../../docs/metrics.md"

const preface = `# Metrics

Served at ` + "`/metrics`" + `, from a registry of its own. This page is generated from what a running process exposes; a test fails when it is not current.

Names and labels here are stable: a change of one is a breaking change and is in the changelog. Labels are bounded by the catalogue, the declared reads and the
configuration. No label ever holds a resource, an ARN or free text. There are no more than %d series
at 50 accounts of AWS in which every control and every collector is at work, tested. For that some things are told of all accounts together:
findings that do not apply (their ` + "`account`" + ` is empty), how long a pull took, and answers that were over budget; ` + "`/api/v1/scan`" + ` has them apart.
A label's value longer than 120 bytes, or not UTF-8, is cut or replaced and ends in a part of its digest.

Series by ` + "`provider`" + ` that count calls and runs are the process's: they stay until it ends, whatever is configured.

What an assessment says is exchanged as a whole: a series ends when the account, collector or control it speaks of has gone, and is there again after a restart
before anything is pulled, because it is read from the store. ` + "`unobserved`" + ` is never added to what holds. Severity and owner are on ` + "`controlwatch_control_info`" + ` only:

` + "```" + `
# controls that fail, with their severity
controlwatch_control_state{state="fail"} == 1 and on (control) controlwatch_control_info{severity=~"high|critical"}
# evidence that is missing
controlwatch_feeds_complete < controlwatch_feeds_planned
# the daemon no longer judges
time() - controlwatch_assessment_timestamp_seconds > 2 * 3600
` + "```" + `

The process's own ` + "`go_*` and `process_*`" + ` series of client_golang are there too.

| name | type | labels | meaning |
|---|---|---|---|
`

// reference is the page, from the families a process exposes.
func reference(families []*dto.MetricFamily) string {
	var b strings.Builder
	fmt.Fprintf(&b, preface, metrics.Budget)
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "controlwatch_") {
			continue
		}
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		slices.Sort(labels)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), f.GetHelp())
	}
	return b.String()
}

func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	families, err := busy(t, company{accounts: 3, controls: 4, criteria: 4, collectors: 2, regions: 2}.assessment()).Gatherer().Gather()
	require.NoError(t, err)
	got := reference(families)
	if os.Getenv("CONTROLWATCH_UPDATE") != "" {
		require.NoError(t, os.WriteFile(referenceFile, []byte(got), 0o600))
	}
	want, err := os.ReadFile(referenceFile)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "docs/metrics.md is not current: run with CONTROLWATCH_UPDATE=1")
	for _, name := range metrics.Names() {
		require.Contains(t, got, "| `"+name+"` |", "a family that this test never makes is not documented")
	}
}
