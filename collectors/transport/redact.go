package transport

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// The rules of redaction, in their order:
//
//   - An answer becomes a tree of JSON; JSON inside a string (a policy), percent-
//     encoded or not, becomes part of the tree.
//   - Members whose names say that they hold a secret (secretNames), and those that
//     the operation's declaration names, are replaced by "[removed]": that there is
//     one is evidence, what it says is not.
//   - Members that differ at every call are left out (volatileNames and the
//     operation's): request ids, page tokens, signatures.
//   - Every string that is left, and every name, passes evidence.Mask.
//   - Only then is anything counted, compared, hashed or stored.

// removed stands for a secret.
const removed = "[removed]"

// secretNames are compared in lower case, without hyphens and underscores.
var secretNames = []string{
	"password", "passwd", "masteruserpassword", "masterpassword", "passphrase", "secret", "secretstring", "secretbinary", "secretkey",
	"secretaccesskey", "clientsecret", "sharedsecret", "signingsecret", "webhooksecret", "privatekey", "privatekeypem", "privatekeydata",
	"userdata", "apikey", "token", "accesstoken", "refreshtoken", "idtoken", "sessiontoken", "securitytoken", "authtoken", "bearertoken",
	"authorization", "recoveryanswer", "answer", "connectionstring", "environmentvariables", "credential", "secretaccesskeyid", "sastoken",
	"registrationtoken", "temptoken", "passcode", "activationtoken",
}

var volatileNames = []string{
	"requestid", "hostid", "responsemetadata", "nexttoken", "marker", "nextmarker", "continuationtoken", "nextcontinuationtoken",
	"xamzsecuritytoken", "xamzsignature", "xamzcredential", "xamzdate", "nextpagetoken", "encryptedrequestid", "httpheaders",
}

var foldName = strings.NewReplacer("-", "", "_", "", " ", "")

func fold(name string) string { return strings.ToLower(foldName.Replace(name)) }

// redaction is one answer's.
type redaction struct {
	kept    Kept
	removed map[string]bool
}

var index = regexp.MustCompile(`\[\d+\]`)

func (r *redaction) note(path, why string) {
	r.removed[strings.TrimPrefix(index.ReplaceAllString(path, "[]"), ".")+" "+why] = true
}

func (r *redaction) list() []string {
	out := make([]string, 0, len(r.removed))
	for p := range r.removed {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// tree redacts a whole answer.
func (r *redaction) tree(v any) (any, error) {
	v = open(v)
	if len(r.kept.table) > 0 {
		if err := r.rows(v); err != nil {
			return nil, err
		}
	}
	for _, path := range r.kept.volatile {
		v = r.drop(v, path, "", "volatile")
	}
	for _, path := range r.kept.secret {
		v = r.drop(v, path, "", "secret")
	}
	v = r.byName(v, "")
	return evidence.MaskTree(v, func(path, format string) { r.note(path, format) }), nil
}

// open makes JSON inside strings part of the tree.
func open(v any) any {
	switch v := v.(type) {
	case string:
		text := strings.TrimSpace(v)
		if strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%5B") || strings.HasPrefix(text, "%7b") || strings.HasPrefix(text, "%5b") {
			if plain, err := url.PathUnescape(text); err == nil {
				text = plain
			}
		}
		if len(text) > 1 && (text[0] == '{' || text[0] == '[') {
			if inner, err := evidence.Tree([]byte(text)); err == nil {
				return open(inner)
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = open(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = open(v[k])
		}
	}
	return v
}

// drop takes out what a path names, in every element of the lists on the way.
func (r *redaction) drop(v any, path []string, at, why string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = r.drop(v[i], path, at+"[]", why)
		}
	case map[string]any:
		for _, name := range names(v, path[0]) {
			here := at + "." + name
			switch {
			case len(path) > 1:
				v[name] = r.drop(v[name], path[1:], here, why)
			case why == "volatile":
				delete(v, name)
				r.note(here, why)
			case !empty(v[name]):
				v[name] = removed
				r.note(here, why)
			}
		}
	}
	return v
}

func names(v map[string]any, name string) []string {
	if name != "*" {
		if _, ok := v[name]; !ok {
			return nil
		}
		return []string{name}
	}
	var all []string
	for k := range v {
		all = append(all, k)
	}
	return all
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case bool:
		return true // says that there is one, and nothing of it
	}
	return false
}

// byName takes out what is recognised by its name, wherever it is.
func (r *redaction) byName(v any, at string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = r.byName(v[i], at+"[]")
		}
	case map[string]any:
		for name, value := range v {
			here, known := at+"."+name, fold(name)
			switch {
			case slices.Contains(volatileNames, known), strings.HasPrefix(name, "@xmlns"):
				delete(v, name)
				if !strings.HasPrefix(name, "@xmlns") {
					r.note(here, "volatile")
				}
			case slices.Contains(secretNames, known) && !empty(value), known == "environment" && holdsVariables(value):
				v[name] = removed
				r.note(here, "secret")
			default:
				v[name] = r.byName(value, here)
			}
		}
	}
	return v
}

// holdsVariables recognises a process' environment: a list of names with values,
// or a member Variables. An environment in another sense stays.
func holdsVariables(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return slices.ContainsFunc([]string{"Variables", "variables"}, func(n string) bool { _, ok := v[n]; return ok })
	case []any:
		return slices.ContainsFunc(v, func(e any) bool {
			m, ok := e.(map[string]any)
			return ok && (m["value"] != nil || m["Value"] != nil)
		})
	}
	return false
}

// rows makes a table of a member of comma-separated values.
func (r *redaction) rows(v any) error {
	for _, name := range r.kept.table[:len(r.kept.table)-1] {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	m, ok := v.(map[string]any)
	last := r.kept.table[len(r.kept.table)-1]
	text, isText := m[last].(string)
	if !ok || !isText {
		return nil // a refusal has no table
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("its table is not base64: %w", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(plain)).ReadAll()
	if err != nil {
		return fmt.Errorf("its table: %w", err)
	}
	list := []any{}
	for i, row := range rows {
		if i == 0 {
			continue
		}
		object := map[string]any{}
		for j, cell := range row {
			object[rows[0][j]] = cell
		}
		list = append(list, object)
	}
	m[last] = list
	return nil
}

// split takes the items of one list out of a redacted tree: "[]" is left where it was.
func split(v any, path []string) (rest any, items []any) {
	if list, ok := v.([]any); ok {
		if len(path) == 0 {
			return []any{}, list
		}
		for i := range list {
			var more []any
			list[i], more = split(list[i], path)
			items = append(items, more...)
		}
		return list, items
	}
	m, ok := v.(map[string]any)
	switch {
	case len(path) == 0 && ok:
		return []any{}, []any{v} // a list of one, as XML tells it
	case len(path) == 0 || !ok:
		return v, nil
	}
	if inner, there := m[path[0]]; there {
		m[path[0]], items = split(inner, path[1:])
	}
	return m, items
}

// canonical is JSON with sorted names, numbers as they were written.
func canonical(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func size(n int) string { return strconv.Itoa(n>>20) + " MiB" }
