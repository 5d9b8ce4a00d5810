package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/collectors"
)

// progress tells a person what is being read: one line that moves on a
// terminal, plain lines per source elsewhere.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	terminal bool
	width    int
	planned  int
	done     int
	items    int
	holes    int
}

func (p *program) newProgress() *progress {
	return &progress{out: p.stderr, terminal: p.terminal, width: max(p.width, 40)}
}

func (g *progress) event(e collectors.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch e.State {
	case collectors.Discovering, collectors.Started:
	case collectors.Discovered:
		g.planned += e.Feeds
		who := e.Principal
		if who == "" {
			who = "an unknown principal"
		}
		g.line(fmt.Sprintf("%s: reading as %s, %d feeds", e.Source, who, e.Feeds))
	case collectors.Finished:
		g.done++
		g.items += e.Items
		if e.Hole != nil {
			g.holes++
			g.line(fmt.Sprintf("%s: %s over %s not seen: %s", e.Source, e.Collector, e.Scope, e.Hole.Reason))
		}
	}
	if g.terminal {
		status := fmt.Sprintf("%d of %d feeds, %d resources, %d not seen · %s", g.done, g.planned, g.items, g.holes, e.Collector)
		fmt.Fprintf(g.out, "\r\x1b[K%s", text.Trim(status, g.width-1))
	}
}

// line prints a line that stays.
func (g *progress) line(s string) {
	if g.terminal {
		fmt.Fprint(g.out, "\r\x1b[K")
	}
	fmt.Fprintln(g.out, strings.Map(printable, s))
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
		return '\uFFFD'
	}
	return r
}

// close clears the moving line.
func (g *progress) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.terminal {
		fmt.Fprint(g.out, "\r\x1b[K")
	}
}
