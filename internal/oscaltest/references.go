package oscaltest

import (
	"fmt"
	"strings"
)

// referring are the keys that name something of the document, and the lists it can be in.
var referring = map[string][]string{
	"observation-uuid": {"observations"},
	"finding-uuid":     {"findings"},
	"risk-uuid":        {"risks"},
	"task-uuid":        {"tasks"},
	"party-uuid":       {"parties"},
	"party-uuids":      {"parties"},
	"component-uuid":   {"components"},
	"response-uuid":    {"remediations"},
	"role-id":          {"roles"},
}

// byType are the lists of what a reference with a type beside it names.
var byType = map[string]string{
	"tool": "components", "component": "components", "inventory-item": "inventory-items", "party": "parties", "resource": "resources", "user": "users", "location": "locations",
}

// Problems are references of a decoded document to what is not in it, or in another
// list than it says, and UUIDs that are given twice. The schema can tell neither.
func Problems(document any) []string {
	w := walk{in: map[string]map[string]bool{}, uuids: map[string]string{}}
	w.declared(document, "")
	w.references(document, "")
	return w.problems
}

type walk struct {
	in       map[string]map[string]bool // ids by list
	uuids    map[string]string          // where each is
	problems []string
}

func (w *walk) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// declared notes every id with the list it is in.
func (w *walk) declared(v any, list string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			w.declared(e, list)
		}
	case map[string]any:
		for _, key := range []string{"uuid", "id"} {
			id, ok := v[key].(string)
			if !ok {
				continue
			}
			if w.in[list] == nil {
				w.in[list] = map[string]bool{}
			}
			w.in[list][id] = true
			if was, twice := w.uuids[id]; twice && key == "uuid" {
				w.problem("%s is in %s and in %s", id, was, list)
			}
			w.uuids[id] = list
		}
		for key, e := range v {
			w.declared(e, key)
		}
	}
}

func (w *walk) references(v any, path string) {
	switch v := v.(type) {
	case []any:
		for n, e := range v {
			w.references(e, fmt.Sprintf("%s/%d", path, n))
		}
	case map[string]any:
		for key, e := range v {
			at := path + "/" + key
			switch to := e.(type) {
			case string:
				w.reference(v, key, to, at)
			case []any:
				for _, one := range to {
					if s, ok := one.(string); ok {
						w.reference(v, key, s, at)
					}
				}
			}
			w.references(e, at)
		}
	}
}

func (w *walk) reference(of map[string]any, key, to, at string) {
	lists, known := referring[key]
	switch {
	case key == "actor-uuid" || key == "subject-uuid":
		kind, _ := of["type"].(string)
		lists = []string{byType[kind]}
	case key == "href" && strings.HasPrefix(to, "#"):
		to, lists = to[1:], []string{"resources"}
	case known:
	case strings.HasSuffix(key, "-uuid") || strings.HasSuffix(key, "-uuids"):
		w.problem("%s: nobody checks references of this kind", at)
		return
	default:
		return
	}
	for _, list := range lists {
		if w.in[list][to] {
			return
		}
	}
	w.problem("%s: %s is in none of %v", at, to, lists)
}
