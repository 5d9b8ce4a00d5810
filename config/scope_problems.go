package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/internal/identity"
)

// The words that scope knows.
var (
	Profiles     = []string{"baseline", "growing", "established"}
	Environments = []string{"production", "staging", "development"}
	Levels       = []string{"public", "internal", "confidential", "restricted"}
	Holdings     = []string{"pii", "phi", "cardholder", "financial", "ip", "credentials"}
)

var scopeID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// scopeCheck holds a scope to what its parts say of each other. Which criteria,
// controls and providers there are is known elsewhere.
type scopeCheck struct {
	*Config
	wrong func(path []any, format string, args ...any)
}

func (c *Config) scopeProblems(wrong func(path []any, format string, args ...any)) {
	s := scopeCheck{c, wrong}
	s.words()
	s.teams()
	s.data()
	s.systems()
	s.commitments()
	s.parties()
	s.owners()
	s.audit()
	s.statement()
}

// at says what is wrong with a field, by its path below scope.
func (s scopeCheck) at(steps []any, format string, args ...any) {
	s.wrong(append([]any{"scope"}, steps...), "%s: "+format, append([]any{fieldName(steps)}, args...)...)
}

func fieldName(steps []any) string {
	b := &strings.Builder{}
	b.WriteString("scope")
	for _, step := range steps {
		if i, ok := step.(int); ok {
			fmt.Fprintf(b, "[%d]", i)
		} else {
			fmt.Fprintf(b, ".%v", step)
		}
	}
	return b.String()
}

func (s scopeCheck) words() {
	for i, category := range s.Scope.Categories {
		if !slices.Contains(Categories, category) {
			s.wrong([]any{"scope", "categories", i}, "scope.categories: %q is not a category; expected %s", category, strings.Join(Categories, ", "))
		}
	}
	if !slices.Contains(s.Scope.Categories, "Security") {
		s.wrong([]any{"scope", "categories"}, "scope.categories: Security is part of every SOC 2 report; add it")
	}
	if s.Scope.Profile != "" {
		s.oneOf([]any{"profile"}, s.Scope.Profile, Profiles)
	}
	for _, t := range []struct {
		what  string
		names []string
	}{{"owner", s.Scope.Tags.Owner}, {"environment", s.Scope.Tags.Environment}, {"data", s.Scope.Tags.Data}} {
		s.texts([]any{"tags", t.what}, t.names)
	}
}

func (s scopeCheck) teams() {
	s.ids("teams", len(s.Scope.Teams), func(i int) string { return s.Scope.Teams[i].ID })
	for i, t := range s.Scope.Teams {
		if len(t.Members) == 0 {
			s.at([]any{"teams", i, "members"}, "is missing; name at least one person")
		}
		s.texts([]any{"teams", i, "members"}, t.Members)
	}
}

func (s scopeCheck) data() {
	s.ids("data", len(s.Scope.Data), func(i int) string { return s.Scope.Data[i].ID })
	for i, d := range s.Scope.Data {
		s.oneOf([]any{"data", i, "level"}, d.Level, Levels)
		if slices.Contains(Levels, d.ID) && d.ID != d.Level {
			s.at([]any{"data", i, "id"}, "%q is the name of another level than its own; choose another id", d.ID)
		}
		for j, h := range d.Holds {
			s.oneOf([]any{"data", i, "holds", j}, h, Holdings)
		}
		s.owner([]any{"data", i, "owner"}, d.Owner, true)
	}
}

func (s scopeCheck) systems() {
	s.ids("systems", len(s.Scope.Systems), func(i int) string { return s.Scope.Systems[i].ID })
	for i, sys := range s.Scope.Systems {
		s.owner([]any{"systems", i, "owner"}, sys.Owner, false)
		if sys.Environment != "" {
			s.oneOf([]any{"systems", i, "environment"}, sys.Environment, Environments)
		}
		for j, class := range sys.Data {
			if !slices.ContainsFunc(s.Scope.Data, func(d DataClass) bool { return d.ID == class }) {
				s.at([]any{"systems", i, "data", j}, "there is no class of data %q; add it to scope.data", class)
			}
		}
		for j, used := range sys.Uses {
			switch {
			case used == sys.ID:
				s.at([]any{"systems", i, "uses", j}, "is the system itself; remove it")
			case !s.system(used) && !s.party(used):
				s.at([]any{"systems", i, "uses", j}, "there is no system and no third party %q; add it to scope.systems or scope.third_parties", used)
			}
		}
		if len(sys.Select) == 0 {
			s.at([]any{"systems", i, "select"}, "is missing; say which resources are in the system, such as `- {provider: aws, account: \"111122223333\"}`")
		}
		for j, sel := range sys.Select {
			s.selector([]any{"systems", i, "select", j}, sel)
		}
	}
}

