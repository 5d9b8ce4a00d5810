package githubissues_test

import (
	"context"
	"net/http"
	stdtesting "testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestAGapHasOneIssueFromBeginningToEnd(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	run := w.settled()
	require.Equal(t, 1, run.Count(githubissues.Create))
	i := w.only("x")
	require.Equal(t, "SOC 2 gap: Thing x is so", i.Title)
	require.Equal(t, []string{"controlwatch", "soc2"}, i.Labels)
	require.Equal(t, []string{"ada-l"}, i.Assignees)
	require.Contains(t, i.Body, "`logs` (aws.s3.bucket aws/123456789012/eu-west-1)")
	require.Contains(t, i.Body, "aws s3api put-bucket-acl --bucket logs")
	require.NotContains(t, i.Body, "grace", "nobody but the owner is named")
	w.quiet()

	w.item("x").Overdue = true
	require.Equal(t, 1, w.settled().Count(githubissues.Update))
	require.Contains(t, i.Body, "**overdue**")
	w.quiet()

	w.holds("x")
	require.Equal(t, 1, w.settled().Count(githubissues.Close))
	require.True(t, i.Closed)
	require.Equal(t, "completed", i.Reason)
	require.Len(t, i.Comments, 1)
	require.Contains(t, i.Comments[0], "`assessment a7`")
	w.quiet()
	w.wanted.Analysis.Held["control:x"], w.wanted.Plan.Assessment = "all 6 pass", "a8"
	w.quiet()

	delete(w.wanted.Analysis.Held, "control:x")
	w.gap("x").Status = soc2.PlanReopened
	require.Equal(t, 1, w.settled().Count(githubissues.Reopen))
	require.False(t, w.only("x").Closed)
	require.Len(t, i.Comments, 2)
	w.quiet()
}

func TestWhatIsNotSeenClosesNothing(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.gap("y")
	w.gap("z")
	w.settled()
	w.item("x").Status, w.item("x").Why = soc2.PlanUnobserved, "It cannot be told: denied."
	w.gone("y") // and nothing says that it holds
	w.gone("z")
	w.wanted.Analysis.Doubt["control:z"] = "3 are taken out by decisions"
	run := w.settled()
	for _, id := range []string{"x", "y", "z"} {
		require.False(t, w.only(id).Closed, id)
	}
	require.Equal(t, 1, run.Count(githubissues.Update))
	require.Contains(t, w.only("x").Body, "It cannot be told: denied.")

	w.holds("x")
	w.settled()
	seen := w.now
	w.gap("x").Status, w.item("x").Closed, w.item("x").Why = soc2.PlanUnobserved, &seen, "It cannot be told: denied."
	w.settled()
	require.True(t, w.only("x").Closed, "to lose sight opens nothing")
	require.Contains(t, w.only("x").Body, "It cannot be told: denied.", "and is said")
	w.holds("x")
	w.settled()
	require.Contains(t, w.only("x").Body, "Closed by controlwatch")
	require.Len(t, w.only("x").Comments, 1, "it was closed once")
	w.quiet()
}

func TestWhatPeopleWriteStays(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.settled()
	i := w.only("x")
	i.Body = "Top note\r\n" + i.Body + "\r\nBottom note with `code` and @ada"
	i.Title, i.Labels, i.Assignees = "Our own title", []string{"controlwatch", "team-b"}, []string{"ghopper"}
	w.quiet()
	w.item("x").Owner, w.item("x").Why, w.item("x").Title = "grace", "3 of 5 fail.", "Another"
	w.about("x").Current = "3 of 5 fail."
	w.settled()
	require.Equal(t, "Our own title", i.Title)
	require.Equal(t, []string{"controlwatch", "team-b"}, i.Labels)
	require.Equal(t, []string{"ghopper"}, i.Assignees)
	require.Contains(t, i.Body, "Top note\r\n<!-- controlwatch:gap ")
	require.Contains(t, i.Body, "<!-- /controlwatch:gap -->\r\nBottom note with `code` and @ada")
	require.Contains(t, i.Body, "3 of 5 fail.")
	w.quiet()

	i.Body = "All of it replaced"
	w.settled()
	require.Contains(t, i.Body, "All of it replaced\n\n<!-- controlwatch:gap ")
	w.quiet()
}

