package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/dashboards"
	"github.com/controlwatch/controlwatch/internal/peertest"
)

// Every query of every dashboard is asked of a Prometheus that holds the sample
// company's story and what the rules record of it: none is wrong, and none is empty.
func TestDashboardsShowTheStory(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "prometheus")
	peertest.Need(t, "promtool")
	all, err := dashboards.Read("../../deploy/grafana")
	require.NoError(t, err)
	require.NotEmpty(t, all)
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "story.om"))
	require.NoError(t, err)
	from, until := tellStory(t, file)
	require.NoError(t, file.Close())
	server := &prometheusServer{t: t, dir: dir, from: from, until: until}
	server.promtool("tsdb", "create-blocks-from", "openmetrics", file.Name(), server.data())
	server.record("../../deploy/prometheus/rules.yaml")
	server.start("rules.yaml")
	asked := 0
	for _, d := range all {
		for _, v := range d.Templating.List {
			if query := v.Asks(); query != "" {
				require.NotEmpty(t, server.values(query), "%s: variable %s: %s", d.File, v.Name, query)
				asked++
			}
		}
		for _, a := range d.Annotations.List {
			server.asks(d.File+": "+a.Name, a.Expr, false)
			require.NotEmpty(t, server.over(a.Name, "("+chosen(a.Expr)+") > 0"), "%s: Grafana marks no time by the value 0: %s", d.File, a.Name)
			asked++
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				server.asks(fmt.Sprintf("%s: %s %s", d.File, p.Title, q.RefID), q.Expr, q.Instant)
				asked++
				if p.Type == "stat" {
					gone := server.instant(d.File+": "+p.Title, chosen(q.Expr), until.Add(time.Hour))
					require.Empty(t, gone, "%s: %s has a value where controlwatch is not there", d.File, p.Title)
				}
			}
		}
	}
	require.Empty(t, server.empty, "of %d queries", asked)
	server.addsUp(all)
}

// prometheusServer is a real one, over blocks of its own.
type prometheusServer struct {
	t           *testing.T
	dir         string
	from, until time.Time
	address     string
	stop        func()
	empty       []string // what found nothing
}

func (s *prometheusServer) data() string { return filepath.Join(s.dir, "data") }

func (s *prometheusServer) promtool(args ...string) {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), "promtool", args...).CombinedOutput()
	require.NoError(s.t, err, string(out))
}

// record has promtool add what the rules would have recorded. It evaluates each rule
// over stored series only, so rules that read others come after them.
func (s *prometheusServer) record(rules string) {
	s.t.Helper()
	text, err := os.ReadFile(rules)
	require.NoError(s.t, err)
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var file struct {
		Groups []struct{ Rules []rule }
	}
	require.NoError(s.t, yaml.Unmarshal(text, &file))
	layers, layer := [][]rule{}, map[string]int{}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Record == "" {
				continue
			}
			at := 0
			for _, read := range regexp.MustCompile(`controlwatch:[a-z_:]+`).FindAllString(r.Expr, -1) {
				if before, known := layer[read]; known {
					at = max(at, before+1)
				}
			}
			layer[r.Record] = at
			for len(layers) <= at {
				layers = append(layers, nil)
			}
			layers[at] = append(layers[at], r)
		}
	}
	for i, rules := range layers {
		name := filepath.Join(s.dir, fmt.Sprintf("layer-%d.yaml", i))
		written, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "story", "interval": "10m", "rules": rules}}})
		require.NoError(s.t, err)
		require.NoError(s.t, os.WriteFile(name, written, 0o600))
		s.start("")
		s.promtool("tsdb", "create-blocks-from", "rules", "--url", "http://"+s.address, "--output-dir", s.data(),
			"--start", s.from.Format(time.RFC3339), "--end", s.until.Format(time.RFC3339), name)
	}
	// What is recorded now, and fires now, is of today, where there is no controlwatch at all.
	now := regexp.MustCompile(`interval: 1m`).ReplaceAll(text, []byte("interval: 1s"))
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "rules.yaml"), now, 0o600))
}

// start starts it anew, since it looks for blocks that others wrote when it starts.
func (s *prometheusServer) start(rules string) {
	s.t.Helper()
	if s.stop != nil {
		s.stop()
	}
	settings := "global: {}\n"
	if rules != "" {
		settings = "rule_files: [" + rules + "]\n"
	}
	file := filepath.Join(s.dir, "prometheus.yml")
	require.NoError(s.t, os.WriteFile(file, []byte(settings), 0o600))
	log, err := os.Create(filepath.Join(s.dir, "prometheus.log"))
	require.NoError(s.t, err)
	cmd := exec.CommandContext(s.t.Context(), "prometheus", "--config.file", file, "--storage.tsdb.path", s.data(), "--web.listen-address", "127.0.0.1:0",
		"--storage.tsdb.retention.time", "100y", "--query.lookback-delta", "15m")
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(s.t, cmd.Start())
	s.stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
	}
	s.t.Cleanup(s.stop)
	listening := regexp.MustCompile(`Listening on.* address=(127\.0\.0\.1:\d+)`)
	require.Eventually(s.t, func() bool {
		said, err := os.ReadFile(log.Name())
		if err != nil {
			return false
		}
		found := listening.FindSubmatch(said)
		if found == nil {
			return false
		}
		s.address = string(found[1])
		answer, err := http.Get("http://" + s.address + "/-/ready")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}, time.Minute, 20*time.Millisecond)
}