// selector refuses one that picks everything, which nobody means, and patterns that
// can pick nothing.
func (s scopeCheck) selector(at []any, sel AssetSelector) {
	picks := sel.Provider+sel.Account+sel.Region+sel.Type != "" || len(sel.Tags) > 0
	for _, f := range []struct{ name, pattern string }{{"id", sel.ID}, {"name", sel.Name}, {"path", sel.Path}} {
		picks = picks || strings.Trim(f.pattern, "*/") != ""
		for part := range strings.SplitSeq(f.pattern, "/") { // a path is matched by its parts; in the others, too, no class holds a slash
			if !s.pattern(slices.Concat(at, []any{f.name}), part) {
				break
			}
		}
	}
	for tag, pattern := range sel.Tags {
		if strings.TrimSpace(tag) == "" {
			s.at(slices.Concat(at, []any{"tags"}), "a tag has no name")
		}
		s.pattern(slices.Concat(at, []any{"tags", tag}), pattern)
	}
	if !picks {
		s.at(at, "picks everything; give at least one of provider, account, region, type, id, name, path or tags")
	}
}

func (s scopeCheck) pattern(at []any, pattern string) bool {
	_, err := path.Match(pattern, "")
	if err != nil {
		s.at(at, "is no pattern: a [ is not closed, or a backslash ends it")
	}
	return err == nil
}

func (s scopeCheck) commitments() {
	s.ids("commitments", len(s.Scope.Commitments), func(i int) string { return s.Scope.Commitments[i].ID })
	for i, c := range s.Scope.Commitments {
		s.text([]any{"commitments", i, "text"}, c.Text)
		if len(c.Criteria) == 0 {
			s.at([]any{"commitments", i, "criteria"}, "is missing; name the criteria it rests on, such as [CC6.1]")
		}
	}
}

func (s scopeCheck) parties() {
	var seen []string
	for i, p := range s.Scope.ThirdParties {
		at := []any{"third_parties", i, "name"}
		s.text(at, p.Name)
		if slices.ContainsFunc(seen, func(n string) bool { return strings.EqualFold(n, p.Name) }) {
			s.at(at, "%q is used twice", p.Name)
		}
		if s.system(p.Name) {
			s.at(at, "%q is the id of a system; call one of them otherwise", p.Name)
		}
		seen = append(seen, p.Name)
		for j, host := range p.Hosts {
			s.pattern([]any{"third_parties", i, "hosts", j}, host)
			if strings.Trim(host, "*. ") == "" || strings.ContainsAny(host, "/: ") {
				s.at([]any{"third_parties", i, "hosts", j}, "expected the name of a host, such as api.example.com or *.example.com")
			}
		}
	}
}

func (s scopeCheck) owners() {
	for i, o := range s.Scope.Owners {
		s.owner([]any{"owners", i, "owner"}, o.Owner, true)
		if o.System != "" && !s.system(o.System) {
			s.at([]any{"owners", i, "system"}, "there is no system %q; add it to scope.systems", o.System)
		}
		if o.System == "" && len(o.Controls)+len(o.Criteria) == 0 && i < len(s.Scope.Owners)-1 {
			s.at([]any{"owners", i}, "applies to everything, so that no rule after it ever does; move it to the end")
		}
	}
}

