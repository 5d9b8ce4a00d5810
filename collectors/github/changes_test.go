package github_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestChangesOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	s := lookAtSample(t)
	change := func(t *testing.T, name string) *evidence.ChangeRequest {
		t.Helper()
		return body[evidence.ChangeRequest](t, s, "github.pull_request", "acme-robotics/"+name)
	}

	t.Run("a merged change is told with its reviews, authors and checks", func(t *testing.T) {
		t.Parallel()
		c := change(t, "cloud-api#412")
		require.Equal(t, "acme-robotics/cloud-api", *c.Repository)
		require.Equal(t, "Retry telemetry uploads", *c.Title)
		require.Equal(t, "main", *c.Target)
		require.Equal(t, "marie", *c.Author)
		require.False(t, *c.AuthorIsBot)
		require.Equal(t, "github-merge-queue[bot]", *c.MergedBy)
		require.Len(t, c.Reviews, 3)
		require.Equal(t, evidence.ReviewChangesRequested, c.Reviews[0].State)
		require.NotEqual(t, *c.Head, c.Reviews[0].Commit)
		require.Equal(t, "grace", c.Reviews[1].Reviewer)
		require.Equal(t, *c.Head, c.Reviews[1].Commit)
		require.Equal(t, []string{"marie"}, c.CommitAuthors)
		require.EqualValues(t, 0, *c.UnknownAuthors)
		require.Equal(t, []evidence.ChangeCheck{{Name: "build", Conclusion: "success"}, {Name: "integration", Conclusion: "success"}}, c.Checks)
	})

	t.Run("a program's change says so", func(t *testing.T) {
		t.Parallel()
		require.True(t, *change(t, "cloud-api#415").AuthorIsBot)
	})

	t.Run("what was closed without being merged is no change", func(t *testing.T) {
		t.Parallel()
		require.NotContains(t, s.facts["github.pull_request"], "acme-robotics/cloud-api#410")
	})

	t.Run("checks count as they stood at the merge, from runs and statuses alike", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []evidence.ChangeCheck{{Name: "build", Conclusion: "success"}, {Name: "hardware-in-the-loop", Conclusion: "success"}}, change(t, "firmware#88").Checks)
		require.Equal(t, []evidence.ChangeCheck{{Name: "build", Conclusion: "failure"}}, change(t, "ros-drivers#19").Checks, "it passed after the merge")
	})

	t.Run("commits of nobody known are counted", func(t *testing.T) {
		t.Parallel()
		require.EqualValues(t, 1, *change(t, "website#5").UnknownAuthors)
	})

	t.Run("pushes past review are told, merges are not", func(t *testing.T) {
		t.Parallel()
		h := body[evidence.BranchHistory](t, s, "github.default_branch", "acme-robotics/infrastructure:main")
		require.EqualValues(t, 90, *h.Days)
		require.Len(t, h.Pushes, 1)
		require.Equal(t, "ada", h.Pushes[0].Actor)
		require.Equal(t, "push", h.Pushes[0].Type)
		require.False(t, *h.Pushes[0].Requested)
		require.Equal(t, []string{"network/main.tf"}, h.Pushes[0].Paths)
		require.Equal(t, []evidence.BranchPush{}, body[evidence.BranchHistory](t, s, "github.default_branch", "acme-robotics/cloud-api:main").Pushes)
		rewritten := body[evidence.BranchHistory](t, s, "github.default_branch", "acme-robotics/warehouse-ui:main").Pushes
		require.Len(t, rewritten, 2)
		require.Equal(t, "force_push", rewritten[0].Type)
	})
}

// A repository that nobody pushed to has neither merges nor pushes, and costs no call.
func TestIdleRepositoryIsNotAsked(t *testing.T) {
	t.Parallel()
	s := lookAt(t, between{base: githubtest.New(t, only("legacy-controller", func(*githubtest.Repository) {})), answer: func(operation string, _ *http.Request) *http.Response {
		require.NotContains(t, operation, "pulls")
		require.NotContains(t, operation, "activity")
		return nil
	}})
	require.Equal(t, []evidence.BranchPush{}, body[evidence.BranchHistory](t, s, "github.default_branch", "acme-robotics/legacy-controller:master").Pushes)
	require.Empty(t, s.pulls["github_changes"].Holes)
}

