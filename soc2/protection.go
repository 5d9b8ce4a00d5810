package soc2

import (
	"fmt"
	"strings"
	"time"
)

// Protection is how far the evidence log is protected against those who run
// controlwatch themselves. Signatures do not protect against them: they have the
// key. Only what was handed to somebody out of their reach does.
type Protection struct {
	Outside []string  // anchors out of the operator's reach
	By      string    // the one of them that has taken most
	Size    int64     // leaves that it has taken; 0: none yet
	At      time.Time // when
	LogSize int64     // leaves of the log
}

// Holds says that an anchor out of the operator's reach has taken all of the log.
func (p Protection) Holds() bool {
	return len(p.Outside) > 0 && p.Size > 0 && p.Size >= p.LogSize
}

// Words says it, for verify, reports, exports and the page.
func (p Protection) Words() string {
	const not = "not protected against the operator"
	switch {
	case len(p.Outside) == 0:
		return not + ": no anchor out of the operator's reach is configured"
	case p.Size <= 0:
		return fmt.Sprintf("%s: %s has taken no checkpoint yet", not, strings.Join(p.Outside, " or "))
	}
	since := fmt.Sprintf("%d leaves anchored at %s (%s)", p.Size, p.At.UTC().Format(time.RFC3339), p.By)
	if !p.Holds() {
		return fmt.Sprintf("%s; the %d since are %s", since, p.LogSize-p.Size, not)
	}
	return since
}