// audit is a day after the period: an auditor tests what was.
func (s scopeCheck) audit() {
	if s.Scope.Audit == "" {
		return
	}
	day, ok := s.day([]any{"audit"}, s.Scope.Audit)
	if !ok || s.Period.To == "" {
		return
	}
	if to, err := time.Parse(time.DateOnly, s.Period.To); err == nil && !day.After(to) {
		s.at([]any{"audit"}, "%s is not after the end of the period, %s; an audit begins when its period is over", s.Scope.Audit, s.Period.To)
	}
}

func (s scopeCheck) statement() {
	d := s.Scope.Description
	for i, in := range d.Incidents {
		s.day([]any{"description", "incidents", i, "on"}, in.On)
		s.text([]any{"description", "incidents", i, "text"}, in.Text)
	}
	for i, u := range d.UserControls {
		s.text([]any{"description", "user_controls", i, "text"}, u.Text)
	}
	for i, sub := range d.Subservices {
		s.text([]any{"description", "subservices", i, "name"}, sub.Name)
		s.text([]any{"description", "subservices", i, "services"}, sub.Services)
		s.oneOf([]any{"description", "subservices", i, "method"}, sub.Method, []string{"carve-out", "inclusive"})
	}
	for i, n := range d.NotRelevant {
		s.text([]any{"description", "not_relevant", i, "criterion"}, n.Criterion)
		s.text([]any{"description", "not_relevant", i, "reason"}, n.Reason)
	}
	for i, ch := range d.Changes {
		s.day([]any{"description", "changes", i, "on"}, ch.On)
		s.text([]any{"description", "changes", i, "text"}, ch.Text)
	}
}

func (s scopeCheck) ids(list string, n int, id func(int) string) {
	seen := map[string]bool{}
	for i := range n {
		at := []any{list, i, "id"}
		switch name := id(i); {
		case name == "":
			s.at(at, "is missing; give it one such as payments")
		case !scopeID.MatchString(name):
			s.at(at, "%q is no id; expected lower-case words joined by hyphens, such as customer-records", name)
		case seen[name]:
			s.at(at, "%q is used twice", name)
		default:
			seen[name] = true
		}
	}
}

func (s scopeCheck) oneOf(at []any, value string, known []string) {
	if !slices.Contains(known, value) {
		s.at(at, "expected %s or %s", strings.Join(known[:len(known)-1], ", "), known[len(known)-1])
	}
}

func (s scopeCheck) text(at []any, value string) {
	if strings.TrimSpace(value) == "" {
		s.at(at, "is missing")
	}
}

func (s scopeCheck) texts(at []any, values []string) {
	for i, v := range values {
		if strings.TrimSpace(v) == "" {
			s.at(slices.Concat(at, []any{i}), "is empty")
		}
	}
}

func (s scopeCheck) day(at []any, text string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		s.at(at, "expected a day such as 2027-01-15")
	}
	return day, err == nil
}

// owner refuses a name nobody knows: a misspelt team would answer for nothing.
func (s scopeCheck) owner(at []any, name string, must bool) {
	if strings.TrimSpace(name) == "" {
		if must {
			s.at(at, "is missing; name a team, a person of identities or an e-mail address")
		}
		return
	}
	if !s.answerable(name) {
		s.at(at, "%q is no team of scope.teams and nobody of identities; add it there, or give an e-mail address", name)
	}
}

func (s scopeCheck) answerable(name string) bool {
	for _, t := range s.Scope.Teams {
		if t.ID == name || slices.Contains(t.Members, name) {
			return true
		}
	}
	for _, one := range s.Identities {
		if slices.ContainsFunc(append([]string{one.Name}, one.Also...), func(n string) bool { return identity.Same(n, name) }) {
			return true
		}
	}
	before, after, ok := strings.Cut(name, "@")
	return ok && before != "" && strings.Contains(strings.Trim(after, "."), ".") && !strings.ContainsAny(name, " ,;<>")
}

func (s scopeCheck) system(id string) bool {
	return slices.ContainsFunc(s.Scope.Systems, func(o System) bool { return o.ID == id })
}

func (s scopeCheck) party(name string) bool {
	return slices.ContainsFunc(s.Scope.ThirdParties, func(o ThirdParty) bool { return o.Name == name }) ||
		slices.ContainsFunc(s.Scope.Description.Subservices, func(o Subservice) bool { return o.Name == name })
}
