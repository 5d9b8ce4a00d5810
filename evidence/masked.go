package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Masked says what was taken out of a fact or a pull because it has the form of
// a secret.
type Masked struct {
	Resource string `json:"resource,omitempty"` // type and id; empty: the pull itself
	Path     string `json:"path"`               // by JSON names, "body.tags.deploy"
	Format   string `json:"format"`             // of the secret: "github-token"
}

// Masked is the fact without what has the form of a secret, and what that was.
// The id of an access key is who it is, not what opens a door (IAM user guide,
// "Manage access keys"), so a fact of that kind keeps its own, and what tells of
// one keeps which it was.
func (f Fact) Masked() (Fact, []Masked, error) {
	if !holdsSecret(reflect.ValueOf(f.Body)) && !f.Resource.holdsSecret() && !holesHoldSecret(f.Holes) {
		return f, nil, nil
	}
	b, err := json.Marshal(f)
	if err != nil {
		return Fact{}, nil, fmt.Errorf("mask %s: %w", f.Resource.Type, err)
	}
	tree, err := Tree(b)
	if err != nil {
		return Fact{}, nil, fmt.Errorf("mask %s: %w", f.Resource.Type, err)
	}
	var found []Masked
	tree = maskTree(tree, "", f.Resource.excepts, func(path, format string) {
		found = append(found, Masked{Path: path, Format: format})
	})
	if b, err = json.Marshal(tree); err != nil {
		return Fact{}, nil, fmt.Errorf("mask %s: %w", f.Resource.Type, err)
	}
	out, err := DecodeFact(b)
	if err != nil {
		return Fact{}, nil, fmt.Errorf("mask %s: %w", f.Resource.Type, err)
	}
	for i := range found {
		found[i].Resource = out.Resource.Type + " " + out.Resource.ID
	}
	out.Seen, out.Digest = f.Seen, f.Digest
	return out, found, nil
}

// excepts is the form that is no secret at a path.
func (r Resource) excepts(path string) string {
	if r.Kind == "AccessKey" && (path == "resource.id" || path == "resource.name") {
		return "aws-access-key-id"
	}
	if r.Kind == "ChangeEvent" && path == "body.about.id" {
		return "aws-access-key-id"
	}
	return ""
}

func (r Resource) holdsSecret() bool {
	id := func(path, text string) bool {
		_, formats := mask(text, r.excepts(path))
		return len(formats) > 0
	}
	return id("resource.id", r.ID) || id("resource.name", r.Name) || id("", r.Account) || id("", r.Region)
}

func holesHoldSecret(holes []Hole) bool {
	return slices.ContainsFunc(holes, func(h Hole) bool { return holdsSecret(reflect.ValueOf(h)) })
}

// holdsSecret looks at every string, keys of maps included, and changes nothing.
func holdsSecret(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		_, formats := Mask(v.String())
		return len(formats) > 0
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && holdsSecret(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && holdsSecret(v.Field(i)) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Kind() == reflect.Slice && holdsSecret(reflect.ValueOf(string(v.Bytes())))
		}
		for i := range v.Len() {
			if holdsSecret(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if holdsSecret(k) || holdsSecret(v.MapIndex(k)) {
				return true
			}
		}
	}
	return false
}

// Tree reads JSON into maps, lists, strings and numbers as they are written.
func Tree(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one value")
	}
	return tree, nil
}

// maskTree masks every string below a value, and the keys. found is told of each.
func maskTree(v any, path string, excepts func(path string) string, found func(path, format string)) any {
	switch v := v.(type) {
	case string:
		masked, formats := mask(v, excepts(path))
		for _, f := range formats {
			found(path, f)
		}
		return masked
	case []any:
		for i := range v {
			v[i] = maskTree(v[i], path+"["+strconv.Itoa(i)+"]", excepts, found)
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			key, formats := Mask(k)
			at := strings.TrimPrefix(path+"."+key, ".")
			for _, f := range formats {
				found(at, f)
			}
			for n := 2; ; n++ { // two keys that differ in what was masked only
				if _, taken := out[key]; !taken {
					break
				}
				key = fmt.Sprintf("%s (%d)", at[strings.LastIndexByte(at, '.')+1:], n)
			}
			out[key] = maskTree(v[k], at, excepts, found)
		}
		return out
	}
	return v
}

// MaskTree masks a tree of JSON in place where it can and gives it back.
func MaskTree(v any, found func(path, format string)) any {
	return maskTree(v, "", func(string) string { return "" }, found)
}

// masked is the pull without what has the form of a secret: a provider may repeat
// in its refusal what was in the request.
func (p Pull) masked() Pull {
	if !holdsSecret(reflect.ValueOf(p)) {
		return p
	}
	text := func(path, s string) string {
		masked, formats := Mask(s)
		for _, f := range formats {
			p.Masked = append(p.Masked, Masked{Path: path, Format: f})
		}
		return masked
	}
	texts := func(path string, list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			list[i] = text(path+"["+strconv.Itoa(i)+"]", list[i])
		}
		return list
	}
	p.Principal = text("principal", p.Principal)
	p.PrincipalScopes = texts("principal_scopes", p.PrincipalScopes)
	p.Parameters = texts("parameters", p.Parameters)
	p.ReconciledWith = text("reconciled_with", p.ReconciledWith)
	p.RequestIDs.Failed = texts("request_ids.failed", p.RequestIDs.Failed)
	p.Holes = slices.Clone(p.Holes)
	for i := range p.Holes {
		p.Holes[i].Detail = text("holes["+strconv.Itoa(i)+"].detail", p.Holes[i].Detail)
	}
	return p
}
