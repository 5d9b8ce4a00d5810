package github

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// result is one run of a check, or one commit status: GitHub has both, and rules
// ask for either by its name.
type result struct {
	name       string
	began      time.Time
	ended      time.Time // zero: it has not ended
	conclusion string
}

// readChecks reads how the checks of the merged commit stood at the merge: of
// each name the newest run that had begun by then.
func readChecks(ctx context.Context, c *session, p mergedPull) ([]evidence.ChangeCheck, error) {
	runs, err := readRuns(ctx, c, p)
	if err != nil {
		return nil, err
	}
	statuses, err := readStatusesOf(ctx, c, p)
	if err != nil {
		return nil, err
	}
	return atMerge(append(runs, statuses...), p.MergedAt), nil
}

func atMerge(results []result, mergedAt time.Time) []evidence.ChangeCheck {
	newest := map[string]result{}
	for _, r := range results {
		if was, ok := newest[r.name]; !r.began.After(mergedAt) && (!ok || r.began.After(was.began)) {
			newest[r.name] = r
		}
	}
	checks := []evidence.ChangeCheck{}
	for name, r := range newest {
		if r.ended.IsZero() || r.ended.After(mergedAt) {
			r.conclusion = ""
		}
		checks = append(checks, evidence.ChangeCheck{Name: name, Conclusion: r.conclusion})
	}
	slices.SortFunc(checks, func(a, b evidence.ChangeCheck) int { return cmp.Compare(a.Name, b.Name) })
	return checks
}

// readRuns reads check runs, with those that were run again. The list lies
// inside an object, with its length.
func readRuns(ctx context.Context, c *session, p mergedPull) ([]result, error) {
	var results []result
	query := url.Values{"filter": {"all"}, "per_page": {strconv.Itoa(perPage)}}
	for page := 1; ; page++ {
		query.Set("page", strconv.Itoa(page))
		var answer struct {
			Total *int              `json:"total_count"`
			Runs  []json.RawMessage `json:"check_runs"`
		}
		path := p.repo.path("/commits/" + url.PathEscape(p.Head) + "/check-runs?" + query.Encode())
		if _, err := c.getInto(ctx, readCheckRuns, path, &answer); err != nil {
			return nil, err
		}
		if answer.Total == nil || answer.Runs == nil {
			return nil, unreadable(readCheckRuns, "the answer has no total_count or check_runs", nil)
		}
		for _, item := range answer.Runs {
			r, err := parseRun(item)
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
		switch {
		case len(results) >= *answer.Total:
			return results, nil
		case len(answer.Runs) == 0 || page >= mostPage:
			return nil, endless(readCheckRuns, "the list has "+strconv.Itoa(len(results))+" runs of "+strconv.Itoa(*answer.Total))
		}
	}
}

func parseRun(item json.RawMessage) (result, error) {
	var run struct {
		Name       string            `json:"name"`
		Conclusion stated[string]    `json:"conclusion"`
		Began      stated[time.Time] `json:"started_at"`
		Ended      stated[time.Time] `json:"completed_at"`
	}
	if err := json.Unmarshal(item, &run); err != nil || run.Name == "" || !run.Conclusion.There || !run.Ended.There {
		return result{}, unreadable(readCheckRuns, "a check run without name, conclusion or completed_at", err)
	}
	// One that never began counts from the beginning: it was waited for.
	return result{name: run.Name, began: run.Began.or(time.Time{}), ended: run.Ended.or(time.Time{}), conclusion: run.Conclusion.or("")}, nil
}

// readStatusesOf reads commit statuses. Each says all at once: a pending one has
// not ended.
func readStatusesOf(ctx context.Context, c *session, p mergedPull) ([]result, error) {
	items, err := c.list(ctx, readStatuses, p.repo.path("/commits/"+url.PathEscape(p.Head)+"/statuses"))
	if err != nil {
		return nil, err
	}
	var results []result
	for _, item := range items {
		var status struct {
			Context string     `json:"context"`
			State   string     `json:"state"`
			At      *time.Time `json:"created_at"`
		}
		if err := json.Unmarshal(item, &status); err != nil || status.Context == "" || status.State == "" || status.At == nil {
			return nil, unreadable(readStatuses, "a status without context, state or created_at", err)
		}
		r := result{name: status.Context, began: *status.At, conclusion: status.State}
		if status.State != "pending" {
			r.ended = *status.At
		}
		results = append(results, r)
	}
	return results, nil
}
