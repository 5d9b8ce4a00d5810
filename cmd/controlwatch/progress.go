package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/evidence"
)

// progress tells a person what is being read: on a terminal a few lines that move,
// one for each source that is being read; elsewhere a line where a source begins
// and where it ends. What is not seen is a line that stays.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	now      func() time.Time
	terminal bool
	width    int
	sources  []*sourceProgress // in the order they began
	drawn    int               // lines that move
	last     time.Time         // when they were drawn
}

type sourceProgress struct {
	name                         string
	planned, done, items, unseen int
	said                         int // lines about what was not seen
	reading                      []string
	began                        bool
}

func (s *sourceProgress) over() bool { return s.began && s.done >= s.planned }

const (
	mostSources = 8                      // that move at a time
	mostUnseen  = 12                     // lines of one source about what was not seen
	redraw      = 100 * time.Millisecond // a terminal is drawn no oftener, as thousands of feeds end in a minute
)

func (p *program) newProgress() *progress {
	return &progress{out: p.stderr, now: p.now, terminal: p.terminal, width: max(p.width, 40)}
}

func (g *progress) event(e collectors.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.source(e.Source)
	reading := strings.TrimSpace(e.Collector + " " + placeOf(e.Scope))
	switch e.State {
	case collectors.Discovering:
	case collectors.Discovered:
		s.planned += e.Feeds
		s.began = true
		who := e.Principal
		if who == "" {
			who = "an unknown principal"
		}
		g.line(fmt.Sprintf("%s: reading as %s, %d feeds", e.Source, who, e.Feeds))
	case collectors.Started:
		s.reading = append(s.reading, reading)
	case collectors.Finished:
		s.done++
		s.items += e.Items
		for i, r := range s.reading {
			if r == reading {
				s.reading = append(s.reading[:i], s.reading[i+1:]...)
				break
			}
		}
		if e.Hole != nil {
			g.notSeen(s, e)
		}
		if s.over() {
			g.line(fmt.Sprintf("%s: read, %s", e.Source, s.counts()))
		}
	}
	if now := g.now(); g.terminal && (now.Sub(g.last) >= redraw || now.Before(g.last)) {
		g.last = now
		g.draw()
	}
}

func (g *progress) source(name string) *sourceProgress {
	for _, s := range g.sources {
		if s.name == name {
			return s
		}
	}
	s := &sourceProgress{name: name}
	g.sources = append(g.sources, s)
	return s
}

// notSeen says what was not seen; where nearly nothing is, the first lines tell
// the story and the report has the rest.
func (g *progress) notSeen(s *sourceProgress, e collectors.Event) {
	s.unseen++
	s.said++
	switch {
	case s.said < mostUnseen:
		g.line(fmt.Sprintf("%s: %s over %s not seen: %s", e.Source, e.Collector, e.Scope, e.Hole.Reason))
	case s.said == mostUnseen:
		g.line(e.Source + ": and more not seen; the report lists all of it")
	}
}

func (s *sourceProgress) counts() string {
	return fmt.Sprintf("%d of %d feeds, %d resources, %d not seen", s.done, s.planned, s.items, s.unseen)
}

// placeOf is where a feed reads, below its provider.
func placeOf(s evidence.Scope) string {
	var parts []string
	for _, part := range []string{s.Account, s.Region, s.Shard} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// draw puts the moving lines where they were.
func (g *progress) draw() {
	g.erase()
	moving, more := []*sourceProgress{}, 0
	for _, s := range g.sources {
		switch {
		case s.over():
		case len(moving) == mostSources:
			more++
		default:
			moving = append(moving, s)
		}
	}
	for _, s := range moving {
		status := s.name + ": asked what it holds"
		if s.began {
			status = s.name + ": " + s.counts()
		}
		if n := len(s.reading); n > 0 {
			status += " · " + s.reading[n-1]
			if n > 1 {
				status += fmt.Sprintf(" +%d", n-1)
			}
		}
		g.move(status)
	}
	if more > 0 {
		g.move(fmt.Sprintf("and %d more sources", more))
	}
}

func (g *progress) move(status string) {
	fmt.Fprintln(g.out, text.Trim(strings.Map(printable, status), g.width-1))
	g.drawn++
}

// erase takes the moving lines away.
func (g *progress) erase() {
	for ; g.drawn > 0; g.drawn-- {
		fmt.Fprint(g.out, "\x1b[1A\r\x1b[K")
	}
}

// line prints a line that stays.
func (g *progress) line(s string) {
	moved := g.drawn > 0
	g.erase()
	fmt.Fprintln(g.out, strings.Map(printable, s))
	if moved {
		g.draw()
	}
}

func printable(r rune) rune {
	if r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x200e || r == 0x200f || r == 0x061c || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
		return '\uFFFD'
	}
	return r
}

// close takes the moving lines away.
func (g *progress) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.erase()
}
