package github

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// knownChange is what an earlier pull read of a pull request. Reviews and
// comments touch it; what was true when it was merged does not change.
type knownChange struct {
	updatedAt time.Time
	body      evidence.ChangeRequest
}

const callsForPull = 5

// The fields of a merged pull request that are read one by one.
var pullDetails = []string{"merged_by", "reviews", "commit_authors", "unknown_authors", "checks"}

func (l *changeLook) pull(ctx context.Context, p mergedPull) error {
	bot := p.Author.bot()
	body := &evidence.ChangeRequest{
		Repository: &p.repo.FullName, Number: &p.Number, Title: &p.Title, Target: &p.Base, Author: &p.Author.Login, AuthorIsBot: &bot,
		MergedAt: &p.MergedAt, Head: &p.Head, MergeCommit: &p.Merge,
	}
	f := evidence.Fact{Resource: l.source.resource(pullPopulation, strconv.FormatInt(p.ID, 10), p.name()), Body: body}
	known, ok := l.source.details.changes.get(p.ID)
	switch {
	case ok && known.updatedAt.Equal(p.UpdatedAt):
		body.MergedBy, body.Reviews, body.Checks = known.body.MergedBy, known.body.Reviews, known.body.Checks
		body.CommitAuthors, body.UnknownAuthors = known.body.CommitAuthors, known.body.UnknownAuthors
	case !l.may.take(callsForPull):
		for _, field := range pullDetails {
			f.Miss(field, spent(readPull))
		}
	default:
		l.details(ctx, p, &f, body)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if len(f.Holes) == 0 {
			l.source.details.changes.put(p.ID, knownChange{p.UpdatedAt, *body})
		}
	}
	return l.rec.Add(f)
}

// details reads what the list does not say. Losing one part leaves the others.
func (l *changeLook) details(ctx context.Context, p mergedPull, f *evidence.Fact, body *evidence.ChangeRequest) {
	var err error
	var commits int
	if body.MergedBy, commits, err = readMerge(ctx, l.session, p); err != nil {
		f.Miss("merged_by", err)
	}
	if body.Reviews, err = readReviewsOf(ctx, l.session, p); err != nil {
		f.Miss("reviews", err)
	}
	if body.CommitAuthors, body.UnknownAuthors, err = readAuthors(ctx, l.session, p, commits); err != nil {
		f.Miss("commit_authors", err)
		f.Miss("unknown_authors", err)
	}
	if body.Checks, err = readChecks(ctx, l.session, p); err != nil {
		f.Miss("checks", err)
	}
}

// readMerge reads who merged it and how many commits it has; -1: not known.
func readMerge(ctx context.Context, c *session, p mergedPull) (mergedBy *string, commits int, err error) {
	var pull struct {
		ID       int64           `json:"id"`
		MergedBy stated[account] `json:"merged_by"`
		Commits  *int            `json:"commits"`
	}
	if _, err := c.getInto(ctx, readPull, p.path(""), &pull); err != nil {
		return nil, -1, err
	}
	if pull.ID != p.ID || !pull.MergedBy.There || pull.Commits == nil {
		return nil, -1, unreadable(readPull, "the answer is not the pull request asked for, or has no merged_by or commits", nil)
	}
	login := pull.MergedBy.or(account{}).Login
	return &login, *pull.Commits, nil
}

// readReviewsOf reads the reviews. One that was never submitted is a draft.
func readReviewsOf(ctx context.Context, c *session, p mergedPull) ([]evidence.ChangeReview, error) {
	items, err := c.list(ctx, readReviews, p.path("/reviews"))
	if err != nil {
		return nil, err
	}
	reviews := make([]evidence.ChangeReview, 0, len(items))
	for _, item := range items {
		var review struct {
			User   stated[account] `json:"user"`
			State  string          `json:"state"`
			Commit stated[string]  `json:"commit_id"`
			At     *time.Time      `json:"submitted_at"`
		}
		if err := json.Unmarshal(item, &review); err != nil || review.State == "" || !review.User.There || !review.Commit.There {
			return nil, unreadable(readReviews, "a review without user, state or commit_id", err)
		}
		if strings.EqualFold(review.State, "pending") {
			continue
		}
		if review.At == nil {
			return nil, unreadable(readReviews, "a review without submitted_at", nil)
		}
		by := review.User.or(account{})
		reviews = append(reviews, evidence.ChangeReview{
			Reviewer: by.Login, Bot: by.bot(), State: strings.ToLower(review.State), Commit: review.Commit.or(""), At: *review.At,
		})
	}
	return reviews, nil
}

// mostCommits is how many commits of a pull request GitHub lists.
const mostCommits = 250

// readAuthors reads who wrote the commits of a pull request.
func readAuthors(ctx context.Context, c *session, p mergedPull, commits int) (logins []string, unknown *int64, err error) {
	items, err := c.list(ctx, readPullCommits, p.path("/commits"))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case commits < 0:
		return nil, nil, unreadable(readPull, "how many commits there are is not known, so neither is whether the list is whole", nil)
	case len(items) < commits && len(items) >= mostCommits:
		return nil, nil, endless(readPullCommits, "GitHub lists 250 commits of a pull request, and there are "+strconv.Itoa(commits))
	case len(items) < commits:
		return nil, nil, endless(readPullCommits, "the list has "+strconv.Itoa(len(items))+" commits of "+strconv.Itoa(commits))
	}
	logins, unknown = []string{}, new(int64)
	for _, item := range items {
		var commit struct {
			SHA    string          `json:"sha"`
			Author stated[account] `json:"author"`
		}
		if err := json.Unmarshal(item, &commit); err != nil || commit.SHA == "" || !commit.Author.There {
			return nil, nil, unreadable(readPullCommits, "a commit without sha or author", err)
		}
		if login := commit.Author.or(account{}).Login; login != "" {
			logins = append(logins, login)
		} else {
			*unknown++
		}
	}
	slices.Sort(logins)
	return slices.Compact(logins), unknown, nil
}
