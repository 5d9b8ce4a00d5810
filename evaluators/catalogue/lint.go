package catalogue

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// sharedRows are rows that more than one check answers, each with the reason.
var sharedRows = map[string]string{
	"aws-config-recorder":         "one check asks each region, the other whether any of them records what belongs to no region",
	"aws-ebs-snapshot-not-public": "the snapshots that exist, and the region's block that keeps others from becoming public",
	"aws-ec2-imdsv2":              "the machines that exist, and the region's default where the row's parameter asks for it",
	"x-ci-static-cloud-keys":      "keys lie in the secrets of repositories and of environments, which are two kinds",
	"aws-iam-unused-credentials":  "passwords and keys are facts of their own",
}

// maxDirect is how many criteria one control may claim to test directly: what
// claims more is a programme, not a control.
const maxDirect = 3

// criteriaCount is how many Trust Services Criteria there are.
const criteriaCount = 61

// linter checks a catalogue as a whole. Everything wrong is collected.
type linter struct {
	partial  bool // controls of a user: rows need not be covered
	criteria criteria
	tests    map[string]bool
	manual   map[string]bool
	sources  []source
	problems []error
}

func (l *linter) lint() error {
	l.lintCriteria()
	ids := map[string]string{}
	judged := map[string]string{}
	rows := map[string]string{}
	for _, s := range l.sources {
		if other, dup := ids[s.control.ID]; dup {
			l.wrong(s, "$.id", "%q is the id of the control in %s", s.control.ID, other)
		}
		ids[s.control.ID] = s.File
		l.identity(s)
		l.prose(s)
		l.risk(s)
		l.mappings(s)
		l.checks(s, judged)
		l.attestation(s)
		l.covers(s, rows)
		l.expressions(s)
	}
	l.order(ids)
	return errors.Join(l.problems...)
}

func (l *linter) wrong(s source, at, format string, args ...any) {
	l.problems = append(l.problems, s.wrong(at, format, args...))
}

func (l *linter) lintCriteria() {
	seen := map[string]bool{}
	for i, c := range l.criteria.list {
		at := fmt.Sprintf("$[%d].", i)
		for field, text := range map[string]string{"id": c.ID, "category": c.Category, "series": c.Series, "title": c.Title, "summary": c.Summary, "residual": c.Residual} {
			if strings.TrimSpace(text) == "" {
				l.problems = append(l.problems, l.criteria.wrong(at+field, "criterion %s has no %s", c.ID, field))
			}
		}
		if seen[c.ID] {
			l.problems = append(l.problems, l.criteria.wrong(at+"id", "criterion %s is listed twice", c.ID))
		}
		seen[c.ID] = true
	}
	if len(seen) != criteriaCount {
		l.problems = append(l.problems, l.criteria.wrong("$", "lists %d criteria: expected %d", len(seen), criteriaCount))
	}
}

var (
	kebab  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	snake  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	period = regexp.MustCompile(`^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?$`)
)

// isPeriod says whether a text is an ISO 8601 duration of whole days or longer.
func isPeriod(text string) bool {
	return period.MatchString(text) && strings.ContainsAny(text, "123456789")
}

func (l *linter) identity(s source) {
	c := s.control
	if !kebab.MatchString(c.ID) {
		l.wrong(s, "$.id", "id %q: expected lower-case words joined by hyphens", c.ID)
	}
	if base := strings.TrimSuffix(path.Base(s.File), ".yaml"); base != c.ID {
		l.wrong(s, "$.id", "id %q is not the file's name: expected %q", c.ID, base)
	}
	if folders := strings.Split(path.Dir(s.File), "/"); !l.partial && (len(folders) != 2 || !kebab.MatchString(folders[1])) {
		l.wrong(s, "$.id", "lies in %s: expected controls/<series>", path.Dir(s.File))
	}
	if c.Version < 1 {
		l.wrong(s, "$.version", "version %d: expected 1 or more", c.Version)
	}
	if len(c.Checks) == 0 && c.AttestationAsked == nil {
		l.wrong(s, "$", "control %s has neither checks nor an attestation: nothing would judge it", c.ID)
	}
}

func (l *linter) prose(s source) {
	c := s.control
	for field, text := range map[string]string{"title": c.Title, "statement": c.Statement, "rationale": c.Rationale, "owner": c.Owner, "risk_reason": c.RiskReason} {
		if strings.TrimSpace(text) == "" {
			l.wrong(s, "$."+field, "%s is missing", field)
		}
	}
	l.oneOf(s, "$.nature", c.Nature, "preventive", "detective")
	l.oneOf(s, "$.profile", c.Profile, "baseline", "growing", "established")
	if c.Frequency != "continuous" && !isPeriod(c.Frequency) {
		l.wrong(s, "$.frequency", "frequency %q: expected continuous, or an ISO 8601 duration such as P90D", c.Frequency)
	}
}

func (l *linter) oneOf(s source, at, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	l.wrong(s, at, "%s %q: expected %s", at[strings.LastIndex(at, ".")+1:], value, strings.Join(allowed, ", "))
}

func (l *linter) risk(s source) {
	for field, n := range map[string]int{"likelihood": s.control.Likelihood, "impact": s.control.Impact} {
		if n < 1 || n > 5 {
			l.wrong(s, "$."+field, "%s %d: expected 1 to 5", field, n)
		}
	}
}

func (l *linter) mappings(s source) {
	if len(s.control.Criteria) == 0 {
		l.wrong(s, "$.criteria", "bears on no criterion")
	}
	direct := 0
	seen := map[string]bool{}
	for i, m := range s.control.Criteria {
		at := fmt.Sprintf("$.criteria[%d].", i)
		if !l.criteria.has(m.ID) {
			l.wrong(s, at+"id", "criterion %q does not exist: see evaluators/catalogue/criteria.yaml", m.ID)
		}
		if seen[m.ID] {
			l.wrong(s, at+"id", "criterion %s is mapped twice", m.ID)
		}
		seen[m.ID] = true
		l.oneOf(s, at+"strength", string(m.Strength), string(soc2.Direct), string(soc2.Supporting))
		if m.Strength == soc2.Direct {
			direct++
		}
		if strings.TrimSpace(m.Why) == "" {
			l.wrong(s, at+"why", "criterion %s: why is missing", m.ID)
		}
		if strings.TrimSpace(m.Residual) == "" {
			l.wrong(s, at+"residual", "criterion %s: residual is missing: something always remains for a person", m.ID)
		}
	}
	if direct > maxDirect {
		l.wrong(s, "$.criteria", "claims %d criteria as direct: expected at most %d", direct, maxDirect)
	}
}
