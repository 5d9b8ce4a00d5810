//go:build alerting

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

// peer is a running program of somebody else that can be killed and started again.
type peer struct {
	t    *testing.T
	name string
	args []string
	url  string
	log  *lockedBuffer
	cmd  *exec.Cmd
}

func (p *peer) start() {
	p.t.Helper()
	p.cmd = exec.CommandContext(p.t.Context(), p.name, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	require.NoError(p.t, p.cmd.Start())
	p.t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // it has usually ended by then
	require.Eventually(p.t, func() bool { return p.get("/-/ready", nil) == nil }, 30*time.Second, 20*time.Millisecond, "%s: %s", p.name, p.log)
}

func (p *peer) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	require.Error(p.t, p.cmd.Wait(), "it was killed")
}

// get reads an answer in JSON; into nil reads none.
func (p *peer) get(path string, into any) error {
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, resp.Status)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// state is what Prometheus says of an alert: inactive, pending or firing; empty: nothing.
func (p *peer) state(name, control string) string {
	state, _ := p.alert(name, control)
	return state
}

// alert is the state of an alert and since when Prometheus knows of it.
func (p *peer) alert(name, control string) (state, since string) {
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels          map[string]string
				State, ActiveAt string
			}
		}
	}
	if p.get("/api/v1/alerts", &answer) != nil {
		return "", ""
	}
	for _, a := range answer.Data.Alerts {
		if a.Labels["alertname"] == name && (control == "" || a.Labels["control"] == control) {
			return a.State, a.ActiveAt
		}
	}
	return "inactive", ""
}

// value is what Prometheus answers to a query with one result; empty: it has none.
func (p *peer) value(query string) string {
	var answer struct {
		Data struct {
			Result []struct{ Value []any }
		}
	}
	if p.get("/api/v1/query?query="+url.QueryEscape(query), &answer) != nil || len(answer.Data.Result) != 1 || len(answer.Data.Result[0].Value) != 2 {
		return ""
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1])
}

// scale is how many times faster than written everything goes: a minute is a second.
const scale = 60

// newPrometheus runs the rules and the configuration of deploy/prometheus, in
// which only durations, and the two addresses, are other ones.
func newPrometheus(t *testing.T, controlwatch, alertmanager string) *peer {
	t.Helper()
	peertest.Need(t, "prometheus")
	dir := t.TempDir()
	faster(t, "../../deploy/prometheus/rules.yaml", filepath.Join(dir, "rules.yaml"))
	faster(t, "../../deploy/prometheus/prometheus.yaml", filepath.Join(dir, "prometheus.yaml"),
		// A scrape has as long as lies between two: a quarter of a second is too little for a busy machine.
		"scrape_interval: 250ms", "scrape_interval: 1s", "controlwatch:9464", controlwatch, "alertmanager:9093", alertmanager)
	address := freeAddress()
	return &peer{t: t, name: "prometheus", url: "http://" + address, log: &lockedBuffer{}, args: []string{
		"--config.file=" + filepath.Join(dir, "prometheus.yaml"), "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
		// Prometheus's own, as fast: 5m as deploy/docker-compose.yaml sets it, and the defaults 10m, 1h and 5m.
		"--rules.alert.resend-delay=5s", "--rules.alert.for-grace-period=10s", "--rules.alert.for-outage-tolerance=60s", "--query.lookback-delta=5s",
	}}
}

// startAlertmanager runs the configuration of deploy/prometheus, whose receivers are the test's.
func startAlertmanager(t *testing.T, receiver string) *peer {
	t.Helper()
	peertest.Need(t, "prometheus-alertmanager")
	dir := t.TempDir()
	var names []string
	for _, name := range []string{"on-call", "security", "platform", "people", "compliance", "dead-mans-switch"} {
		names = append(names, "http://"+name+".invalid/", receiver+"/"+name)
	}
	faster(t, "../../deploy/prometheus/alertmanager.yaml", filepath.Join(dir, "alertmanager.yaml"), names...)
	address := freeAddress()
	return &peer{t: t, name: "prometheus-alertmanager", url: "http://" + address, log: &lockedBuffer{}, args: []string{
		"--config.file=" + filepath.Join(dir, "alertmanager.yaml"), "--storage.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
		"--cluster.listen-address=", // it stays on this machine
		"--data.maintenance-interval=1s",
	}}
}

