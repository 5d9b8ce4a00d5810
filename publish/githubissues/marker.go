package githubissues

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
)

// What is ours in an issue's body stands between two HTML comments, which GitHub
// does not show. Everything outside them belongs to people. The first says which
// gap of which store it is, so that an issue is found again when the store or
// the answer to its creation was lost.
const (
	markBegins = "<!-- controlwatch:gap "
	markEnds   = "<!-- /controlwatch:gap -->"
	saidBegins = "<!-- controlwatch:said "
	closes     = " -->"
)

// mark is what the first comment says.
type mark struct {
	store, gap string
	title      string // digest of the title we wrote: another one is somebody's
	assignee   string // whom we assigned
	state      markState
	turn       int  // how often we closed or opened it
	accepted   bool // we put the label of acceptance
}

// markState is what we last did to an issue. It is written in the request that
// does it, so that what a person does afterwards can be told from it.
type markState string

const (
	markOpen     markState = "open"
	markInsisted markState = "insisted" // opened again after a person closed it; not a second time
	markClosed   markState = "closed"   // by evidence
)

func (m mark) String() string {
	v := url.Values{
		"v": {"1"}, "store": {m.store}, "gap": {m.gap}, "title": {m.title}, "assignee": {m.assignee},
		"state": {string(m.state)}, "turn": {strconv.Itoa(m.turn)}, "accepted": {strconv.FormatBool(m.accepted)},
	}
	return markBegins + plainDashes(v) + closes
}

// plainDashes keeps two dashes out of a comment: they can end one.
func plainDashes(v url.Values) string { return strings.ReplaceAll(v.Encode(), "-", "%2D") }

// readMark reads a first comment; false: it is none that we wrote.
func readMark(text string) (mark, bool) {
	v, err := url.ParseQuery(text)
	if err != nil || v.Get("v") != "1" || v.Get("gap") == "" || v.Get("store") == "" {
		return mark{}, false
	}
	m := mark{store: v.Get("store"), gap: v.Get("gap"), title: v.Get("title"), assignee: v.Get("assignee"), state: markState(v.Get("state"))}
	switch m.state {
	case markOpen, markInsisted, markClosed:
	default:
		return mark{}, false
	}
	if m.turn, err = strconv.Atoi(v.Get("turn")); err != nil || m.turn < 0 {
		return mark{}, false
	}
	m.accepted, err = strconv.ParseBool(v.Get("accepted"))
	return m, err == nil
}

// parts is a body taken apart. Where nothing of it is ours all of it is before.
type parts struct {
	before, own, after string
	mark               mark
	marked             bool
}

// take takes a body apart. Where somebody removed the end of our part only its
// beginning is taken for ours, so that nothing of theirs can be lost.
func take(body string) parts {
	for from := 0; ; {
		n := strings.Index(body[from:], markBegins)
		if n < 0 {
			return parts{before: body}
		}
		n += from
		inside := n + len(markBegins)
		length := strings.Index(body[inside:], closes)
		if length < 0 {
			return parts{before: body}
		}
		m, ok := readMark(body[inside : inside+length])
		from = inside + length + len(closes)
		if !ok {
			continue
		}
		end := from
		if more := strings.Index(body[from:], markEnds); more >= 0 {
			end = from + more + len(markEnds)
		}
		return parts{before: body[:n], own: body[n:end], after: body[end:], mark: m, marked: true}
	}
}

// with is the body with our part exchanged, or added at the end.
func (p parts) with(own string) string {
	if !p.marked && strings.TrimSpace(p.before) != "" {
		return strings.TrimRight(p.before, "\r\n") + "\n\n" + own
	}
	if !p.marked {
		return own
	}
	return p.before + own + p.after
}

// room is how many characters our part may have.
func (p parts) room() int {
	return mostBody - len([]rune(p.before)) - len([]rune(p.after)) - 2
}

// sameText compares texts as people see them: GitHub's editor writes line ends
// of its own.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

// said marks a comment, so that it is not written twice.
func said(m mark, what string) string {
	v := url.Values{"v": {"1"}, "store": {m.store}, "gap": {m.gap}, "turn": {strconv.Itoa(m.turn)}, "what": {what}}
	return saidBegins + plainDashes(v) + closes
}

func digestOf(title string) string {
	sum := sha256.Sum256([]byte(title))
	return hex.EncodeToString(sum[:6])
}
