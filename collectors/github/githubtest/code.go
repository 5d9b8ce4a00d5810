package githubtest

import (
	"crypto/sha1" // git's own names of what it keeps
	"encoding/hex"
	"slices"
	"time"
)

// Code is what a repository holds beside its settings.
type Code struct {
	Languages map[string]int
	// Scanning is the state of code scanning's default setup; empty: not-configured.
	// "off" stands for code scanning that is not available.
	Scanning     string
	Analyses     []Analysis // newest first
	Pulls        []Pull
	Pushes       []Push            // straight to the default branch
	Workflows    map[string]string // files under .github/workflows
	CodeOwners   map[string]string // text by folder: .github, docs, or the root
	Secrets      []SecretAlert
	Dependencies []DependencyAlert
	Flaws        []CodeAlert
}

// Analysis is a search of the default branch for flaws.
type Analysis struct {
	At    time.Time
	Error string
}

// Pull is a closed pull request to the default branch.
type Pull struct {
	ID, Number int64
	Title      string
	Author     Person
	MergedBy   Person
	MergedAt   time.Time // zero: closed without being merged
	UpdatedAt  time.Time // zero: when it was merged
	Authors    []Person  // of its commits, one each; without a login: no account is known
	Reviews    []Review
	Runs       []Run
	Statuses   []Status
	Queued     bool // merged by a merge queue
	Pushed     bool // merged by pushing its head
}

// Review is a review of a pull request.
type Review struct {
	By    Person
	State string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, PENDING
	At    time.Time
	Old   bool // of a commit before the last
}

// Run is a run of a check on the head of a pull request.
type Run struct {
	Name, Conclusion string
	Began, Ended     time.Time // zero: it has not ended
}

// Status is a commit status on the head of a pull request.
type Status struct {
	Context, State string
	At             time.Time
}

// Push is a movement of the default branch.
type Push struct {
	By    Person
	At    time.Time
	Type  string // empty: push
	Paths []string
}

// SecretAlert is an alert of secret scanning.
type SecretAlert struct {
	Number     int64
	Type, Name string
	CreatedAt  time.Time
	Resolution string // empty: open
	ResolvedAt time.Time
	Generic    bool
	Secret     string
}

// DependencyAlert is an alert of Dependabot.
type DependencyAlert struct {
	Number             int64
	State, Severity    string
	Package, GHSA, CVE string
	Summary, Scope     string
	CreatedAt, EndedAt time.Time
	Reason, Patched    string
}

// CodeAlert is an alert of code scanning.
type CodeAlert struct {
	Number                     int64
	State, RuleID, Rule        string
	Severity, SecuritySeverity string
	CreatedAt, EndedAt         time.Time
	Reason                     string
}

func sha(parts ...string) string {
	h := sha1.New() // as above
	for _, p := range parts {
		h.Write([]byte(p + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

const noCommit = "0000000000000000000000000000000000000000"

// move is a movement of the default branch.
type move struct {
	before, after, kind string
	by                  Person
	at                  time.Time
	paths               []string
}

// moves are the movements of a repository's default branch, oldest first. Each
// starts where the one before ended.
func (r *Repository) moves() []move {
	all := []move{{kind: "branch_creation", at: r.CreatedAt, by: Person{ID: 4100101, Login: "ada"}, after: sha(r.Name, "first")}}
	for _, p := range r.Code.Pulls {
		if p.MergedAt.IsZero() {
			continue
		}
		m := move{kind: "pr_merge", at: p.MergedAt, by: p.MergedBy, after: p.merge(r)}
		switch {
		case p.Queued:
			m.kind = "merge_queue_merge"
		case p.Pushed:
			m.kind = "push"
		}
		all = append(all, m)
	}
	for _, p := range r.Code.Pushes {
		kind := p.Type
		if kind == "" {
			kind = "push"
		}
		all = append(all, move{kind: kind, at: p.At, by: p.By, after: sha(r.Name, p.At.String()), paths: p.Paths})
	}
	slices.SortStableFunc(all, func(a, b move) int { return a.at.Compare(b.at) })
	before := noCommit
	for i := range all {
		all[i].before, before = before, all[i].after
	}
	return all
}

func (p Pull) head(r *Repository) string { return sha(r.Name, p.Title, "head") }

func (p Pull) merge(r *Repository) string {
	if p.Pushed {
		return p.head(r)
	}
	return sha(r.Name, p.Title, "merge")
}

func (p Pull) updatedAt() time.Time {
	if p.UpdatedAt.IsZero() {
		return p.MergedAt
	}
	return p.UpdatedAt
}
