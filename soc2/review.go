package soc2

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EntryReview is the kind of record that access reviews are made of; its subject is
// the review's name, and its body says which step it is.
const EntryReview = "review"

// The steps of an access review.
const (
	ReviewStarted   = "start"
	ReviewDecisions = "decisions"
	ReviewClosed    = "close"
)

// What a reviewer can decide of one item.
const (
	ReviewKeep   = "keep"
	ReviewRevoke = "revoke"
	ReviewChange = "change"
)

// ReviewWords are the decisions, in the order in which they are offered.
var ReviewWords = []string{ReviewKeep, ReviewRevoke, ReviewChange}

// ReviewStart is what is recorded when a review begins: the population, with what
// is known of its completeness.
type ReviewStart struct {
	Step       string       `json:"step"`
	At         time.Time    `json:"as_of"` // of the population
	System     string       `json:"system,omitempty"`
	Privileged bool         `json:"privileged,omitempty"`
	Reviewers  []string     `json:"reviewers"`
	Days       int          `json:"days"` // within which what is to be revoked or changed must be seen to be
	Digest     string       `json:"population_digest"`
	Count      int          `json:"population_items"`
	Complete   bool         `json:"population_complete"`
	Holes      []string     `json:"population_holes"`
	Lists      []ReviewList `json:"lists"`
	SampleData bool         `json:"sample_data"`
	Items      []AccessRow  `json:"items"`
}

// ReviewList is one list that the population was taken from.
type ReviewList struct {
	Collector  string         `json:"collector"`
	Scope      evidence.Scope `json:"scope"`
	Kind       evidence.Kind  `json:"kind"`
	Type       string         `json:"type"`
	Records    int            `json:"records"`
	Seen       time.Time      `json:"seen,omitzero"`
	Pull       string         `json:"pull,omitempty"`
	Parameters []string       `json:"parameters,omitempty"`
}

// ReviewDecided is what is recorded of a reviewer's decisions.
type ReviewDecided struct {
	Step   string           `json:"step"`
	Digest string           `json:"file_digest"` // SHA-256 of the sheet
	Items  []ReviewDecision `json:"decisions"`
}

// ReviewDecision is the decision on one item.
type ReviewDecision struct {
	Item     string `json:"item"`    // key
	Context  string `json:"context"` // digest of what the reviewer was shown
	Decision string `json:"decision"`
	Note     string `json:"note,omitempty"`
}

// ReviewClosing is what is recorded when a review ends.
type ReviewClosing struct {
	Step      string   `json:"step"`
	Undecided []string `json:"undecided"` // keys
	Reason    string   `json:"reason,omitempty"`
}

// StartReview takes the picked rows of who can reach what as the population of a review.
func StartReview(a *Access, f AccessFilter, reviewers []string, days int) ReviewStart {
	s := ReviewStart{
		Step: ReviewStarted, At: a.At, System: f.System, Privileged: f.Privileged, Reviewers: reviewers, Days: days,
		Complete: a.Complete(), Holes: a.Holes(), Lists: []ReviewList{}, Items: []AccessRow{},
	}
	for _, l := range a.Feeds {
		s.Lists = append(s.Lists, ReviewList{Collector: l.Collector, Scope: l.Scope, Kind: l.Kind, Type: l.Type, Records: l.Records, Seen: l.Seen, Pull: l.Pull, Parameters: l.Parameters})
	}
	for _, r := range a.Rows {
		if f.Picks(&r, a.At) {
			s.Items = append(s.Items, r)
		}
	}
	s.Count, s.Digest = len(s.Items), populationOf(s.Items)
	return s
}

// Holes says in words what the list may be short of.
func (a *Access) Holes() []string {
	all := []string{}
	add := func(text string) {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, f := range a.Feeds {
		if f.Hole != nil {
			add(f.Type + " of " + f.Scope.String() + ": " + whyHole(*f.Hole))
		}
	}
	for _, b := range a.Blind {
		text := string(b.What) + " access in " + b.Provider + " " + b.Account
		if b.Login != "" {
			text += " of the account " + b.Login
		}
		if b.Target != "" {
			text += " to " + b.Target
		}
		add(text + ": " + whyHole(b.Hole))
	}
	if len(a.Feeds) == 0 {
		add("nothing lists who can reach what")
	}
	return all
}

// populationOf is the digest of a population: SHA-256 over a line for each item, of
// its key and the digest of what a reviewer is shown of it.
func populationOf(items []AccessRow) string {
	h := sha256.New()
	for _, item := range items {
		fmt.Fprintf(h, "%s\t%s\n", item.Key, item.Context())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReviewColumns are the columns that show a reviewer what to decide on. They are a
// contract: what is recorded of an item is the digest of them.
var ReviewColumns = []string{
	"person", "account", "provider", "provider_account", "what", "reaches", "role", "privilege", "paths", "systems", "data", "purpose",
	"used_by", "status", "last_use", "mfa", "not_seen",
}

// Shown are the cells of those columns.
func (r *AccessRow) Shown() []string {
	person, lastUse, mfa := notSeen, notSeen, notSeen
	if r.Person != nil {
		if person = *r.Person; person == "" {
			person = "nobody known"
		}
	}
	switch {
	case r.LastUse != nil && r.LastUse.Never:
		lastUse = "never"
	case r.LastUse != nil:
		lastUse = r.LastUse.At.UTC().Format(time.DateOnly)
	}
	switch {
	case r.MFA != nil && *r.MFA:
		mfa = "yes"
	case r.MFA != nil:
		mfa = "no"
	case r.NotSeen("mfa") == "":
		mfa = "none to have"
	}
	var unseen []string
	for _, u := range r.Unseen {
		unseen = append(unseen, u.Field+": "+u.Why)
	}
	return []string{
		person, r.Login.Label(), r.Login.Provider, r.Login.Account, string(r.What), r.Target, r.Role, orUnseen(r.Privilege), strings.Join(r.Paths, "\n"),
		strings.Join(r.Systems, " "), strings.Join(r.Data, " "), r.Purpose, orUnseen(r.Nature), r.Status, lastUse, mfa, strings.Join(unseen, "\n"),
	}
}

const notSeen = "not seen"

func orUnseen(s string) string {
	if s == "" {
		return notSeen
	}
	return s
}

// Context is the digest of what a reviewer is shown of an item.
func (r *AccessRow) Context() string {
	b, err := json.Marshal(r.Shown())
	if err != nil {
		return "" // strings always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
