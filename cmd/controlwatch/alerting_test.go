//go:build alerting

package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
)

// The two controls that the story breaks, and the alert they raise.
const (
	factors   = "people-use-multi-factor-sign-in" // owner: Head of IT, told to security
	minimal   = "permissions-are-minimal"         // owner: Head of platform engineering, told to platform
	notHeld   = "ControlwatchControlNotHoldingCritical"
	daemonOff = "ControlwatchDown"
)

// The whole way, with nothing of ours but the program and its files under deploy:
// AWS (moto) changes, `controlwatch run` sees it, Prometheus judges the rules,
// Alertmanager tells a webhook; then AWS is mended. On the way each part is killed
// and started again. A minute of the files is a second here.
func TestAlerting(t *testing.T) {
	began := time.Now()
	in := newInbox(t, began)
	moto := mototest.Start(t, mototest.InCompany)
	users := mototest.Users{T: t, Server: moto}
	users.Add("ada", mototest.Console, mototest.MFA)
	users.Allow("ada", "s3:GetObject")
	aws := newGate(t, newCensor(t, moto.Endpoint).URL)
	d := alertingDaemon(t, aws.URL)
	am := startAlertmanager(t, in.URL)
	prom := newPrometheus(t, d.address, strings.TrimPrefix(am.url, "http://"))
	story := &timeline{began: began}

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("told: %s", in.summary())
			t.Logf("%s\n%s\n%s", strings.Join(d.series(factors, "controlwatch_drift_events_total"), "\n"), tail(prom.log), tail(am.log))
		}
	})
	am.start()
	d.start()
	prom.start()
	story.note("moto, controlwatch, Prometheus, Alertmanager and the webhook receiver run; ada has a second factor and few permissions")
	in.until(t, "dead-mans-switch", "ControlwatchWatchdog", "", "firing")
	for _, control := range []string{factors, minimal} { // the first look is the baseline
		d.until(`controlwatch_findings{account="111122223333",control="` + control + `",outcome="pass",provider="aws"} 1`)
		d.until(`controlwatch_control_state{control="` + control + `",state="fail"} 0`)
	}
	// What happened before Prometheus looked first is no drift to it.
	require.Eventually(t, func() bool {
		return prom.value(`controlwatch:drift_opened:total{cause="system",control="`+factors+`"}`) == "0" && prom.state(daemonOff, "") == "inactive"
	}, time.Minute, 50*time.Millisecond, "never looked")

	users.DropMFA("ada")
	story.note("CHANGE: ada's second factor is taken away")
	require.Eventually(t, func() bool { return prom.state(notHeld, factors) == "pending" }, time.Minute, 50*time.Millisecond, "never pending")
	in.until(t, "security", "ControlwatchDriftOpened", factors, "firing")
	story.note("Prometheus holds the alert back for its 15 m (15 s here)")

	require.Eventually(t, func() bool {
		_, since := prom.alert(notHeld, factors)
		return since != "" && time.Since(whenIs(t, since)) > 5*time.Second
	}, time.Minute, 50*time.Millisecond)
	prom.kill()
	story.note("KILL -9: Prometheus, while the alert is pending")
	prom.start()
	back := time.Now()
	story.note("Prometheus is back")
	in.until(t, "on-call", notHeld, factors, "firing")
	in.until(t, "security", notHeld, factors, "firing")
	_, firingSince := prom.alert(notHeld, factors)
	require.True(t, whenIs(t, firingSince).Before(back), "the restart began the wait anew")
	story.note("what it had waited before the restart of Prometheus counts: its 15 s did not begin anew")

	snapshotted(t, am, in)
	am.kill()
	story.note("KILL -9: Alertmanager")
	users.Allow("ada", "*")
	story.note("CHANGE: ada may do everything, while nobody can be told")
	require.Eventually(t, func() bool { return prom.state(notHeld, minimal) == "firing" }, time.Minute, 50*time.Millisecond, "never fires")
	require.Empty(t, in.told("on-call", notHeld, minimal))
	am.start()
	story.note("Alertmanager is back; the second alert has been firing for a while")
	in.until(t, "on-call", notHeld, minimal, "firing")
	in.until(t, "platform", notHeld, minimal, "firing")

	mark := len(in.messages()) // on a busy machine it may have been away for a moment before
	release := aws.hold(t)
	d.stop(syscall.SIGKILL)
	release()
	down := time.Now()
	story.note("KILL -9: controlwatch, in the middle of reading AWS")
	in.untilSince(t, mark, "on-call", daemonOff, "", "firing")
	require.Eventually(t, func() bool { return time.Since(down) > 20*time.Second }, 30*time.Second, 100*time.Millisecond) // longer than any keep_firing_for of these
	require.Equal(t, "firing", prom.state(notHeld, factors), "nothing was mended")
	require.Equal(t, []string{"firing"}, in.told("on-call", notHeld, factors), "a daemon that is down mends nothing")
	require.Equal(t, []string{"firing"}, in.told("on-call", notHeld, minimal), "a daemon that is down mends nothing")
	story.note("20 s later both controls are still told as failing")
	d.start()
	story.note("controlwatch is back")
	in.untilSince(t, mark, "on-call", daemonOff, "", "firing", "resolved")

	users.AddMFA("ada")
	users.Allow("ada", "s3:GetObject")
	story.note("REPAIR: ada has a second factor and few permissions again")
	d.until(`controlwatch_control_state{control="` + factors + `",state="fail"} 0`)
	d.until(`controlwatch_control_state{control="` + minimal + `",state="fail"} 0`)
	snapshotted(t, am, in)
	am.kill()
	story.note("KILL -9: Alertmanager, before it knows")
	am.start()
	story.note("Alertmanager is back")
	for _, told := range [][2]string{{"on-call", factors}, {"security", factors}, {"on-call", minimal}, {"platform", minimal}} {
		in.until(t, told[0], notHeld, told[1], "firing", "resolved")
	}
	story.note("both are told as resolved")
	requireNothingTwice(t, in.messages())
	d.until(`controlwatch_drift_events_total{cause="system",change="opened",control="` + factors + `"} 1`)
	d.stop(syscall.SIGTERM)
	story.write(t, in.messages())
}

// whenIs is a time as Prometheus writes it. After a restart it is later by as long as
// Prometheus was away.
func whenIs(t *testing.T, at string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339Nano, at)
	require.NoError(t, err)
	return parsed
}

// requireNothingTwice: no group is told the same twice in a row, but for the
// dead-man's switch, whose being told again is what it is for.
func requireNothingTwice(t *testing.T, all []message) {
	t.Helper()
	last := map[string]string{}
	for _, m := range all {
		if m.Receiver == "dead-mans-switch" {
			continue
		}
		group := m.Receiver + " " + m.GroupKey
		require.NotEqual(t, last[group], m.said(), "told twice at %s: %s", m.After, group)
		last[group] = m.said()
	}
}

// alertingDaemon reads AWS every second.
func alertingDaemon(t *testing.T, aws string) *daemonProcess {
	t.Helper()
	d := newDaemonProcess(t, aws, "")
	require.NoError(t, os.WriteFile(d.args[2], fmt.Appendf(nil, `
organization: Acme Robotics
listen: %s
assess_every: 5s
sources:
  - {provider: aws, schedule: "@every 1s", settings: {regions: [us-east-1]}}
`, d.address), 0o600))
	return d
}
