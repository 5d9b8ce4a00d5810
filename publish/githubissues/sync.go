// Package githubissues keeps one GitHub issue for each gap of a plan: creates it,
// follows the plan, closes it when evidence shows that the gap is closed, opens it
// again. It is given plans and knows neither store nor sources.
//
// It writes, which no collector may: it has credentials and a client of its own,
// and without configuration there is none. What was not seen closes nothing.
package githubissues

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// ClosedByHand is what becomes of an issue that a person closes, or deletes, while
// evidence does not show that its gap is closed.
type ClosedByHand string

// ReopenOnce opens it again with a comment, once; LeaveClosed leaves it. The gap
// stays in the plan either way.
const (
	ReopenOnce  ClosedByHand = "reopen"
	LeaveClosed ClosedByHand = "leave"
)

// Options is what issues are kept with.
type Options struct {
	API           string // such as https://api.github.com
	Repository    string // owner/name
	Credential    Credential
	Label         string   // issues are found by
	Labels        []string // that new ones get besides
	AcceptedLabel string
	Assignees     map[string]string // logins by owner
	MinSeverity   soc2.Severity
	Owners        []string // of gaps that get an issue; none: all
	MostNew       int      // issues that one run creates
	ClosedByHand  ClosedByHand
	AllowPublic   bool     // gaps may be published to everyone
	Store         string   // id of the store the plan is made from
	TakesOver     []string // ids of lost stores whose issues are ours now

	Base  http.RoundTripper
	Clock func() time.Time
	Wait  func(context.Context, time.Duration) error // nil: by the clock of the machine
	// Keep records what became of a gap's issue, before anything else is done.
	Keep func(ctx context.Context, gap string, r Record) error
}

// Record says which issue a gap has. As JSON it is the body of an entry of the
// log whose subject is the gap.
type Record struct {
	Schema     string `json:"schema"` // "controlwatch.issue/v1"
	Repository string `json:"repository"`
	Number     int    `json:"number"`
	ID         int64  `json:"id"` // GitHub's: another repository of the same name has other ids
	URL        string `json:"url"`
	What       string `json:"what"` // created, found or deleted
}

// RecordV1 names the contract of a Record in JSON.
const RecordV1 = "controlwatch.issue/v1"

// What can become of an issue.
const (
	Created = "created"
	Found   = "found" // an issue that is ours, and that the log did not know of
	Deleted = "deleted"
)

// Run is what one run did.
type Run struct {
	At         time.Time `json:"at"`
	Repository string    `json:"repository"`
	Assessment string    `json:"assessment"`
	DryRun     bool      `json:"dry_run"`
	Actions    []Action  `json:"actions"` // without unchanged ones where it says so
	Waiting    int       `json:"waiting"` // gaps that get their issue in a later run
	Requests   int       `json:"requests"`
	Failures   int       `json:"failures"` // requests that failed, also where the next attempt did not
}

// Count is how many actions of a sort were done, or in a dry run would be.
func (r Run) Count(do Do) int {
	n := 0
	for _, a := range r.Actions {
		if a.Do == do && (a.Done || r.DryRun) {
			n++
		}
	}
	return n
}

// Changed says whether anything was written.
func (r Run) Changed() bool {
	return slices.ContainsFunc(r.Actions, func(a Action) bool { return a.Done && a.Do != Unchanged && a.Do != Left })
}

// Err is what went wrong with single issues.
func (r Run) Err() error {
	var errs []error
	for _, a := range r.Actions {
		if a.failed != nil {
			errs = append(errs, fmt.Errorf("%s: %w", a.Gap, a.failed))
		}
	}
	return errors.Join(errs...)
}

// Sync keeps the issues of one repository.
type Sync struct {
	opts    Options
	known   map[string]Record // by gap
	deleted map[string]int    // how often
}

// New checks the options. Nothing is asked yet.
func New(o Options) (*Sync, error) {
	if o.Credential == nil || o.Clock == nil || o.Keep == nil || o.Store == "" || o.Label == "" || o.Repository == "" {
		return nil, errors.New("issues: credential, clock, keep, store, label and repository must be given")
	}
	o.API = strings.TrimRight(o.API, "/")
	o.Base = cmp.Or[http.RoundTripper](o.Base, http.DefaultTransport)
	if o.Wait == nil {
		o.Wait = wait
	}
	return &Sync{opts: o, known: map[string]Record{}, deleted: map[string]int{}}, nil
}

// Remember takes what an earlier process recorded, in order.
func (s *Sync) Remember(gap string, r Record) {
	if !strings.EqualFold(r.Repository, s.opts.Repository) {
		return
	}
	if r.What == Deleted {
		s.deleted[gap]++
		delete(s.known, gap)
		return
	}
	s.known[gap] = r
}

// Run makes the issues say what the plan says. Actions that failed are in the run;
// an error ended it early, and what was done until then is in the run as well.
func (s *Sync) Run(ctx context.Context, w Wanted) (Run, error) { return s.run(ctx, w, false) }

// DryRun says what Run would do. It only reads.
func (s *Sync) DryRun(ctx context.Context, w Wanted) (Run, error) { return s.run(ctx, w, true) }

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