func TestClosedByHandIsOpenedAgainOnce(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.settled()
	i := w.only("x")
	i.Closed = true
	require.Equal(t, 1, w.settled().Count(githubissues.Reopen))
	require.False(t, i.Closed)
	require.Len(t, i.Comments, 1)
	i.Closed = true
	run := w.settled()
	require.Equal(t, githubissues.Left, run.Actions[0].Do)
	require.True(t, i.Closed)
	w.quiet()

	w = newWorld(t)
	w.opts.ClosedByHand = githubissues.LeaveClosed
	w.gap("x")
	w.settled()
	w.only("x").Closed = true
	w.quiet()
	require.True(t, w.only("x").Closed)
}

func TestAnIssueOpenedAgainByHandIsLeft(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.settled()
	w.holds("x")
	w.settled()
	w.only("x").Closed = false
	w.quiet()
	require.False(t, w.only("x").Closed)
}

func TestAcceptedGapsAreLabelled(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.gap("y").Status = soc2.PlanAccepted
	w.settled()
	require.Empty(t, w.issuesOf("y"), "nothing is left to do about it")
	w.item("x").Status = soc2.PlanAccepted
	w.settled()
	require.Equal(t, []string{"controlwatch", "soc2", "risk-accepted"}, w.only("x").Labels)
	require.False(t, w.only("x").Closed)
	w.quiet()
	w.only("x").Labels = []string{"controlwatch"}
	w.quiet()
	w.only("x").Labels = []string{"controlwatch", "Risk-Accepted"}
	w.item("x").Status = soc2.PlanOpen
	w.settled()
	require.Equal(t, []string{"controlwatch"}, w.only("x").Labels)
	w.quiet()
}

func TestALostAnswerMakesNoSecondIssue(t *stdtesting.T) {
	t.Parallel()
	for name, fault := range map[string]githubtest.Fault{"lost": {Lose: true}, "server error": {Status: http.StatusBadGateway}} {
		t.Run(name, func(t *stdtesting.T) {
			t.Parallel()
			w := newWorld(t)
			w.gap("x")
			w.gap("y")
			w.once(http.MethodPost, 1, fault)
			run, err := w.run()
			require.NoError(t, err)
			require.ErrorContains(t, run.Err(), "the answer was lost")
			w.tracker.Fault = nil
			w.settled()
			w.only("x")
			w.only("y")
			w.quiet()
		})
	}
}

func TestALostStoreMakesNoSecondIssue(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.settled()
	w.log, w.opts.Store = nil, "ba9876543210"
	run, err := w.run()
	require.NoError(t, err)
	require.ErrorContains(t, run.Err(), "plan.github.takes_over: [0123456789ab]")
	w.only("x")
	w.opts.TakesOver = []string{"0123456789ab"}
	w.settled()
	w.only("x")
	w.quiet()
	w.opts.TakesOver = nil
	w.quiet()
}

func TestManyIssuesArePaged(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range names(230) {
		w.gap(id)
	}
	w.opts.MostNew = 200
	run := w.settled()
	require.Equal(t, 200, run.Count(githubissues.Create))
	require.Equal(t, 30, run.Waiting)
	w.log = nil // what is left is what the issues say
	require.Equal(t, 30, w.settled().Count(githubissues.Create))
	w.log = nil
	w.quiet()
	require.Len(t, w.tracker.Issues, 230)

	w.once(http.MethodGet, 3, githubtest.Fault{Status: http.StatusNotFound})
	w.log = nil
	w.gap("new")
	_, err := w.run()
	require.Error(t, err, "with half a list nothing is created")
	require.Len(t, w.tracker.Issues, 230)
}

func TestIssuesThatWentAway(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("deleted")
	w.gap("transferred")
	w.gap("unlabelled")
	w.settled()
	w.only("deleted").Deleted = true
	w.only("transferred").Transferred = true
	w.only("unlabelled").Labels = nil
	run := w.settled()
	require.Equal(t, 1, run.Count(githubissues.Create))
	w.only("transferred")
	w.only("unlabelled")
	w.only("deleted").Deleted = true
	run = w.settled()
	require.Empty(t, w.issuesOf("deleted"), "deleted twice is meant")
	require.False(t, run.Changed())

	w = newWorld(t)
	w.gap("x")
	w.settled()
	w.once(http.MethodGet, 3, githubtest.Fault{Status: http.StatusNotFound})
	w.only("x").Labels = nil
	run, err := w.run()
	require.NoError(t, err)
	require.Error(t, run.Err())
	w.only("x")
}

func TestNumbersOfAnotherRepositoryAreNotOurs(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.gap("y")
	w.settled()
	w.tracker.Issues = nil // made anew under the same name
	w.tracker.Add(githubtest.Issue{ID: 77, Title: "Somebody's", Body: "theirs", Labels: []string{"controlwatch"}})
	w.tracker.Add(githubtest.Issue{ID: 78, Title: "Somebody's", Body: "theirs", PullRequest: true})
	w.settled()
	require.Equal(t, "theirs", w.tracker.Issues[0].Body)
	require.Equal(t, "theirs", w.tracker.Issues[1].Body)
	w.only("x")
	w.only("y")
	w.quiet()
}

