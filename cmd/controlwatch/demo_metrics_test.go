package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

// What the demo serves, as Prometheus's own program judges it and in each format that
// Prometheus asks for.
func TestMetricsOfTheDemo(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "promtool")
	d := &daemonProcess{t: t, address: freeAddress(), log: &lockedBuffer{}}
	d.args = []string{"demo", "--listen", d.address}
	d.start()

	text, kind := d.metricsAs("text/plain;version=0.0.4")
	require.True(t, strings.HasPrefix(kind, "text/plain; version=0.0.4"), kind)
	check := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	check.Stdin = strings.NewReader(text)
	out, err := check.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Empty(t, string(out))

	open, kind := d.metricsAs("application/openmetrics-text;version=1.0.0")
	require.True(t, strings.HasPrefix(kind, "application/openmetrics-text; version=1.0.0"), kind)
	require.True(t, strings.HasSuffix(open, "\n# EOF\n"), "cut off")
	require.Eventually(t, func() bool { // between two scrapes a family may have come
		text, _ = d.metricsAs("text/plain;version=0.0.4")
		open, _ = d.metricsAs("application/openmetrics-text;version=1.0.0")
		return maps.Equal(typed(text), typed(open))
	}, time.Minute, 100*time.Millisecond, "both formats have the same families")
	require.Contains(t, text, `controlwatch_sample_data 1`)
	require.Contains(t, text, `controlwatch_told{part="attestations"} 1`)
	require.NotRegexp(t, `\barn:|@`, strings.Join(d.series("", "controlwatch_"), "\n"), "a resource or a person in a label")
}

func freeAddress() string {
	listener := httptest.NewServer(nil) // for its free port
	defer listener.Close()
	return listener.Listener.Addr().String()
}

// metricsAs asks as Prometheus does that prefers a format.
func (d *daemonProcess) metricsAs(format string) (body, kind string) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, "http://"+d.address+"/metrics", http.NoBody)
	require.NoError(d.t, err)
	req.Header.Set("Accept", format)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer resp.Body.Close()
	require.Equal(d.t, http.StatusOK, resp.StatusCode)
	var b bytes.Buffer
	_, err = io.Copy(&b, resp.Body)
	require.NoError(d.t, err)
	return b.String(), resp.Header.Get("Content-Type")
}

// typed are the families of a format, whose counters OpenMetrics names without _total.
func typed(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if parts := strings.Fields(line); len(parts) == 4 && parts[1] == "TYPE" && strings.HasPrefix(parts[2], "controlwatch_") {
			all[strings.TrimSuffix(parts[2], "_total")] = parts[3]
		}
	}
	return all
}
