package alertmanager_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/alertmanager"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// pager is who a real Alertmanager tells.
type pager struct {
	mu   sync.Mutex
	said []string // status and resource, in the order it was told
}

func (p *pager) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var message struct {
		Alerts []struct {
			Status string
			Labels map[string]string
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&message)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range message.Alerts {
		p.said = append(p.said, a.Status+" "+a.Labels["resource"])
	}
}

func (p *pager) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
}

func (p *pager) waitFor(t *testing.T, what string) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.Contains(p.all(), what) }, patience, 50*time.Millisecond, "never told: %s", what)
}

// patience is for machines that do much else.
const patience = 2 * time.Minute

// each alert is a group of its own.
const each = "..."

// start runs the Alertmanager of Debian and gives its address.
func start(t *testing.T, p *pager, groupBy string) string {
	t.Helper()
	peertest.Need(t, "prometheus-alertmanager")
	hook := httptest.NewServer(p)
	t.Cleanup(hook.Close)
	folder := t.TempDir()
	config := filepath.Join(folder, "alertmanager.yml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `
route: {receiver: hook, group_by: ['%s'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers:
  - name: hook
    webhook_configs: [{url: %q, send_resolved: true}]
`, groupBy, hook.URL), 0o600))
	cmd := exec.CommandContext(t.Context(), "prometheus-alertmanager", "--config.file="+config, "--storage.path="+folder,
		"--web.listen-address=127.0.0.1:0", "--cluster.listen-address=", "--log.level=info")
	log, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			if at := regexp.MustCompile(`"Listening on" address=(\S+)`).FindStringSubmatch(lines.Text()); at != nil {
				found <- "http://" + at[1]
			}
		}
		close(found)
	}()
	address := <-found
	require.NotEmpty(t, address, "Alertmanager did not start")
	require.Eventually(t, func() bool {
		resp, err := http.Get(address + "/-/ready")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, patience, 50*time.Millisecond)
	return address
}

func live(t *testing.T, urls ...string) *alertmanager.Mirror {
	t.Helper()
	way, err := outbound.New(outbound.Settings{AllowPrivate: urls, Clock: time.Now, Timeout: patience})
	require.NoError(t, err)
	m, err := alertmanager.New(alertmanager.Settings{Name: "am", URLs: urls, Way: way})
	require.NoError(t, err)
	return m
}

// fires are the resources of the alerts that Alertmanager says fire.
func fires(t *testing.T, address string) []string {
	t.Helper()
	resp, err := http.Get(address + "/api/v2/alerts?active=true")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var all []struct{ Labels map[string]string }
	require.NoError(t, json.Unmarshal(body, &all), "%s", body)
	var out []string
	for _, a := range all {
		out = append(out, a.Labels["resource"])
	}
	return out
}

// now is an alert that began a minute ago.
func now(id string) alert.Alert {
	a := receivertest.Notice().Alerts[0]
	a.StartsAt, a.Resource.ID = time.Now().Add(-time.Minute), id
	return a
}

func ended(a alert.Alert) alert.Alert {
	a.Status, a.EndsAt = alert.Resolved, time.Now()
	return a
}

func TestAlertmanagerTellsOnceAndResolvesOnce(t *testing.T) {
	t.Parallel()
	var p pager
	m := live(t, start(t, &p, each))
	one, mark := now("one"), now("mark")
	show := func(all ...alert.Alert) { require.NoError(t, m.Show(t.Context(), all, time.Hour)) }
	show(one)
	p.waitFor(t, "firing one")
	show(one)
	one.Title, one.Current, one.Resource.Name = "another title", "something else", "renamed"
	show(one)
	show(one, mark)
	p.waitFor(t, "firing mark")
	gone := ended(one)
	show(gone, mark)
	p.waitFor(t, "resolved one")
	show(gone, mark)
	show(gone, ended(mark))
	p.waitFor(t, "resolved mark")
	require.Equal(t, []string{"firing one", "firing mark", "resolved one", "resolved mark"}, p.all())

	show(now("one")) // reopened
	require.Eventually(t, func() bool { return len(p.all()) == 5 }, patience, 50*time.Millisecond)
	require.Equal(t, "firing one", p.all()[4])
}

func TestAlertmanagerEndsWhatIsNotSaidAgain(t *testing.T) {
	t.Parallel()
	var p pager
	address := start(t, &p, each)
	m := live(t, address)
	require.NoError(t, m.Show(t.Context(), []alert.Alert{now("forgotten")}, 8*time.Second))
	require.NoError(t, m.Show(t.Context(), []alert.Alert{now("kept")}, time.Hour))
	p.waitFor(t, "firing forgotten")
	p.waitFor(t, "resolved forgotten")
	require.Equal(t, []string{"kept"}, fires(t, address))
}

func TestAlertmanagerTakesFiveThousand(t *testing.T) {
	t.Parallel()
	address := start(t, &pager{}, "alertname")
	m := live(t, address)
	var all []alert.Alert
	for i := range 5000 {
		all = append(all, now(fmt.Sprint("bucket-", i)))
	}
	require.NoError(t, m.Show(t.Context(), all, time.Hour))
	require.Len(t, fires(t, address), 5000)
	require.NoError(t, m.Show(t.Context(), all, time.Hour))
	require.Len(t, fires(t, address), 5000)
	for i := range all {
		all[i] = ended(all[i])
	}
	require.NoError(t, m.Show(t.Context(), all, time.Hour))
	require.Empty(t, fires(t, address))
}

func TestAlertmanagerTakesHostileNames(t *testing.T) {
	t.Parallel()
	address := start(t, &pager{}, "alertname")
	hostile := receivertest.Hostile().Alerts
	for i := range hostile {
		hostile[i].StartsAt = time.Now().Add(-time.Minute)
	}
	require.NoError(t, live(t, address).Show(t.Context(), hostile, time.Hour))
	require.Len(t, fires(t, address), len(hostile))
}

func TestAPeerThatIsDownKeepsNobodyFromBeingTold(t *testing.T) {
	t.Parallel()
	var p pager
	address := start(t, &p, each)
	down := httptest.NewServer(nil)
	down.Close()
	err := live(t, down.URL, address).Show(t.Context(), []alert.Alert{now("one")}, time.Hour)
	require.ErrorContains(t, err, "1 of 2 were told everything")
	p.waitFor(t, "firing one")
}
