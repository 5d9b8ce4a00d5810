package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

var (
	pullPopulation    = evidence.Population{Kind: "ChangeRequest", Type: "github.pull_request"}
	historyPopulation = evidence.Population{Kind: "BranchHistory", Type: "github.default_branch"}
)

// Calls: ⌈repositories/100⌉ (twice where there are several pages) + 1; for each
// repository that was pushed to in the days looked back ⌈closed pull requests
// touched in them/100⌉ (+ 1 where there are several pages) + 1 + ⌈movements of
// the default branch in them/100⌉; 2 for each push of its newest 30; 5 for each
// merged pull request that is new or was touched since the last pull. Of the last
// two, detail_calls in all.
var changesCollector = evidence.Collector{
	Name: "github_changes",
	Doc: "Reads the pull requests merged into default branches in the last days, with their reviews, authors and checks, " +
		"and what else moved those branches.",
	Populations: []evidence.Population{pullPopulation, historyPopulation},
	Reads: []string{
		readRepositories, readOrganization, readPulls, readPull, readReviews, readPullCommits, readCheckRuns, readStatuses,
		readBranch, readActivity, readPullsOfCommit, readComparison,
	},
	Permissions: []string{permitRepositories, permitOrganization, permitPulls, permitContents, permitChecks, permitStatuses},
}

func (s *source) collectChanges(ctx context.Context, c *session, rec *evidence.Recorder) error {
	rec.Parameter("days back: " + strconv.Itoa(s.details.days))
	repos, listErr := s.readRepositories(ctx, c, rec)
	look := &changeLook{source: s, session: c, rec: rec, since: s.details.since(), may: s.details.allowance()}
	err := each(ctx, repos, look.repository)
	if look.listErr != nil {
		rec.Miss(pullPopulation.Type, look.listErr)
	}
	// The newest first: where the calls do not suffice, the oldest wait.
	slices.SortFunc(look.pulls, func(a, b mergedPull) int {
		return cmp.Or(b.MergedAt.Compare(a.MergedAt), cmp.Compare(a.ID, b.ID))
	})
	detailErr := eachOf(ctx, look.pulls, func(p mergedPull) string { return p.name() }, look.pull)
	if err == nil && listErr == nil && look.listErr == nil && detailErr == nil {
		s.details.changes.forget()
	}
	return errors.Join(listErr, err, detailErr)
}

// changeLook is one pull of changes.
type changeLook struct {
	source  *source
	session *session
	rec     *evidence.Recorder
	since   time.Time
	may     *allowance

	mu      sync.Mutex
	pulls   []mergedPull
	listErr error // the first repository whose pull requests were not listed to the end
}

func (l *changeLook) repository(ctx context.Context, r repository) error {
	pulls, err := l.readMerged(ctx, r)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	l.mu.Lock()
	l.pulls = append(l.pulls, pulls...)
	l.listErr = cmp.Or(l.listErr, err)
	l.mu.Unlock()
	f := l.history(ctx, r)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return l.rec.Add(f)
}

// idle says that nothing was pushed to any branch in the days looked at: a merge
// is a push too. A day is left for clocks that differ.
func (l *changeLook) idle(r repository) bool {
	if !r.PushedAt.There {
		return false
	}
	return r.PushedAt.Value == nil || r.PushedAt.Value.Before(l.since.AddDate(0, 0, -1))
}

// mergedPull is what GET …/pulls says of a merged pull request. GitHub leaves
// out there who merged it.
type mergedPull struct {
	repo      repository
	ID        int64
	Number    int64
	Title     string
	Author    account
	MergedAt  time.Time
	UpdatedAt time.Time
	Head      string
	Merge     string
	Base      string
}

func (p mergedPull) name() string { return p.repo.FullName + "#" + strconv.FormatInt(p.Number, 10) }

func (p mergedPull) path(rest string) string {
	return p.repo.path("/pulls/" + strconv.FormatInt(p.Number, 10) + rest)
}