// only keeps one repository of the sample organisation.
func only(name string, edit func(*githubtest.Repository)) *githubtest.Organization {
	o := githubtest.AcmeRobotics()
	for _, r := range o.Repositories {
		if r.Name == name {
			edit(&r)
			o.Repositories = []githubtest.Repository{r}
			break
		}
	}
	return o
}

func lookWith(t *testing.T, base http.RoundTripper, settings github.Settings) (sight, []connect.Source) {
	t.Helper()
	settings.Organizations, settings.Token = []string{"acme-robotics"}, "github_pat_example"
	sources, err := github.Provider.Open(connect.Options{
		Decode: func(into any) error { *into.(*github.Settings) = settings; return nil }, Seam: seamOver(base), Clock: now,
	})
	require.NoError(t, err)
	return run(t, sources), sources
}

func manyPulls(n int) func(*githubtest.Repository) {
	return func(r *githubtest.Repository) {
		r.Code.Pulls = nil
		for i := range n {
			r.Code.Pulls = append(r.Code.Pulls, githubtest.Pull{
				ID: int64(100 + i), Number: int64(1 + i), Title: fmt.Sprintf("change %d", i), Author: githubtest.Person{ID: 1, Login: "marie"},
				MergedBy: githubtest.Person{ID: 1, Login: "marie"}, MergedAt: now().Add(-time.Duration(i+1) * time.Hour), Authors: []githubtest.Person{{ID: 1, Login: "marie"}},
			})
		}
	}
}

func TestChangesBeyondTheDaysLookedAt(t *testing.T) {
	t.Parallel()
	server := githubtest.New(t, only("cloud-api", manyPulls(250)))
	s, _ := lookWith(t, server, github.Settings{ChangeLookbackDays: 5})
	require.Len(t, s.facts["github.pull_request"], 5*24, "one an hour")
	require.Empty(t, s.pulls["github_changes"].Holes)
	require.Contains(t, s.pulls["github_changes"].Parameters, "days back: 5")
	// Two pages reach the first day; then the front is read once more, and shows nothing new.
	require.Equal(t, 3, s.pulls["github_changes"].OperationCounts["GET /repos/{owner}/{repo}/pulls"])
}

func TestDetailsAreReadOnce(t *testing.T) {
	t.Parallel()
	const detail = "GET /repos/{owner}/{repo}/pulls/{pull_number}"
	org := only("cloud-api", manyPulls(3))
	server := githubtest.New(t, org)
	first, sources := lookWith(t, server, github.Settings{})
	require.Equal(t, 3, first.pulls["github_changes"].OperationCounts[detail])

	again := run(t, sources)
	require.Zero(t, again.pulls["github_changes"].OperationCounts[detail])
	require.Zero(t, again.pulls["github_workflows"].OperationCounts["GET /repos/{owner}/{repo}/git/blobs/{file_sha}"])
	require.Equal(t, first.facts["github.pull_request"], again.facts["github.pull_request"])
	require.Equal(t, first.facts["github.workflow"], again.facts["github.workflow"])

	server.Change(func(o *githubtest.Organization) {
		p := &o.Repositories[0].Code.Pulls[1]
		p.UpdatedAt, p.Reviews = now(), []githubtest.Review{{By: githubtest.Person{ID: 2, Login: "grace"}, State: "APPROVED", At: now()}}
	})
	touched := run(t, sources)
	require.Equal(t, 1, touched.pulls["github_changes"].OperationCounts[detail])
	require.Len(t, body[evidence.ChangeRequest](t, touched, "github.pull_request", "acme-robotics/cloud-api#2").Reviews, 1)
}

func TestDetailsLeftToTheNextPull(t *testing.T) {
	t.Parallel()
	server := githubtest.New(t, only("cloud-api", manyPulls(4)))
	s, sources := lookWith(t, server, github.Settings{DetailCalls: 10})
	require.Len(t, s.facts["github.pull_request"], 4, "each merged change is in the population")
	require.Empty(t, s.pulls["github_changes"].Holes)
	read := func(s sight) (read int) {
		for _, f := range s.facts["github.pull_request"] {
			if f.Body.(*evidence.ChangeRequest).Reviews != nil {
				read++
				continue
			}
			h := hole(t, f, "reviews")
			require.Equal(t, evidence.Truncated, h.Reason)
			require.Contains(t, h.Detail, "detail_calls")
		}
		return read
	}
	require.Equal(t, 2, read(s))
	require.Equal(t, 4, read(run(t, sources)))
}

