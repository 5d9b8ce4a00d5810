//go:build alerting

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// timeline is what a test did, and when.
type timeline struct {
	began time.Time
	rows  []happened
}

type happened struct {
	after time.Duration
	who   string
	what  string
}

func (l *timeline) note(format string, args ...any) {
	l.rows = append(l.rows, happened{time.Since(l.began), "", fmt.Sprintf(format, args...)})
}

const timelinePage = "../../docs/alert-timeline.md"

const timelinePreface = `# From a change to a message, and back

What one run of ` + "`make alerting`" + ` saw; the page is written by the test itself. Real programs on one machine: moto as AWS, the built
controlwatch, Prometheus and Alertmanager of Debian 12 (2.42 and 0.25), and a receiver of webhooks. Rules, routes and scraping are the
files of ` + "`deploy/prometheus`" + `; the test makes every duration in them 60 times shorter (a minute is a second) and puts in addresses, and fails
if anything else would be another. Prometheus has the resend delay of ` + "`deploy/docker-compose.yaml`" + `, as much shorter.

The test fails if a control is told as resolved while nobody looks, if an alert is lost or begins its wait anew because a part was
killed, or if any receiver is told the same twice. It is not part of ` + "`make check`" + `: it takes about two minutes.

Lines in **bold** are what the test did; the others are what receivers were told. Of the alerts that a nearly empty account raises
beside the two of the story, only their number is given.

`

// write writes the page, where it is asked for.
func (l *timeline) write(t *testing.T, messages []message) {
	t.Helper()
	if os.Getenv("CONTROLWATCH_UPDATE") == "" {
		return
	}
	rows, others, beats := slices.Clone(l.rows), 0, 0
	bars := map[string][]bar{}
	last := map[string]string{}
	for _, m := range messages {
		if m.Receiver == "dead-mans-switch" {
			beats++
			continue
		}
		for _, a := range m.Alerts {
			name, control := a.Labels["alertname"], a.Labels["control"]
			if control != factors && control != minimal && name != daemonOff {
				others++
				continue
			}
			key := m.Receiver + a.Fingerprint
			if last[key] == a.Status {
				continue // its group is told for another alert's sake
			}
			last[key] = a.Status
			rows = append(rows, happened{m.After, m.Receiver, a.Status + ": " + strings.TrimSpace(name+" "+control)})
			bars[m.Receiver] = append(bars[m.Receiver], bar{strings.TrimSpace(strings.TrimPrefix(name, "Controlwatch") + " " + control), a.Fingerprint, a.Status, m.After})
		}
	}
	slices.SortStableFunc(rows, func(a, b happened) int { return int(a.after - b.after) })
	var b strings.Builder
	b.WriteString(timelinePreface + picture(bars, l.rows, time.Since(l.began)) + "\n| seconds | who is told | what |\n|---:|---|---|\n")
	for _, r := range rows {
		if r.who == "" {
			r.what = "**" + r.what + "**"
		}
		fmt.Fprintf(&b, "| %.1f | %s | %s |\n", r.after.Seconds(), r.who, r.what)
	}
	fmt.Fprintf(&b, "\nBeside these: %d times the dead-man's switch, and %d alerts of other controls in messages.\n", beats, others)
	require.NoError(t, os.WriteFile(timelinePage, []byte(b.String()), 0o644))
}

type bar struct {
	label, fingerprint, status string
	at                         time.Duration
}

// picture draws who was told of what from when to when, as Mermaid does it.
func picture(bars map[string][]bar, did []happened, end time.Duration) string {
	var b strings.Builder
	b.WriteString("```mermaid\ngantt\n    dateFormat x\n    axisFormat %M:%S\n    section done\n")
	for _, d := range did {
		word, rest, ok := strings.Cut(d.what, ":")
		if ok && strings.ToUpper(word) == word {
			fmt.Fprintf(&b, "    %s %s :milestone, %d, 0\n", word, strings.NewReplacer(":", "", ",", "", ";", "").Replace(rest), d.after.Milliseconds())
		}
	}
	var receivers []string
	for r := range bars {
		receivers = append(receivers, r)
	}
	slices.Sort(receivers)
	for _, r := range receivers {
		fmt.Fprintf(&b, "    section told to %s\n", r)
		for i, from := range bars[r] {
			if from.status != "firing" {
				continue
			}
			to := end
			for _, next := range bars[r][i+1:] {
				if next.fingerprint == from.fingerprint {
					to = next.at
					break
				}
			}
			fmt.Fprintf(&b, "    %s :%d, %d\n", from.label, from.at.Milliseconds(), to.Milliseconds())
		}
	}
	return b.String() + "```\n"
}
