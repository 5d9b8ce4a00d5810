package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
)

// A daemon of its own process, against AWS as moto is it and GitHub as its
// description says it is: a change is drift of the system, a lost permission is
// drift of sight, a restart and a kill lose nothing and invent nothing, and what
// AWS does leaves GitHub's series alone.
func TestDaemonTellsSystemFromSight(t *testing.T) {
	t.Parallel()
	moto := mototest.Start(t, mototest.InCompany)
	users := mototest.Users{T: t, Server: moto}
	users.Add("ada", mototest.Console, mototest.MFA)
	users.Add("linus", mototest.Console)
	network := newCensor(t, moto.Endpoint)
	github := httptest.NewServer(githubtest.New(t, githubtest.AcmeRobotics()))
	t.Cleanup(github.Close)
	d := newDaemonProcess(t, network.URL, github.URL)

	d.start()
	d.until(`controlwatch_findings{account="111122223333",control="people-use-multi-factor-sign-in",outcome="fail",provider="aws"} 1`)
	d.until(`controlwatch_feeds_complete{account="acme-robotics",collector="github_members",provider="github"} 1`)
	d.untilLogged("source assessed", "github/acme-robotics")
	githubBefore := d.series(`provider="github"`, "controlwatch_findings", "controlwatch_feeds", "controlwatch_pull_last_success")
	require.NotEmpty(t, githubBefore)
	for _, events := range d.series("", "controlwatch_drift_events_total") {
		require.True(t, strings.HasSuffix(events, " 0"), "the first look at anything is its baseline: %s", events)
	}

	users.DropMFA("ada")
	d.until(`controlwatch_drift_events_total{cause="system",change="opened",control="people-use-multi-factor-sign-in"} 1`)
	d.until(`controlwatch_findings{account="111122223333",control="people-use-multi-factor-sign-in",outcome="fail",provider="aws"} 2`)
	d.untilLogged(`"msg":"drift"`, `"cause":"system"`, `"change":"opened"`, `"resource":"ada"`)

	users.AddMFA("ada")
	d.until(`controlwatch_drift_events_total{cause="system",change="resolved",control="people-use-multi-factor-sign-in"} 1`)
	d.until(`controlwatch_findings{account="111122223333",control="people-use-multi-factor-sign-in",outcome="fail",provider="aws"} 1`)

	network.deny("ListMFADevices")
	d.until(`controlwatch_drift_events_total{cause="sight",change="lost-sight",control="people-use-multi-factor-sign-in"} 2`)
	d.until(`controlwatch_findings{account="111122223333",control="people-use-multi-factor-sign-in",outcome="unobserved",provider="aws"} 2`)
	d.until(`controlwatch_holes{collector="aws_iam_users",provider="aws",reason="denied"}`)
	require.Equal(t, githubBefore, d.series(`provider="github"`, "controlwatch_findings", "controlwatch_feeds", "controlwatch_pull_last_success"),
		"ticks of AWS alone leave GitHub's series alone")

	before := d.series("", "controlwatch_drift_events_total", "controlwatch_findings", "controlwatch_control_state")
	d.reload(func(good []byte) []byte { return append(good, "unknown: true\n"...) })
	d.until("controlwatch_config_last_reload_successful 0")
	d.untilLogged("configuration not reloaded", `unknown key \"unknown\"`)
	d.reload(func(bad []byte) []byte { return bytes.TrimSuffix(bad, []byte("unknown: true\n")) })
	d.until("controlwatch_config_last_reload_successful 1")
	require.Equal(t, before, d.series("", "controlwatch_drift_events_total", "controlwatch_findings", "controlwatch_control_state"),
		"a reload shows what was, and no drift")

	d.stop(syscall.SIGTERM)
	d.start()
	require.Equal(t, before, d.series("", "controlwatch_drift_events_total", "controlwatch_findings", "controlwatch_control_state"),
		"a restart shows what was, before anything is pulled, and no drift")

	second := exec.CommandContext(t.Context(), "controlwatch", d.args...)
	second.Env = d.env
	out, err := second.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, exitCannotRun, second.ProcessState.ExitCode())
	require.Contains(t, string(out), "already runs on")

	stray := exec.CommandContext(t.Context(), "controlwatch", "scan", "--store", d.args[len(d.args)-1])
	stray.Env = d.env
	out, err = stray.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "scan with its configuration")

	d.stop(syscall.SIGKILL)
	d.start()
	require.Equal(t, before, d.series("", "controlwatch_drift_events_total", "controlwatch_findings", "controlwatch_control_state"))

	network.deny("")
	d.until(`controlwatch_drift_events_total{cause="sight",change="regained",control="people-use-multi-factor-sign-in"} 2`)
	d.until(`controlwatch_drift_events_total{cause="system",change="opened",control="people-use-multi-factor-sign-in"} 1`)
	d.stop(syscall.SIGTERM)
}