func TestCommitsThatGitHubDoesNotList(t *testing.T) {
	t.Parallel()
	s, _ := lookWith(t, githubtest.New(t, only("cloud-api", func(r *githubtest.Repository) {
		manyPulls(1)(r)
		for range 299 {
			r.Code.Pulls[0].Authors = append(r.Code.Pulls[0].Authors, githubtest.Person{ID: 1, Login: "marie"})
		}
	})), github.Settings{})
	// The fake lists all; a server that stops at 250 is made of it.
	require.EqualValues(t, 0, *body[evidence.ChangeRequest](t, s, "github.pull_request", "acme-robotics/cloud-api#1").UnknownAuthors)
	s, _ = lookWith(t, between{
		base: githubtest.New(t, only("cloud-api", manyPulls(1))),
		answer: func(operation string, _ *http.Request) *http.Response {
			if operation == "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits" {
				return collectorstest.Answer(http.StatusOK, "application/json", "[]")
			}
			return nil
		},
	}, github.Settings{})
	f := s.fact(t, "github.pull_request", "acme-robotics/cloud-api#1")
	require.Equal(t, evidence.Truncated, hole(t, f, "commit_authors").Reason)
	require.Contains(t, hole(t, f, "commit_authors").Detail, "0 commits of 1")
}

func TestHistoryThatDoesNotHang(t *testing.T) {
	t.Parallel()
	const activity = "GET /repos/{owner}/{repo}/activity"
	entry := func(before, after, at string) string {
		return fmt.Sprintf(`{"before":%q,"after":%q,"activity_type":"pr_merge","timestamp":%q,"actor":null}`, before, after, at)
	}
	for name, c := range map[string]struct{ body, says string }{
		"a movement that is left out":              {"[" + entry("c", "TIP", "2026-11-13T10:00:00Z") + "," + entry("a", "b", "2026-11-12T10:00:00Z") + "]", "do not follow"},
		"a list that does not reach the branch":    {"[" + entry("a", "b", "2026-11-12T10:00:00Z") + "]", "leads to where the branch is"},
		"an empty list of a branch that has moved": {"[]", "no movement of it is listed"},
		"a movement without a date":                {`[{"before":"a","after":"b","activity_type":"push","actor":null}]`, "without before"},
	} {
		t.Run(name+" leaves the branch unseen", func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, only("cloud-api", func(*githubtest.Repository) {})), answer: func(operation string, _ *http.Request) *http.Response {
				switch operation {
				case activity:
					return collectorstest.Answer(http.StatusOK, "application/json", c.body)
				case "GET /repos/{owner}/{repo}/branches/{branch}":
					return collectorstest.Answer(http.StatusOK, "application/json", `{"commit":{"sha":"TIP"}}`)
				}
				return nil
			}})
			f := s.fact(t, "github.default_branch", "acme-robotics/cloud-api:main")
			require.Nil(t, f.Body.(*evidence.BranchHistory).Pushes)
			require.Contains(t, hole(t, f, "pushes").Detail, c.says)
		})
	}

	t.Run("a branch that moved on between the two readings is seen", func(t *testing.T) {
		t.Parallel()
		moves := entry("TIP", "later", "2026-11-14T10:00:00Z") + "," + entry("a", "TIP", "2026-11-13T10:00:00Z") + "," + entry("0", "a", "2020-01-01T00:00:00Z")
		s := lookAt(t, between{base: githubtest.New(t, only("cloud-api", func(*githubtest.Repository) {})), answer: func(operation string, _ *http.Request) *http.Response {
			switch operation {
			case activity:
				return collectorstest.Answer(http.StatusOK, "application/json", "["+moves+"]")
			case "GET /repos/{owner}/{repo}/branches/{branch}":
				return collectorstest.Answer(http.StatusOK, "application/json", `{"commit":{"sha":"TIP"}}`)
			}
			return nil
		}})
		require.Equal(t, []evidence.BranchPush{}, body[evidence.BranchHistory](t, s, "github.default_branch", "acme-robotics/cloud-api:main").Pushes)
	})
}

