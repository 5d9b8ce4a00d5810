package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
)

// A daemon of its own process: its start and stop, a changed file that it takes up,
// one that it refuses, and an end by kill -9 that the next start notices.
func TestADaemonsLifeIsRecorded(t *testing.T) {
	t.Parallel()
	d := newFilesDaemon(t)
	d.start()
	d.reload(func(b []byte) []byte { return bytes.Replace(b, []byte("@every 1h"), []byte("@every 2h"), 1) })
	d.untilLogged("configuration reloaded")
	d.reload(func(b []byte) []byte { return append(b, "change: {requested_by: Ada, approved_by: ada}\n"...) })
	d.untilLogged("configuration not reloaded", "another must approve")
	d.reload(func(b []byte) []byte {
		return bytes.Replace(b, []byte("requested_by: Ada, approved_by: ada"), []byte("reference: CHG-9"), 1)
	})
	d.until("controlwatch_config_last_reload_successful 1")
	d.stop(syscall.SIGTERM)
	d.start()
	d.stop(syscall.SIGKILL)
	d.start()
	d.stop(syscall.SIGTERM)

	acts := d.acts()
	var kinds []string
	for _, act := range acts {
		if act.Kind != "log-key" && act.Kind != "epoch" {
			kinds = append(kinds, act.Kind)
		}
	}
	require.Equal(t, []string{
		"settings", "start", "schedule-changed", "settings", "configuration-changed", "settings", "stop",
		"start", "start", "stop",
	}, kinds)
	byKind := map[string][]report.Act{}
	for _, act := range acts {
		byKind[act.Kind] = append(byKind[act.Kind], act)
	}
	require.Equal(t, "@every 1h", *byKind["schedule-changed"][0].Changes[0].Before)
	require.Equal(t, "@every 2h", *byKind["schedule-changed"][0].Changes[0].After)
	require.Equal(t, "CHG-9", byKind["configuration-changed"][0].Change.Reference)
	starts := byKind["start"]
	require.Equal(t, starts[0].ID, byKind["stop"][0].Subject)
	require.NotContains(t, strings.Join(starts[1].Notes, " "), "unclean", "the stop before it was clean")
	require.Contains(t, strings.Join(starts[2].Notes, " "), "start after an unclean stop at about 2")
	require.Contains(t, strings.Join(starts[2].Notes, " "), starts[1].ID)
	require.Equal(t, starts[2].ID, byKind["stop"][1].Subject)
	digest, err := exec.CommandContext(t.Context(), "sha256sum", executable(t)).Output()
	require.NoError(t, err)
	require.Contains(t, strings.Join(starts[0].Notes, " "), "its file's SHA-256 "+strings.Fields(string(digest))[0])
	out, err := exec.CommandContext(t.Context(), "controlwatch", "verify", "--store", d.args[len(d.args)-1]).CombinedOutput()
	require.NoError(t, err, string(out))
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("controlwatch")
	require.NoError(t, err)
	path, err = filepath.EvalSymlinks(path)
	require.NoError(t, err)
	return path
}

// newFilesDaemon is a daemon that reads a folder.
func newFilesDaemon(t *testing.T) *daemonProcess {
	t.Helper()
	o := newOffice(t)
	o.devices("true")
	listener := httptest.NewServer(nil) // for its free port
	address := listener.Listener.Addr().String()
	listener.Close()
	o.write("controlwatch.yaml", fmt.Sprintf("listen: %s\nsources:\n  - provider: files\n    schedule: \"@every 1h\"\n    settings: {directory: facts}\n", address))
	return &daemonProcess{
		t: t, address: address, log: &lockedBuffer{}, env: os.Environ(),
		args: []string{"run", "-c", filepath.Join(o.dir, "controlwatch.yaml"), "--store", "sqlite:" + filepath.Join(o.dir, "c.db")},
	}
}

func (d *daemonProcess) acts() []report.Act {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), "controlwatch", "log", "-o", "json", "--store", d.args[len(d.args)-1])
	cmd.Env = d.env
	out, err := cmd.Output()
	require.NoError(d.t, err)
	var a report.Administration
	require.NoError(d.t, json.Unmarshal(out, &a))
	return a.Acts
}
