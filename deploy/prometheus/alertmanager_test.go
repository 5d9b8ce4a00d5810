package prometheus_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/internal/peertest"
)

func amtool(t *testing.T, args ...string) string {
	t.Helper()
	peertest.Need(t, "amtool")
	out, err := exec.CommandContext(t.Context(), "amtool", args...).Output()
	require.NoError(t, err, string(out))
	return strings.TrimSpace(string(out))
}

func TestConfigurationsAreValid(t *testing.T) {
	t.Parallel()
	amtool(t, "check-config", "alertmanager.yaml")
	promtool(t, "check", "config", "prometheus.yaml")
}

// Who is told of what, as Alertmanager's own program says it.
func TestRoutes(t *testing.T) {
	t.Parallel()
	for _, route := range []struct{ labels, receivers string }{
		{"alertname=ControlwatchWatchdog, severity=none", "dead-mans-switch"},
		{"alertname=ControlwatchDown, severity=critical", "on-call"},
		{"alertname=ControlwatchAnchorFailing, severity=critical", "on-call"},
		{"alertname=ControlwatchCollectorStale, severity=critical", "on-call"},
		{"alertname=ControlwatchSightLost, severity=warning", "platform"},
		{"alertname=ControlwatchCoverageLow, severity=critical", "on-call"},
		{"alertname=ControlwatchDriftOpened, severity=warning", "security"},
		{"alertname=ControlwatchSightOfFindingsLost, severity=warning", "security"},
		{"alertname=ControlwatchControlNotHoldingCritical, severity=critical, owner=CISO", "on-call,security"},
		{"alertname=ControlwatchControlNotHoldingCritical, severity=critical, owner=Head of engineering", "on-call,platform"},
		{"alertname=ControlwatchControlNotHoldingHigh, severity=warning, owner=Head of infrastructure", "platform"},
		{"alertname=ControlwatchControlNotHoldingLow, severity=info, owner=HR lead", "people"},
		{"alertname=ControlwatchControlNotHoldingMedium, severity=info, owner=Privacy officer", "compliance"},
		{"alertname=ControlwatchControlNotHoldingMedium, severity=info", "security"},
		{"alertname=ControlwatchPeriodHole, severity=critical", "on-call,compliance"},
		{"alertname=ControlwatchAttestationOverdue, severity=warning", "compliance"},
		{"alertname=ControlwatchDecisionExpiring, severity=info", "compliance"},
		{"alertname=ControlwatchConfigNotTakenUp, severity=warning", "platform"},
		{"alertname=ControlwatchNarrowedWithoutDecision, severity=warning", "security"},
		{"alertname=WrittenTomorrow, severity=critical", "on-call"},
		{"alertname=WrittenTomorrow, severity=warning", "security"},
	} {
		t.Run(route.labels, func(t *testing.T) {
			t.Parallel()
			labels := strings.Split(route.labels, ", ")
			require.Equal(t, route.receivers, amtool(t, append([]string{"config", "routes", "test", "--config.file=alertmanager.yaml"}, labels...)...))
		})
	}
}

// Every owner that the routes name is one that the catalogue knows, and every alert
// they name is one of the rules'.
func TestRoutesNameWhatThereIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("alertmanager.yaml")
	require.NoError(t, err)
	cat, err := catalogue.Load()
	require.NoError(t, err)
	owned := func(pattern string) bool {
		for _, c := range cat.Controls {
			if regexp.MustCompile("^(?:" + pattern + ")$").MatchString(c.Owner) {
				return true
			}
		}
		return false
	}
	var alerts []string
	for _, r := range rules(t) {
		alerts = append(alerts, r.Alert)
	}
	for _, m := range regexp.MustCompile(`(owner|alertname)(?:=~|=)"([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
		if m[1] == "owner" {
			for _, one := range alternatives(m[2]) {
				require.True(t, owned(one), "%s owns no control", one)
			}
			continue
		}
		for _, one := range alternatives(m[2]) {
			require.True(t, slices.ContainsFunc(alerts, regexp.MustCompile("^(?:"+one+")$").MatchString), "%s is no alert", one)
		}
	}
}

// alternatives are the parts of a pattern such as A(b|c).
func alternatives(pattern string) (all []string) {
	before, rest, ok := strings.Cut(pattern, "(")
	if !ok {
		return strings.Split(pattern, "|")
	}
	inner, after, _ := strings.Cut(rest, ")")
	if i := strings.LastIndex(before, "|"); i >= 0 {
		all, before = strings.Split(before[:i], "|"), before[i+1:]
	}
	if i := strings.Index(after, "|"); i >= 0 {
		all, after = append(all, strings.Split(after[i+1:], "|")...), after[:i]
	}
	for one := range strings.SplitSeq(inner, "|") {
		all = append(all, before+one+after)
	}
	return all
}

// What an inhibition hides is not told as resolved either, so nothing may hide what
// speaks of a control, a gap or the period; and nothing may hide the switch.
func TestInhibitionsHideNoControl(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("alertmanager.yaml")
	require.NoError(t, err)
	var file struct {
		Inhibit []struct {
			Source []string `yaml:"source_matchers"`
			Target []string `yaml:"target_matchers"`
			Equal  []string
		} `yaml:"inhibit_rules"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	require.NotEmpty(t, file.Inhibit)
	for _, rule := range file.Inhibit {
		require.Subset(t, rule.Equal, []string{"job", "namespace"}, "one installation hides what another says")
		require.Len(t, rule.Target, 1)
		_, pattern, _ := strings.Cut(strings.Trim(rule.Target[0], "'"), "=")
		hidden := regexp.MustCompile("^(?:" + strings.Trim(pattern, `~"`) + ")$")
		for _, r := range rules(t) {
			if regexp.MustCompile(`ControlNotHolding|Drift|Gap|Period|Acceptance|Attestation|Decision|Narrowed|Rewritten|Review|` + watchdog).MatchString(r.Alert) {
				require.False(t, hidden.MatchString(r.Alert), "%s is hidden by %v", r.Alert, rule.Source)
			}
		}
	}
}
