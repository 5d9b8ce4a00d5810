package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// movement is an entry of GET …/activity.
type movement struct {
	Before string          `json:"before"`
	After  string          `json:"after"`
	Type   string          `json:"activity_type"`
	At     *time.Time      `json:"timestamp"`
	Actor  stated[account] `json:"actor"`
}

// history reads how the default branch moved. GitHub dates the movements
// itself, while the dates of commits are whatever their authors wrote. That the
// list is whole is seen from it: each movement starts where the one before ended,
// and one of them ended at the commit the branch is at.
func (l *changeLook) history(ctx context.Context, r repository) evidence.Fact {
	days := int64(l.source.details.days)
	body := &evidence.BranchHistory{Repository: &r.FullName, Branch: r.DefaultBranch, Archived: r.Archived, Days: &days}
	f := evidence.Fact{Resource: l.source.resource(historyPopulation, strconv.FormatInt(r.ID, 10), r.FullName), Body: body}
	if r.Archived == nil {
		f.Miss("archived", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	branch, ok := r.branchName()
	if !ok {
		body.Branch = nil
		err := unreadable(readRepositories, "GitHub names no default branch", nil)
		f.Miss("branch", err)
		f.Miss("pushes", err)
		return f
	}
	f.Resource.Name += ":" + branch
	if l.idle(r) {
		body.Pushes = []evidence.BranchPush{}
		return f
	}
	tip, err := readTip(ctx, l.session, r, branch)
	var moves []movement
	switch {
	case err == nil && tip == "": // a branch by name only
		body.Pushes = []evidence.BranchPush{}
		return f
	case err == nil:
		if moves, err = l.readMovements(ctx, r, branch); err == nil {
			err = unbroken(moves, tip)
		}
	}
	if err != nil {
		f.Miss("pushes", err)
		f.Miss("whole", err)
		return f
	}
	if last := moves[len(moves)-1]; last.Type == "branch_creation" {
		whole := true
		body.Whole = &whole
	}
	body.Pushes = l.pushes(ctx, r, branch, moves, &f)
	return f
}

// readTip reads the commit the branch is at; empty: nothing was ever pushed to it.
func readTip(ctx context.Context, c *session, r repository, branch string) (string, error) {
	var b struct {
		Commit struct {
			SHA string `json:"sha"`
		} `json:"commit"`
	}
	_, err := c.getInto(ctx, readBranch, r.path("/branches/"+url.PathEscape(branch)), &b)
	switch {
	case refusedWith(err, http.StatusNotFound, "Branch not found"):
		return "", nil
	case err != nil:
		return "", err
	case b.Commit.SHA == "":
		return "", unreadable(readBranch, "the branch has no commit", nil)
	}
	return b.Commit.SHA, nil
}

// readMovements reads the movements of the branch, newest first, to the first one
// before the days looked at: the last of them may lie before.
func (l *changeLook) readMovements(ctx context.Context, r repository, branch string) ([]movement, error) {
	query := url.Values{"ref": {"refs/heads/" + branch}, "direction": {"desc"}}
	items, err := l.session.cursor(ctx, readActivity, r.path("/activity"), query, l.rec, func(page []json.RawMessage) bool {
		var last movement
		return len(page) == 0 || json.Unmarshal(page[len(page)-1], &last) != nil || last.At == nil || !last.At.Before(l.since)
	})
	if err != nil {
		return nil, err
	}
	var moves []movement
	for _, item := range items {
		var m movement
		if err := json.Unmarshal(item, &m); err != nil || m.Before == "" || m.After == "" || m.Type == "" || m.At == nil || !m.Actor.There {
			return nil, unreadable(readActivity, "an activity without before, after, activity_type, timestamp or actor", err)
		}
		if moves = append(moves, m); m.At.Before(l.since) {
			break
		}
	}
	return moves, nil
}

// unbroken holds the movements against each other and against where the branch
// is. Between two readings it may have moved on.
func unbroken(moves []movement, tip string) error {
	if len(moves) == 0 {
		return unreadable(readActivity, "the branch was pushed to, and no movement of it is listed", nil)
	}
	there := false
	for i, m := range moves {
		there = there || m.After == tip
		if i > 0 && moves[i].After != moves[i-1].Before {
			return unreadable(readActivity, "the movements listed do not follow from each other", nil)
		}
	}
	if !there {
		return unreadable(readActivity, "none of the movements listed leads to where the branch is", nil)
	}
	return nil
}

// mostPushes is how many pushes of a repository are looked into, 2 calls each.
const mostPushes = 30

const callsForPush = 2

func (l *changeLook) pushes(ctx context.Context, r repository, branch string, moves []movement, f *evidence.Fact) []evidence.BranchPush {
	pushes := []evidence.BranchPush{}
	for _, m := range moves {
		if m.At.Before(l.since) || m.Type == "pr_merge" || m.Type == "merge_queue_merge" {
			continue
		}
		i := len(pushes)
		p := evidence.BranchPush{Type: m.Type, Actor: m.Actor.or(account{}).Login, At: *m.At, Before: m.Before, After: m.After}
		switch {
		case m.Type != "push":
			// What rewrites, makes or deletes a branch is no merge, whatever it brings.
			p.Requested, p.Paths = no(), []string{}
		case i >= mostPushes:
			err := endless(readPullsOfCommit, fmt.Sprintf("of a repository the newest %d pushes are looked into", mostPushes))
			f.Miss(fmt.Sprintf("pushes[%d].requested", i), err)
			f.Miss(fmt.Sprintf("pushes[%d].paths", i), err)
		case !l.may.take(callsForPush):
			f.Miss(fmt.Sprintf("pushes[%d].requested", i), spent(readPullsOfCommit))
			f.Miss(fmt.Sprintf("pushes[%d].paths", i), spent(readComparison))
		default:
			var err error
			if p.Requested, err = readRequested(ctx, l.session, r, branch, m.After); err != nil {
				f.Miss(fmt.Sprintf("pushes[%d].requested", i), err)
			}
			if p.Paths, err = readPaths(ctx, l.session, r, m); err != nil {
				f.Miss(fmt.Sprintf("pushes[%d].paths", i), err)
			}
		}
		pushes = append(pushes, p)
	}
	return pushes
}

// readRequested says whether what was pushed is the head of a pull request to
// this branch that is merged: pushing that merges it. All that such a push brings
// was in the pull request.
func readRequested(ctx context.Context, c *session, r repository, branch, sha string) (*bool, error) {
	items, err := c.list(ctx, readPullsOfCommit, r.path("/commits/"+url.PathEscape(sha)+"/pulls"))
	if err != nil {
		return nil, err
	}
	requested := false
	for _, item := range items {
		p, merged, err := parsePull(r, item)
		if err != nil {
			return nil, err
		}
		requested = requested || merged && p.Head == sha && p.Base == branch
	}
	return &requested, nil
}

// mostFiles is how many changed files GitHub lists.
const mostFiles = 300

func readPaths(ctx context.Context, c *session, r repository, m movement) ([]string, error) {
	var comparison struct {
		Files []struct {
			Name     string `json:"filename"`
			Previous string `json:"previous_filename"`
		} `json:"files"`
	}
	path := r.path("/compare/" + url.PathEscape(m.Before) + "..." + url.PathEscape(m.After) + "?per_page=1")
	if _, err := c.getInto(ctx, readComparison, path, &comparison); err != nil {
		return nil, err
	}
	if comparison.Files == nil {
		return nil, unreadable(readComparison, "the answer has no files", nil)
	}
	if len(comparison.Files) >= mostFiles {
		return nil, endless(readComparison, "GitHub lists 300 of the changed files")
	}
	paths := []string{}
	for _, file := range comparison.Files {
		if strings.TrimSpace(file.Name) == "" {
			return nil, unreadable(readComparison, "a file without filename", nil)
		}
		if paths = append(paths, file.Name); file.Previous != "" {
			paths = append(paths, file.Previous)
		}
	}
	return paths, nil
}
