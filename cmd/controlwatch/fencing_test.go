package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// beside is another daemon over the same store and sources, on an address of its own.
func (d *daemonProcess) beside() *daemonProcess {
	d.t.Helper()
	listener := httptest.NewServer(nil) // for its free port
	address := listener.Listener.Addr().String()
	listener.Close()
	text, err := os.ReadFile(d.args[2])
	require.NoError(d.t, err)
	file := filepath.Join(filepath.Dir(d.args[2]), "other.yaml")
	require.NoError(d.t, os.WriteFile(file, bytes.ReplaceAll(text, []byte(d.address), []byte(address)), 0o600))
	args := append([]string{}, d.args...)
	args[2] = file
	return &daemonProcess{t: d.t, address: address, log: &lockedBuffer{}, env: d.env, args: args}
}

func (d *daemonProcess) storePath() string {
	return strings.TrimPrefix(d.args[len(d.args)-1], "sqlite:")
}

// drift is all that the store has, oldest first, by resource.
func (d *daemonProcess) drift() map[string][]soc2.Drift {
	d.t.Helper()
	s, err := store.OpenReading(d.t.Context(), "sqlite:"+d.storePath(), store.Options{Clock: time.Now})
	require.NoError(d.t, err)
	defer func() { require.NoError(d.t, s.Close()) }()
	all, err := s.DriftSince(d.t.Context(), time.Time{}, 1000)
	require.NoError(d.t, err)
	found := map[string][]soc2.Drift{}
	for _, e := range slices.Backward(all) {
		key := e.Control + "/" + e.Check + " " + e.Resource.ID
		found[key] = append(found[key], e)
	}
	return found
}

func filesDaemon(t *testing.T) (d *daemonProcess, devices func(...string)) {
	t.Helper()
	d = newFilesDaemon(t)
	text, err := os.ReadFile(d.args[2])
	require.NoError(t, err)
	text = append(bytes.Replace(text, []byte("@every 1h"), []byte("@every 1s"), 1), "assess_every: 5s\n"...)
	require.NoError(t, os.WriteFile(d.args[2], text, 0o600))
	o := &office{t: t, dir: filepath.Dir(d.args[2])}
	o.devices("true", "true", "true")
	return d, o.devices
}

// The lock of the file is taken from under the first daemon, as a network file system
// does, and a second one starts over the same store.
func TestASecondDaemonFencesTheFirstOut(t *testing.T) {
	t.Parallel()
	d, devices := filesDaemon(t)
	d.start()
	require.NoError(t, os.Remove(d.storePath()+".lock"))
	other := d.beside()
	other.start()

	require.Error(t, d.cmd.Wait())
	require.Equal(t, exitFenced, d.cmd.ProcessState.ExitCode(), "%s", d.log)
	require.Contains(t, d.log.String(), "another program took the store over; this one stops")
	require.Contains(t, d.log.String(), "took the store over from this controlwatch at ")
	other.until("controlwatch_store_epoch 2")
	other.until("controlwatch_store_fenced 0")

	devices("true", "false", "true")
	other.untilLogged(`"msg":"drift"`, `"change":"opened"`, `"resource":"device-2"`)
	require.NotContains(t, d.log.String(), `"msg":"drift"`)
	other.stop(syscall.SIGTERM)
	for key, events := range other.drift() {
		require.Len(t, events, 1, key)
	}
	out, err := exec.CommandContext(t.Context(), "controlwatch", "verify", "--store", "sqlite:"+d.storePath()).CombinedOutput()
	require.NoError(t, err, "%s", out)
	var kinds []string
	for _, act := range d.acts() {
		if act.Kind == "start" || act.Kind == "stop" || act.Kind == store.EntryEpoch {
			kinds = append(kinds, act.Kind+" "+act.Subject)
		}
	}
	require.Len(t, kinds, 5, "%v", kinds)
	require.Equal(t, []string{"start ", "epoch 1", "start ", "epoch 2"}, kinds[:4])
}

// untilItFails waits until one device fails, or none does.
func (d *daemonProcess) untilItFails(want bool) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		lines := d.series(`outcome="fail"`, "controlwatch_findings{")
		return len(lines) > 0 && want == slices.ContainsFunc(lines, func(line string) bool { return strings.HasSuffix(line, " 1") })
	}, time.Minute, 100*time.Millisecond, "that a device fails: %v", want)
}

// Whenever a daemon is killed, each change of each finding is kept once: what opened
// resolves before it opens again.
func TestADaemonThatIsKilledAnnouncesNoDriftTwice(t *testing.T) {
	t.Parallel()
	d, devices := filesDaemon(t)
	d.start()
	states := []string{"true", "false"}
	for round := range 6 {
		devices("true", states[(round+1)%2], "true")
		if round%3 == 0 { // let it see how it is; else it is killed somewhere on the way
			d.untilItFails(round%2 == 0)
		}
		d.stop(syscall.SIGKILL)
		d.start()
	}
	devices("true", "false", "true")
	d.untilItFails(true)
	d.stop(syscall.SIGTERM)
	drift := d.drift()
	require.NotEmpty(t, drift)
	told := 0
	for key, events := range drift {
		var last soc2.Drift
		for i, e := range events {
			require.Equal(t, evidence.Kind("Device"), e.Resource.Kind)
			if i > 0 {
				require.Equal(t, last.To, e.From, "%s: %v", key, events)
			}
			require.NotEqual(t, e.From, e.To, "%s: %v", key, events)
			last = e
		}
		told += len(events)
	}
	logged := strings.Count(d.log.String(), `"msg":"drift"`)
	require.LessOrEqual(t, logged, told, "nothing is told more often than it is kept")
}
