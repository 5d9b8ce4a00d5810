package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/evidence"
)

func progressOf(terminal bool) (*progress, *bytes.Buffer) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	return &progress{out: &out, terminal: terminal, width: 60, now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}}, &out
}

func TestProgressOnATerminalShowsASourcesPlace(t *testing.T) {
	t.Parallel()
	g, out := progressOf(true)
	scope := evidence.Scope{Provider: "aws", Account: "111122223333", Region: "eu-west-1"}
	g.event(collectors.Event{Source: "aws/prod", State: collectors.Discovering})
	g.event(collectors.Event{Source: "aws/prod", State: collectors.Discovered, Feeds: 2, Principal: "evil\x1b[2J\u202e"})
	g.event(collectors.Event{Source: "aws/prod", State: collectors.Started, Collector: "aws_ec2", Scope: scope})
	require.Contains(t, out.String(), "aws/prod: 0 of 2 feeds, 0 resources, 0 not seen · aws_ec2 1")
	require.NotContains(t, out.String(), "\u202e")
	require.NotContains(t, out.String(), "\x1b[2J")
	for line := range strings.SplitSeq(out.String(), "\n") {
		require.LessOrEqual(t, len([]rune(strings.TrimPrefix(line, "\x1b[1A\r\x1b[K"))), 60)
	}
	for range 2 {
		g.event(collectors.Event{Source: "aws/prod", State: collectors.Finished, Collector: "aws_ec2", Scope: scope, Items: 3})
	}
	g.close()
	require.Contains(t, out.String(), "aws/prod: read, 2 of 2 feeds, 6 resources, 0 not seen\n")
	require.Zero(t, g.drawn)
}

func TestProgressElsewhereDoesNotFlood(t *testing.T) {
	t.Parallel()
	g, out := progressOf(false)
	g.event(collectors.Event{Source: "aws/prod", State: collectors.Discovered, Feeds: 500})
	for i := range 500 {
		e := collectors.Event{Source: "aws/prod", State: collectors.Started, Collector: fmt.Sprintf("c%d", i)}
		g.event(e)
		e.State, e.Hole = collectors.Finished, &evidence.Hole{Reason: evidence.Denied}
		g.event(e)
	}
	g.close()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 1+mostUnseen+1)
	require.Equal(t, "aws/prod: read, 500 of 500 feeds, 0 resources, 500 not seen", lines[len(lines)-1])
	require.NotContains(t, out.String(), "\x1b")
}