// censor passes requests on, but for one Action, which it denies as AWS does.
type censor struct {
	*httptest.Server
	mu     sync.Mutex
	action string
}

func newCensor(t *testing.T, target string) *censor {
	t.Helper()
	to, err := url.Parse(target)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode == http.StatusInternalServerError { // not implemented: see mototest.Unimplemented
			r.StatusCode, r.Status = http.StatusNotImplemented, "501 Not Implemented"
		}
		return nil
	}
	c := &censor{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		form, err := url.ParseQuery(string(body))
		lacking := append([]string{"ec2:" + c.denied(), "ec2:ListOrganizationsFeatures"}, mototest.Lacking...)
		if err == nil && form.Get("Action") != "" && slices.Contains(lacking, "ec2:"+form.Get("Action")) {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *censor) deny(action string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.action = action
}

func (c *censor) denied() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.action
}

// daemonProcess is a running `controlwatch run`.
type daemonProcess struct {
	t       *testing.T
	args    []string
	env     []string
	address string
	log     *lockedBuffer
	cmd     *exec.Cmd
}

func newDaemonProcess(t *testing.T, aws, github string) *daemonProcess {
	t.Helper()
	dir := t.TempDir()
	listener := httptest.NewServer(nil) // for its free port
	address := listener.Listener.Addr().String()
	listener.Close()
	file := filepath.Join(dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
organization: Acme Robotics
listen: %s
assess_every: 5s
sources:
  - provider: aws
    schedule: "@every 1s"
    settings: {regions: [us-east-1]}
  - provider: github
    schedule: "0 0 1 1 *"
    max_age: 240h
    settings: {organizations: [acme-robotics], token: github_pat_example, base_url: "%s"}
`, address, github), 0o600))
	return &daemonProcess{
		t: t, address: address, log: &lockedBuffer{},
		args: []string{"run", "-c", file, "--store", "sqlite:" + filepath.Join(dir, "c.db")},
		env: append(os.Environ(), "AWS_ENDPOINT_URL="+aws, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=sample",
			"AWS_REGION=us-east-1", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true"),
	}
}

// start starts the process and waits until it has published an assessment.
func (d *daemonProcess) start() {
	d.t.Helper()
	d.cmd = exec.CommandContext(d.t.Context(), "controlwatch", d.args...)
	d.cmd.Env, d.cmd.Stdout, d.cmd.Stderr = d.env, d.log, d.log
	require.NoError(d.t, d.cmd.Start())
	d.t.Cleanup(func() { _ = d.cmd.Process.Kill() }) // it has usually ended by then
	require.Eventually(d.t, func() bool {
		status, _ := d.get("/readyz")
		return status == http.StatusOK
	}, time.Minute, 20*time.Millisecond, "not ready: %s", d.log)
}

func (d *daemonProcess) stop(how syscall.Signal) {
	d.t.Helper()
	require.NoError(d.t, d.cmd.Process.Signal(how))
	err := d.cmd.Wait()
	if how == syscall.SIGTERM {
		require.NoError(d.t, err, "a stopped daemon exits 0: %s", d.log)
	}
}

// reload changes the configuration file and says so.
func (d *daemonProcess) reload(change func([]byte) []byte) {
	d.t.Helper()
	file := d.args[2]
	b, err := os.ReadFile(file)
	require.NoError(d.t, err)
	require.NoError(d.t, os.WriteFile(file, change(b), 0o600))
	require.NoError(d.t, d.cmd.Process.Signal(syscall.SIGHUP))
}

func (d *daemonProcess) get(path string) (int, string) {
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, "http://"+d.address+path, http.NoBody)
	if err != nil {
		return 0, ""
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, ""
	}
	return resp.StatusCode, string(b)
}

// until waits for a line of /metrics that begins so.
func (d *daemonProcess) until(line string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		_, body := d.get("/metrics")
		return strings.Contains("\n"+body, "\n"+line)
	}, 90*time.Second, 100*time.Millisecond, "never: %s\nlog: %s", line, d.log)
}

func (d *daemonProcess) untilLogged(parts ...string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		for line := range strings.Lines(d.log.String()) {
			all := true
			for _, p := range parts {
				all = all && strings.Contains(line, p)
			}
			if all {
				return true
			}
		}
		return false
	}, time.Minute, 100*time.Millisecond, "never logged: %v\nlog: %s", parts, d.log)
}

// series are the lines of /metrics of some names that hold a text.
func (d *daemonProcess) series(text string, names ...string) []string {
	_, body := d.get("/metrics")
	var found []string
	for line := range strings.Lines(body) {
		for _, name := range names {
			if strings.HasPrefix(line, name) && strings.Contains(line, text) {
				found = append(found, strings.TrimSpace(line))
			}
		}
	}
	return found
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
