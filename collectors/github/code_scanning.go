package github

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// readScanning reads how the code of a repository is searched for flaws, and
// what code there is. An archived repository takes no changes: nothing is asked.
//
// Calls: 2 for a repository whose search GitHub manages, else 3.
func readScanning(ctx context.Context, c *session, r repository, f *evidence.Fact, body *evidence.Repository) {
	if r.Archived != nil && *r.Archived {
		return
	}
	var err error
	if body.Languages, err = readLanguagesOf(ctx, c, r); err != nil {
		f.Miss("languages", err)
	}
	body.CodeScanning = new(evidence.CodeScanning)
	if body.CodeScanning.Managed, err = readManaged(ctx, c, r); err != nil {
		f.Miss("code_scanning.managed", err)
		f.Miss("code_scanning.last_analysis", err)
		return
	}
	if *body.CodeScanning.Managed {
		return
	}
	if body.CodeScanning.LastAnalysis, err = readLastAnalysis(ctx, c, r); err != nil {
		f.Miss("code_scanning.last_analysis", err)
	}
}

func readLanguagesOf(ctx context.Context, c *session, r repository) ([]string, error) {
	var bytes map[string]int64 // of code, by language
	if _, err := c.getInto(ctx, readLanguages, r.path("/languages"), &bytes); err != nil {
		return nil, err
	}
	return append([]string{}, slices.Sorted(maps.Keys(bytes))...), nil
}

func readManaged(ctx context.Context, c *session, r repository) (*bool, error) {
	var setup struct {
		State string `json:"state"`
	}
	_, err := c.getInto(ctx, readDefaultSetup, r.path("/code-scanning/default-setup"), &setup)
	switch {
	case scanningOff(err):
		return no(), nil
	case err != nil:
		return nil, err
	case setup.State != "configured" && setup.State != "not-configured":
		return nil, unreadable(readDefaultSetup, "the answer is neither configured nor not-configured", nil)
	}
	managed := setup.State == "configured"
	return &managed, nil
}

// newest is how many analyses are looked at: one with an error is none, and the
// one before it may be without.
const newest = 20

func readLastAnalysis(ctx context.Context, c *session, r repository) (*evidence.Moment, error) {
	branch, ok := r.branchName()
	if !ok {
		return nil, unreadable(readRepositories, "GitHub names no default branch", nil)
	}
	query := url.Values{"ref": {"refs/heads/" + branch}, "per_page": {"20"}, "sort": {"created"}, "direction": {"desc"}}
	var items []json.RawMessage
	_, err := c.getInto(ctx, readAnalyses, r.path("/code-scanning/analyses?"+query.Encode()), &items)
	if scanningOff(err) || refusedWith(err, http.StatusNotFound, "no analysis found") {
		return &evidence.Moment{Never: true}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		var analysis struct {
			Error     *string    `json:"error"`
			CreatedAt *time.Time `json:"created_at"`
		}
		if err := json.Unmarshal(item, &analysis); err != nil || analysis.Error == nil || analysis.CreatedAt == nil {
			return nil, unreadable(readAnalyses, "an analysis without error or created_at", err)
		}
		if *analysis.Error == "" {
			return evidence.VolatileDay(*analysis.CreatedAt), nil
		}
	}
	if len(items) >= newest {
		return nil, endless(readAnalyses, "each of the newest analyses ended with an error, and older ones were not looked at")
	}
	return &evidence.Moment{Never: true}, nil
}

// scanningOff recognises that code scanning is off in a repository, or not part
// of what was bought for it: no search can run then. Who may not know is told
// "Resource not accessible …" or "Not Found" instead. (GitHub documents the
// status, "Advanced Security is not enabled for this repository", and the words
// under "Error: GitHub Code Security or Advanced Security must be enabled".)
func scanningOff(err error) bool {
	return refusedWith(err, http.StatusForbidden, "Advanced Security must be enabled for this repository") ||
		refusedWith(err, http.StatusForbidden, "Code Security must be enabled for this repository") ||
		refusedWith(err, http.StatusForbidden, "Code scanning is not enabled for this repository")
}

// branchName is the default branch, where GitHub names one.
func (r repository) branchName() (string, bool) {
	if r.DefaultBranch == nil || strings.TrimSpace(*r.DefaultBranch) == "" {
		return "", false
	}
	return *r.DefaultBranch, true
}