// readMerged lists the pull requests merged into the default branch since the
// first day. They come by the time they were last touched, newest first, so the
// list is left at the first that was not touched since: it was not merged since
// either. One that is touched while the pages are read goes to the front, out of
// sight of who is past it; so the front is read again until it shows nothing new.
func (l *changeLook) readMerged(ctx context.Context, r repository) ([]mergedPull, error) {
	branch, ok := r.branchName()
	switch {
	case !ok:
		return nil, unreadable(readRepositories, "GitHub names no default branch", nil)
	case l.idle(r):
		return nil, nil
	}
	query := url.Values{"state": {"closed"}, "base": {branch}, "sort": {"updated"}, "direction": {"desc"}, "per_page": {strconv.Itoa(perPage)}}
	found := map[int64]mergedPull{}
	for reading := 0; ; reading++ {
		fresh, pages, err := l.readTouched(ctx, r, query, found, reading > 0)
		switch {
		case err != nil:
			return values(found), err
		case pages <= 1 || reading > 0 && !fresh:
			return values(found), nil
		case reading >= mostReadings:
			return values(found), endless(readPulls, errUnsettled.Error())
		}
	}
}

// readTouched reads pages until one reaches what was last touched before the
// first day or, when the list is read again, one shows nothing new.
func (l *changeLook) readTouched(ctx context.Context, r repository, query url.Values, found map[int64]mergedPull, again bool) (fresh bool, pages int, err error) {
	for page := 1; page != 0; {
		query.Set("page", strconv.Itoa(page))
		var items []json.RawMessage
		a, err := l.session.getInto(ctx, readPulls, r.path("/pulls?"+query.Encode()), &items)
		if err != nil {
			return fresh, pages, err
		}
		l.rec.Page()
		pages++
		pageFresh, old := false, false
		for _, item := range items {
			p, merged, err := parsePull(r, item)
			if err != nil {
				return fresh, pages, err
			}
			if old = old || p.UpdatedAt.Before(l.since); !merged || p.MergedAt.Before(l.since) {
				continue
			}
			if was, known := found[p.ID]; !known || !was.UpdatedAt.Equal(p.UpdatedAt) {
				found[p.ID], pageFresh = p, true
			}
		}
		fresh = fresh || pageFresh
		if err := onlyPart(readPulls, a.header); err != nil {
			return fresh, pages, err
		}
		if old || again && !pageFresh {
			return fresh, pages, nil
		}
		if page, err = nextPage(readPulls, a.header, page, len(items)); err != nil {
			return fresh, pages, err
		}
	}
	return fresh, pages, nil
}

func parsePull(r repository, item json.RawMessage) (p mergedPull, merged bool, err error) {
	var pull struct {
		ID        int64                `json:"id"`
		Number    int64                `json:"number"`
		Title     string               `json:"title"`
		User      stated[account]      `json:"user"`
		MergedAt  stated[time.Time]    `json:"merged_at"`
		UpdatedAt *time.Time           `json:"updated_at"`
		Merge     string               `json:"merge_commit_sha"`
		Head      struct{ SHA string } `json:"head"`
		Base      struct{ Ref string } `json:"base"`
	}
	if err := json.Unmarshal(item, &pull); err != nil || pull.ID == 0 || pull.Number == 0 || !pull.MergedAt.There || !pull.User.There || pull.UpdatedAt == nil {
		return mergedPull{}, false, unreadable(readPulls, "a pull request without id, number, user, merged_at or updated_at", err)
	}
	p = mergedPull{
		repo: r, ID: pull.ID, Number: pull.Number, Title: pull.Title, Author: pull.User.or(account{}), UpdatedAt: *pull.UpdatedAt,
		Head: pull.Head.SHA, Merge: pull.Merge, Base: pull.Base.Ref,
	}
	if pull.MergedAt.Value == nil {
		return p, false, nil // closed without being merged
	}
	if p.MergedAt = *pull.MergedAt.Value; p.Head == "" || p.Base == "" {
		return p, false, unreadable(readPulls, "a merged pull request without head or base", nil)
	}
	return p, true, nil
}

func values(found map[int64]mergedPull) []mergedPull {
	all := make([]mergedPull, 0, len(found))
	for _, p := range found {
		all = append(all, p)
	}
	return all
}
