// Package prometheus_test has the rules judged by promtool, and by what they speak of.
package prometheus_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

const (
	runbooks = "../../docs/runbooks"
	pages    = "https://github.com/controlwatch/controlwatch/blob/main/docs/runbooks/"
	watchdog = "ControlwatchWatchdog" // never quiet, and waits for nothing
)

type rule struct {
	Record, Alert, Expr string
	For                 string            `yaml:"for"`
	KeepFiringFor       string            `yaml:"keep_firing_for"`
	Labels, Annotations map[string]string `yaml:",omitempty"`
}

func rules(t *testing.T) (all []rule) {
	t.Helper()
	text, err := os.ReadFile("rules.yaml")
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Name, Interval string
			Rules          []rule
		}
	}
	require.NoError(t, yaml.UnmarshalWithOptions(text, &file, yaml.Strict()))
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	require.NotEmpty(t, all)
	return all
}

func promtool(t *testing.T, args ...string) {
	t.Helper()
	peertest.Need(t, "promtool")
	out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestRulesAreValid(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", "rules.yaml")
}

func TestRulesSayWhatTheyShould(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			// promtool evaluates groups in an order of its own unless told, and then an
			// alert reads its conditions as they were a minute ago on one run in some.
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Contains(t, string(text), "\ngroup_eval_order: [controlwatch-conditions, controlwatch-alerts]\n")
			promtool(t, "test", "rules", file)
		})
	}
}

func TestRulesReadWhatTheDaemonGives(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	all := rules(t)
	recorded := map[string]bool{}
	for _, r := range all {
		if r.Record != "" {
			recorded[r.Record] = true
		}
	}
	names := regexp.MustCompile(`\b(controlwatch[_:][a-zA-Z0-9_:]+|process_[a-z_]+)\b`)
	for _, r := range all {
		for _, name := range names.FindAllString(r.Expr, -1) {
			if recorded[name] || name == "process_start_time_seconds" {
				continue
			}
			require.Contains(t, string(reference), "| `"+name+"` |", "%s%s reads what docs/metrics.md does not know", r.Record, r.Alert)
		}
	}
}

func TestEveryAlertIsExplained(t *testing.T) {
	t.Parallel()
	alerts := map[string]bool{}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		require.False(t, alerts[r.Alert], "%s is there twice", r.Alert)
		alerts[r.Alert] = true
		require.Contains(t, []string{"critical", "warning", "info", "none"}, r.Labels["severity"], r.Alert)
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.NotEmpty(t, r.Annotations["description"], r.Alert)
		require.Equal(t, pages+r.Alert+".md", r.Annotations["runbook_url"])
		page, err := os.ReadFile(filepath.Join(runbooks, r.Alert+".md"))
		require.NoError(t, err, "%s has no page", r.Alert)
		for _, part := range []string{"# " + r.Alert + "\n", "## What it means", "## See more", "## Mend it", "## Do not"} {
			require.Contains(t, string(page), part, r.Alert)
		}
		if r.Alert == watchdog {
			continue
		}
		for what, text := range map[string]string{"for": r.For, "keep_firing_for": r.KeepFiringFor} {
			d, err := time.ParseDuration(strings.Replace(text, "1d", "24h", 1))
			require.NoError(t, err, "%s: %s", r.Alert, what)
			require.GreaterOrEqual(t, d, 2*time.Minute, "%s: %s is shorter than two evaluations", r.Alert, what)
		}
	}
	found, err := filepath.Glob(filepath.Join(runbooks, "*.md"))
	require.NoError(t, err)
	for _, page := range found {
		require.True(t, alerts[strings.TrimSuffix(filepath.Base(page), ".md")], "%s is of no alert", page)
	}
}

func TestEveryAlertIsTestedBothWays(t *testing.T) {
	t.Parallel()
	fires, quiet := map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob("*_test.yaml")
	require.NoError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct {
			Tests []struct {
				Alerts []struct {
					Alert string           `yaml:"alertname"`
					Exp   []map[string]any `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &file))
		for _, test := range file.Tests {
			for _, a := range test.Alerts {
				fires[a.Alert] = fires[a.Alert] || len(a.Exp) > 0
				quiet[a.Alert] = quiet[a.Alert] || len(a.Exp) == 0
			}
		}
	}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		require.True(t, fires[r.Alert], "no test has %s fire", r.Alert)
		require.True(t, quiet[r.Alert] || r.Alert == watchdog, "no test has %s quiet", r.Alert)
	}
}