func TestTooFast(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.gap("y")
	w.once(http.MethodPost, 1, githubtest.Fault{Status: http.StatusForbidden, Header: map[string]string{"Retry-After": "60"}, Message: "You have exceeded a secondary rate limit."})
	w.settled()
	require.Len(t, w.tracker.Issues, 2)
	require.GreaterOrEqual(t, w.waited[0], time.Minute)
	require.Equal(t, time.Second, w.waited[1], "writes are a second apart")

	w = newWorld(t)
	w.gap("x")
	w.once(http.MethodPost, 1, githubtest.Fault{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "3600"}})
	_, err := w.run()
	require.ErrorContains(t, err, "the next run goes on")
	w.tracker.Fault = nil
	w.settled()
	w.only("x")
}

func TestServerErrors(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.once(http.MethodGet, 1, githubtest.Fault{Status: http.StatusServiceUnavailable})
	run := w.settled()
	require.Equal(t, 1, run.Failures)
	w.item("x").Overdue = true
	w.once(http.MethodPatch, 1, githubtest.Fault{Lose: true})
	w.settled()
	w.tracker.Fault = nil
	w.quiet()
}

func TestACommentIsWrittenOnce(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.settled()
	w.holds("x")
	w.once(http.MethodPost, 1, githubtest.Fault{Lose: true})
	run, err := w.run()
	require.NoError(t, err)
	require.Error(t, run.Err())
	require.False(t, w.only("x").Closed)
	w.tracker.Fault = nil
	w.settled()
	require.True(t, w.only("x").Closed)
	require.Len(t, w.only("x").Comments, 1)
}

func TestWhereNothingIsPublished(t *stdtesting.T) {
	t.Parallel()
	for want, change := range map[string]func(*world){
		"the repository is public":    func(w *world) { w.tracker.Public = true },
		"issues turned off":           func(w *world) { w.tracker.NoIssues = true },
		"is archived":                 func(w *world) { w.tracker.Archived = true },
		"sample data":                 func(w *world) { w.wanted.Plan.SampleData = true },
		"there is no plan":            func(w *world) { w.wanted.Plan.At = time.Time{} },
		"401 Unauthorized":            func(w *world) { w.opts.Credential = githubissues.Token("other") },
		"there is no such repository": func(w *world) { w.tracker.Repository = "acme/elsewhere" },
	} {
		t.Run(want, func(t *stdtesting.T) {
			t.Parallel()
			w := newWorld(t)
			w.gap("x")
			change(w)
			_, err := w.run()
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), w.tracker.Token)
			require.Empty(t, w.tracker.Issues)
		})
	}
	w := newWorld(t)
	w.tracker.Public, w.opts.AllowPublic = true, true
	w.gap("x")
	w.settled()
	w.only("x")
}

func TestADryRunOnlyReads(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x")
	w.settled()
	w.item("x").Overdue = true
	w.gap("y")
	before := len(w.tracker.Writes)
	run, err := w.sync().DryRun(context.Background(), w.wanted)
	require.NoError(t, err)
	require.Equal(t, 1, run.Count(githubissues.Create))
	require.Equal(t, 1, run.Count(githubissues.Update))
	require.False(t, run.Changed())
	require.Len(t, w.tracker.Writes, before)
	require.Len(t, w.log, 1)
}

func TestWhichGapsGetAnIssue(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.opts.MinSeverity, w.opts.Owners = soc2.High, []string{"ada"}
	w.gap("yes")
	w.gap("low").Severity = soc2.Medium
	w.gap("grace").Owner = "grace"
	w.gap("outside").OutOfScope = true
	w.settled()
	require.Len(t, w.tracker.Issues, 1)
	w.item("yes").Severity, w.item("yes").Owner = soc2.Low, "grace"
	w.settled()
	require.Contains(t, w.only("yes").Body, "**Severity** low", "one that is there is kept up to date")
}

func TestOwnersWhoCannotBeAssigned(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	delete(w.tracker.Assignable, "ada-l")
	w.tracker.MayLabel = false
	w.gap("x")
	run, err := w.run()
	require.NoError(t, err)
	require.ErrorContains(t, run.Err(), "may not set labels")
	require.Empty(t, w.only("x").Assignees)
	w.quiet()
}