// gate lets requests through to AWS, or holds them.
type gate struct {
	*httptest.Server
	mu   sync.Mutex
	shut chan struct{} // open: nil
	held chan struct{} // one place: something waits
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	to, err := url.Parse(target)
	require.NoError(t, err)
	g := &gate{held: make(chan struct{}, 1)}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		shut := g.shut
		g.mu.Unlock()
		if shut != nil {
			select {
			case g.held <- struct{}{}:
			default:
			}
			<-shut
		}
		out := r.Clone(r.Context())
		out.RequestURI, out.URL.Scheme, out.URL.Host = "", to.Scheme, to.Host
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body) // the reader may have been killed
	}))
	t.Cleanup(g.Close)
	return g
}

// hold holds requests and waits for the first; the function lets them go.
func (g *gate) hold(t *testing.T) (release func()) {
	t.Helper()
	shut := make(chan struct{})
	g.set(shut)
	release = sync.OnceFunc(func() { g.set(nil); close(shut) })
	t.Cleanup(release)
	select {
	case <-g.held:
	case <-time.After(30 * time.Second):
		require.Fail(t, "nothing is asked of AWS")
	}
	return release
}

func (g *gate) set(shut chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
}

// message is one request of Alertmanager to a webhook.
type message struct {
	After    time.Duration // since the test began
	Receiver string
	GroupKey string `json:"groupKey"`
	Alerts   []struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		Fingerprint string            `json:"fingerprint"`
	} `json:"alerts"`
}

// said is the message without its time: what firing and resolved alerts it names.
func (m message) said() string {
	var all []string
	for _, a := range m.Alerts {
		all = append(all, a.Status+" "+a.Fingerprint)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// inbox is the receiver of webhooks. It answers 200 to everything and keeps it.
type inbox struct {
	*httptest.Server
	began time.Time
	mu    sync.Mutex
	all   []message
}

func newInbox(t *testing.T, began time.Time) *inbox {
	t.Helper()
	i := &inbox{began: began}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := message{After: time.Since(began), Receiver: strings.TrimPrefix(r.URL.Path, "/")}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r.Body); err != nil || json.Unmarshal(b.Bytes(), &m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		m.Receiver = strings.TrimPrefix(r.URL.Path, "/")
		i.mu.Lock()
		defer i.mu.Unlock()
		i.all = append(i.all, m)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *inbox) messages() []message {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.all)
}

// told is what a receiver was told of one alert, in order, one entry for each change.
func (i *inbox) told(receiver, alert, control string) []string {
	return i.toldSince(0, receiver, alert, control)
}

// toldSince leaves out the first messages.
func (i *inbox) toldSince(mark int, receiver, alert, control string) (states []string) {
	for _, m := range i.messages()[mark:] {
		for _, a := range m.Alerts {
			if m.Receiver != receiver || a.Labels["alertname"] != alert || a.Labels["control"] != control {
				continue
			}
			if len(states) == 0 || states[len(states)-1] != a.Status {
				states = append(states, a.Status)
			}
		}
	}
	return states
}

func (i *inbox) until(t *testing.T, receiver, alert, control string, want ...string) {
	t.Helper()
	i.untilSince(t, 0, receiver, alert, control, want...)
}

func (i *inbox) untilSince(t *testing.T, mark int, receiver, alert, control string, want ...string) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.Equal(want, i.toldSince(mark, receiver, alert, control)) },
		90*time.Second, 50*time.Millisecond, "%s never told of %s %s: %v", receiver, alert, control, want)
}

// summary is one line for each alert in each message.
func (i *inbox) summary() string {
	var b strings.Builder
	for _, m := range i.messages() {
		if m.Receiver == "dead-mans-switch" {
			continue
		}
		for _, a := range m.Alerts {
			fmt.Fprintf(&b, "\n%6.1f %-10s %-8s %s %s", m.After.Seconds(), m.Receiver, a.Status, a.Labels["alertname"], a.Labels["control"])
		}
	}
	return b.String()
}

// tail is the end of a log.
func tail(log *lockedBuffer) string {
	text := log.String()
	return text[max(0, len(text)-3000):]
}

// last is when the newest message came.
func (i *inbox) last() time.Time {
	all := i.messages()
	if len(all) == 0 {
		return i.began
	}
	return i.began.Add(all[len(all)-1].After)
}

// snapshotted waits until Alertmanager has written down all that it told.
func snapshotted(t *testing.T, am *peer, in *inbox) {
	t.Helper()
	var dir string
	for _, arg := range am.args {
		if rest, ok := strings.CutPrefix(arg, "--storage.path="); ok {
			dir = rest
		}
	}
	require.Eventually(t, func() bool {
		info, err := os.Stat(filepath.Join(dir, "nflog"))
		return err == nil && info.ModTime().After(in.last().Add(100*time.Millisecond))
	}, 20*time.Second, 20*time.Millisecond, "Alertmanager wrote nothing down")
}
