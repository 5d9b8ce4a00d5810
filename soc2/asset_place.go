package soc2

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// Asset says what a resource is to the company, from its fact after derivation.
//
// Whose systems it is in: all that claim it. Who owns it, the first that is known:
//
//  1. a tag that names a team, a member of one or an e-mail address;
//  2. what the provider or a list of the company's records of it (Device, Vendor,
//     User);
//  3. the owner of the first system that claims it;
//  4. the first rule of owners for one of its systems, or for everything.
//
// CODEOWNERS files would come after the tag; no evidence holds them yet.
//
// Its environment is the most serious of what its tag and its systems say, and its
// data is all that its tag and its systems say: a tag, which anybody with rights at
// the provider can set, adds to what the company states and takes nothing away.
func (s Scope) Asset(f evidence.Fact) Asset {
	names := s.Tags.orDefault()
	a := Asset{Resource: f.Resource, Tags: evidence.TagsOf(f.Body), Exposed: exposed(f.Body), Privileged: privileged(f.Body)}
	at := pathOf(f)
	for i := range s.Systems {
		system := &s.Systems[i]
		if slices.ContainsFunc(system.Select, func(sel AssetSelector) bool { return sel.picks(f.Resource, at, a.Tags) }) {
			s.claim(&a, system)
		}
	}
	if tag, value := tagged(a.Tags, names.Environment); tag != "" {
		a.Environment = graver(a.Environment, environmentOf(value))
	}
	if tag, value := tagged(a.Tags, names.Data); tag != "" {
		a.Data = s.classes(a.Data, value)
	}
	s.own(&a, f.Body, names)
	return a
}

// AssetOf says what a resource is to the company where there is no fact of it. A
// scope that was not seen may hold anything: it belongs to every system that could
// have something in it.
func (s Scope) AssetOf(r evidence.Resource) Asset {
	a := Asset{Resource: r}
	unseen := r.Kind == evidence.KindScope
	for i := range s.Systems {
		system := &s.Systems[i]
		if slices.ContainsFunc(system.Select, func(sel AssetSelector) bool {
			if unseen {
				return sel.mayPick(r)
			}
			return sel.picks(r, r.Name, nil)
		}) {
			s.claim(&a, system)
		}
	}
	s.own(&a, nil, TagNames{})
	return a
}

func (s Scope) claim(a *Asset, system *System) {
	a.Systems = append(a.Systems, system.ID)
	a.Environment = graver(a.Environment, environmentOf(system.Environment))
	for _, class := range system.Data {
		if !slices.Contains(a.Data, class) {
			a.Data = append(a.Data, class)
		}
	}
}

// picks says whether a resource is selected. A tag that was not seen picks nothing.
func (sel AssetSelector) picks(r evidence.Resource, at string, tags map[string]string) bool {
	if !sel.Picks(r) || !under(sel.Path, at) {
		return false
	}
	for name, pattern := range sel.Tags {
		value, there := tags[name]
		if !there || pattern != value && (pattern == "" || !wild(pattern, value)) {
			return false
		}
	}
	return true
}

// mayPick says whether anything in a scope that was not seen could be selected.
func (sel AssetSelector) mayPick(r evidence.Resource) bool {
	return r.Provider != "" && // else it is the company's as a whole: a control that nothing feeds
		(sel.Provider == "" || sel.Provider == r.Provider) &&
		(sel.Account == "" || sel.Account == r.Account) &&
		(sel.Region == "" || r.Region == "" || sel.Region == r.Region) &&
		(sel.Type == "" || sel.Type == r.Type)
}

// pathOf is where a thing is for selectors by path.
func pathOf(f evidence.Fact) string {
	if repository := evidence.RepositoryOf(f.Body); repository != "" {
		return repository
	}
	return f.Resource.Name
}

// under says whether a place is at a path or below it, segment by segment.
func under(pattern, place string) bool {
	if pattern == "" {
		return true
	}
	pattern, place = strings.Trim(pattern, "/"), strings.Trim(place, "/")
	for more := true; more; {
		if place == "" {
			return false
		}
		var want, have string
		want, pattern, more = strings.Cut(pattern, "/")
		have, place, _ = strings.Cut(place, "/")
		if want != have && !wild(want, have) || want == "" {
			return false
		}
	}
	return true
}

// tagged gives the first tag of some names, whatever their case, that says something.
func tagged(tags map[string]string, names []string) (tag, value string) {
	if len(tags) == 0 {
		return "", ""
	}
	for _, name := range names {
		var found []string // of tags that differ in case only, the same one every time
		for key, v := range tags {
			if strings.EqualFold(key, name) && strings.TrimSpace(v) != "" {
				found = append(found, key)
			}
		}
		if len(found) > 0 {
			key := slices.Min(found)
			return key, strings.TrimSpace(tags[key])
		}
	}
	return "", ""
}