// asks has a query answered as its panel would, and in the other way too.
func (s *prometheusServer) asks(where, expr string, instant bool) {
	s.t.Helper()
	query := chosen(expr)
	if strings.Contains(expr, "ALERTS") { // Prometheus writes it as it evaluates, which is now
		require.Eventually(s.t, func() bool { return len(s.instant(where, query, time.Time{})) > 0 }, time.Minute, 100*time.Millisecond, where)
		return
	}
	found := s.instant(where, query, s.until)
	over := s.over(where, query)
	if !instant {
		found = over
	}
	if len(found) == 0 {
		s.empty = append(s.empty, where+": "+query)
	}
}

// addsUp finds every control that counts in a state that is shown, also those that
// nobody could see, and every criterion in the list.
func (s *prometheusServer) addsUp(all []dashboards.Dashboard) {
	s.t.Helper()
	of := map[string]string{}
	for _, d := range all {
		for _, p := range d.Panels {
			if len(p.Targets) > 0 {
				of[d.UID+" "+p.Title] = p.Targets[0].Expr
			}
		}
	}
	const selected = `{namespace="$namespace",job="$job"`
	for shown, want := range map[string]string{
		`sum(` + of["controlwatch-readiness Controls by state"] + `)`:                                                                                `count(group by (control) (controlwatch_control_info` + selected + `,adoption!="declined"}))`,
		`count(` + of["controlwatch-readiness State of each criterion, worst first"] + `)`:                                                           `count(group by (criterion) (controlwatch_criterion_info` + selected + `}))`,
		`count((` + of["controlwatch-readiness Controls by state"] + `) > 0 and on (state) label_replace(vector(1), "state", "unobserved", "", ""))`: `vector(1)`,
		of["controlwatch-gaps Gaps to close"]:                                                                                                        `sum(max by (severity, status) (controlwatch_gap_open` + selected + `,status=~"open|in-progress|reopened|unobserved"}))`,
	} {
		require.Equal(s.t, s.one(want), s.one(shown), shown)
	}
}

// one is the number that a query comes to at the end.
func (s *prometheusServer) one(query string) any {
	s.t.Helper()
	found := s.instant(query, chosen(query), s.until)
	require.Len(s.t, found, 1, query)
	return found[0].(map[string]any)["value"].([]any)[1]
}

// chosen is a query as Grafana sends it, with everything chosen.
func chosen(expr string) string {
	return strings.NewReplacer(
		"$namespace", "compliance", "$job", "controlwatch", "$provider", ".*", "$category", ".*",
		"$__range", "12h", "$__rate_interval", "2h", "$__interval", "30m",
	).Replace(expr)
}

func (s *prometheusServer) instant(where, query string, at time.Time) []any {
	s.t.Helper()
	with := url.Values{"query": {query}}
	if !at.IsZero() {
		with.Set("time", at.Format(time.RFC3339))
	}
	return s.get(where, "/api/v1/query", with)
}

func (s *prometheusServer) over(where, query string) []any {
	s.t.Helper()
	return s.get(where, "/api/v1/query_range", url.Values{
		"query": {query}, "start": {s.from.Format(time.RFC3339)}, "end": {s.until.Format(time.RFC3339)}, "step": {strconv.Itoa(int((30 * time.Minute).Seconds()))},
	})
}

var labelValues = regexp.MustCompile(`^label_values\((.+), ([a-z_]+)\)$`)

// values are the choices of a variable.
func (s *prometheusServer) values(query string) []any {
	s.t.Helper()
	parts := labelValues.FindStringSubmatch(query)
	require.NotNil(s.t, parts, query)
	return s.get(query, "/api/v1/label/"+parts[2]+"/values", url.Values{"match[]": {chosen(parts[1])}})
}

func (s *prometheusServer) get(where, path string, with url.Values) []any {
	s.t.Helper()
	answer, err := http.Get("http://" + s.address + path + "?" + with.Encode())
	require.NoError(s.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	var said struct {
		Status, Error string
		Data          json.RawMessage
	}
	require.NoError(s.t, json.Unmarshal(text, &said), string(text))
	require.Equal(s.t, "success", said.Status, "%s: %s: %s", where, said.Error, with.Get("query"))
	var list []any
	if json.Unmarshal(said.Data, &list) == nil {
		return list
	}
	var results struct{ Result []any }
	require.NoError(s.t, json.Unmarshal(said.Data, &results))
	return results.Result
}