func TestManyPushes(t *testing.T) {
	t.Parallel()
	s := lookAt(t, githubtest.New(t, only("warehouse-ui", func(r *githubtest.Repository) {
		for i := range 140 { // more than a page
			r.Code.Pushes = append(r.Code.Pushes, githubtest.Push{By: githubtest.Person{ID: 3, Login: "linus"}, At: now().Add(-time.Duration(i+1) * time.Hour), Paths: []string{"a"}})
		}
		r.Code.Pulls = append(r.Code.Pulls, githubtest.Pull{
			ID: 9, Number: 9, Title: "pushed", Author: githubtest.Person{ID: 3, Login: "linus"}, MergedAt: now().Add(-time.Minute), Pushed: true,
			MergedBy: githubtest.Person{ID: 3, Login: "linus"}, Authors: []githubtest.Person{{ID: 3, Login: "linus"}},
		})
	})))
	f := s.fact(t, "github.default_branch", "acme-robotics/warehouse-ui:main")
	h := f.Body.(*evidence.BranchHistory)
	require.Len(t, h.Pushes, 143)
	require.True(t, *h.Pushes[0].Requested, "pushing the head of a pull request merges it")
	require.False(t, *h.Pushes[29].Requested)
	require.Nil(t, h.Pushes[30].Requested)
	require.Equal(t, evidence.Truncated, hole(t, f, "pushes[30].requested").Reason)
}

func TestRepositoryWithoutAnyPush(t *testing.T) {
	t.Parallel()
	s := lookAt(t, githubtest.New(t, only("warehouse-ui", func(r *githubtest.Repository) {
		r.PushedAt, r.Code = time.Time{}, githubtest.Code{}
	})))
	require.Equal(t, []evidence.BranchPush{}, body[evidence.BranchHistory](t, s, "github.default_branch", "acme-robotics/warehouse-ui:main").Pushes)
	require.Empty(t, s.pulls["github_workflows"].Holes)
	require.Empty(t, s.facts["github.workflow"])
}

// What is touched while the pages are read moves to the front, behind the back of
// who is past it.
func TestChangeTouchedWhileTheListIsRead(t *testing.T) {
	t.Parallel()
	server := githubtest.New(t, only("cloud-api", manyPulls(150)))
	moved := false
	s := lookAt(t, between{base: server, answer: func(operation string, req *http.Request) *http.Response {
		if operation == "GET /repos/{owner}/{repo}/pulls" && req.URL.Query().Get("page") == "2" && !moved {
			moved = true
			server.Change(func(o *githubtest.Organization) { o.Repositories[0].Code.Pulls[140].UpdatedAt = now() })
		}
		return nil
	}})
	require.True(t, moved)
	require.Len(t, s.facts["github.pull_request"], 150)
	require.Contains(t, s.facts["github.pull_request"], "acme-robotics/cloud-api#141")
}

func TestSettingsOfDetails(t *testing.T) {
	t.Parallel()
	for says, settings := range map[string]github.Settings{
		"change_lookback_days: -1; write a number from 1 to 366":  {ChangeLookbackDays: -1},
		"change_lookback_days: 367; write a number from 1 to 366": {ChangeLookbackDays: 367},
		"detail_calls: -1; write a number above 0":                {DetailCalls: -1},
	} {
		settings.Organizations, settings.Token = []string{"acme-robotics"}, "x"
		_, err := github.Provider.Open(connect.Options{
			Decode: func(into any) error { *into.(*github.Settings) = settings; return nil }, Seam: seamOver(http.DefaultTransport), Clock: now,
		})
		require.EqualError(t, err, says)
	}
}

func TestWhatMarksARepository(t *testing.T) {
	t.Parallel()
	s := lookAt(t, githubtest.New(t, only("cloud-api", func(r *githubtest.Repository) {
		r.Topics = []string{"production"}
		r.Properties = map[string]any{"tier": "1", "regions": []string{"us", "eu"}, "unset": nil}
	})))
	b := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/cloud-api:main")
	require.Equal(t, []string{"production"}, b.Topics)
	require.Equal(t, []string{"regions=eu", "regions=us", "tier=1"}, b.Properties)

	s = lookAt(t, between{base: githubtest.New(t, only("cloud-api", func(*githubtest.Repository) {})), answer: func(operation string, _ *http.Request) *http.Response {
		if operation == "GET /orgs/{org}/repos" {
			return collectorstest.Answer(http.StatusOK, "application/json", `[{"id":1,"name":"cloud-api","full_name":"acme-robotics/cloud-api","default_branch":"main","archived":false}]`)
		}
		return nil
	}})
	f := s.fact(t, "github.branch", "acme-robotics/cloud-api:main")
	require.Nil(t, f.Body.(*evidence.BranchRule).Topics)
	hole(t, f, "topics")
	hole(t, f, "properties")
}
