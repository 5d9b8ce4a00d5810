package github

import (
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// mostOwners is how many are listed; all are counted.
const mostOwners = 100

// ownerForm is a user, a team of an organisation, or an e-mail address.
var ownerForm = regexp.MustCompile(`^(@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?|[^\s@]+@[^\s@]+\.[^\s@]+)$`)

// everything are the patterns that match every file. "/*" matches those of the root only.
var everything = []string{"*", "**", "/**", "**/*", "/**/*"}

// parseCodeOwners reads a CODEOWNERS file as GitHub describes it ("About code owners"):
// a pattern and its owners on each line; the last pattern that matches a file counts,
// so a later line for everything takes all before it back; a line that is no rule is
// passed over.
func parseCodeOwners(text string) *evidence.CodeOwners {
	owners := &evidence.CodeOwners{Everything: []string{}, Named: []string{}}
	var unread int64
	named := map[string]bool{}
	for line := range strings.Lines(text) {
		words := strings.Fields(withoutComment(line))
		if len(words) == 0 {
			continue
		}
		pattern, of := words[0], words[1:]
		for strings.HasSuffix(pattern, `\`) && len(of) > 0 { // an escaped space is of the pattern
			pattern, of = strings.TrimSuffix(pattern, `\`)+" "+of[0], of[1:]
		}
		if !rule(pattern, of) {
			unread++
			continue
		}
		for _, owner := range of {
			named[owner] = true
		}
		if slices.Contains(everything, pattern) {
			owners.Everything = append([]string{}, of...)
		}
	}
	all := make([]string, 0, len(named))
	for owner := range named {
		all = append(all, owner)
	}
	slices.Sort(all)
	count := int64(len(all))
	owners.Named, owners.Owners, owners.Unread = all[:min(len(all), mostOwners)], &count, &unread
	if len(owners.Everything) > mostOwners {
		owners.Everything = owners.Everything[:mostOwners]
	}
	return owners
}

// withoutComment cuts a comment off, which begins at the start of a line or after a space.
func withoutComment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

// rule says that a line is one: GitHub takes neither exceptions (!), nor sets of
// characters, nor an escaped #, nor an owner in another form.
func rule(pattern string, owners []string) bool {
	if strings.HasPrefix(pattern, "!") || strings.HasPrefix(pattern, `\#`) || strings.ContainsAny(pattern, "[]") {
		return false
	}
	return !slices.ContainsFunc(owners, func(o string) bool { return !ownerForm.MatchString(o) })
}
