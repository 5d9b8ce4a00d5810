package catalogue

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// order refuses what cannot be put into an order: a control that comes after
// itself, directly or by way of others, twice, or after one that does not exist.
func (l *linter) order(ids map[string]string) {
	after := map[string][]string{}
	for _, s := range l.sources {
		after[s.control.ID] = s.control.After
	}
	for _, s := range l.sources {
		seen := map[string]bool{}
		for i, id := range s.control.After {
			at := fmt.Sprintf("$.after[%d]", i)
			_, own := ids[id]
			switch {
			case !own && (!l.partial || !isShipped(id)):
				l.wrong(s, at, "after: there is no control %q", id)
			case seen[id]:
				l.wrong(s, at, "after: %s is listed twice", id)
			default:
				if way := wayTo(s.control.ID, id, after, map[string]bool{}); way != nil {
					l.wrong(s, at, "after: it would come after itself: %s", strings.Join(append([]string{s.control.ID}, way...), " after "))
				}
			}
			seen[id] = true
		}
	}
}

// wayTo is how one comes from a control to another; nil: there is no way.
func wayTo(to, from string, after map[string][]string, been map[string]bool) []string {
	if from == to {
		return []string{from}
	}
	if been[from] {
		return nil
	}
	been[from] = true
	for _, next := range after[from] {
		if way := wayTo(to, next, after, been); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}

// isShipped says that a control comes with the program: its file has its name.
func isShipped(id string) bool {
	files, err := fs.Glob(embedded, "controls/*/*.yaml")
	if err != nil {
		return false
	}
	for _, f := range files {
		if path.Base(f) == id+".yaml" {
			return true
		}
	}
	return false
}
