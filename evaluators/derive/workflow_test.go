package derive_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func workflow(t *testing.T, d *evidence.WorkflowDefinition) *evidence.Workflow {
	t.Helper()
	return derive.All(world(fact("Workflow", "github.workflow", "w", &evidence.Workflow{Definition: d})))[0].Body.(*evidence.Workflow)
}

func oneStep(trigger string, s evidence.WorkflowStep) *evidence.WorkflowDefinition {
	return &evidence.WorkflowDefinition{Triggers: []string{trigger}, Jobs: []evidence.WorkflowJob{{ID: "build", Steps: []evidence.WorkflowStep{s}}}}
}

func TestUntrustedCheckouts(t *testing.T) {
	t.Parallel()
	head := []string{"github.event.pull_request.head.sha"}
	for name, c := range map[string]struct {
		trigger string
		step    evidence.WorkflowStep
		want    bool
	}{
		"a checkout of the head":                      {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: head}, true},
		"a checkout of the head's branch":             {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: []string{"github.head_ref"}}, true},
		"a checkout of the head's repository":         {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: []string{"github.event.pull_request.head.repo.full_name"}}, true},
		"a checkout of the would-be merge":            {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: []string{"github.event.pull_request.merge_commit_sha"}}, true},
		"a checkout of the pull request's ref":        {"issue_comment", evidence.WorkflowStep{Uses: "actions/checkout@v5", Checkout: "refs/pull/${{ github.event.issue.number }}/merge"}, true},
		"a checkout of what another run was of":       {"workflow_run", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: []string{"github.event.workflow_run.head_sha"}}, true},
		"another action given the head":               {"pull_request_target", evidence.WorkflowStep{Uses: "acme/clone@v1", CheckoutFrom: head}, true},
		"a checkout of the base":                      {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: []string{"github.event.pull_request.base.sha"}}, false},
		"a checkout of nothing in particular":         {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5"}, false},
		"a checkout of the head without rights":       {"pull_request", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: head}, false},
		"a checkout through a variable":               {"pull_request_target", evidence.WorkflowStep{Uses: "actions/checkout@v5", CheckoutFrom: []string{"env.head"}, Env: []evidence.WorkflowReference{{Name: "HEAD", References: head}}}, true},
		"gh pr checkout":                              {"pull_request_target", evidence.WorkflowStep{Fetches: []string{"gh pr checkout"}}, true},
		"git in a script with the head":               {"pull_request_target", evidence.WorkflowStep{Fetches: []string{"git fetch"}, Script: head}, true},
		"git in a script with the head in a variable": {"pull_request_target", evidence.WorkflowStep{Fetches: []string{"git checkout"}, Env: []evidence.WorkflowReference{{Name: "SHA", References: head}}}, true},
		"git in a script with the pull request's ref": {"pull_request_target", evidence.WorkflowStep{Fetches: []string{"git fetch", "refs/pull"}}, true},
		"git in a script with the base":               {"pull_request_target", evidence.WorkflowStep{Fetches: []string{"git fetch"}, Script: []string{"github.base_ref"}}, false},
		"the head in a script that fetches nothing":   {"pull_request_target", evidence.WorkflowStep{Script: head}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{}
			if c.want {
				want = append(want, "build")
			}
			require.Equal(t, want, workflow(t, oneStep(c.trigger, c.step)).UntrustedCheckouts)
		})
	}
}

func TestInjections(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]bool{
		"github.event.issue.title": true, "github.event.issue.body": true, "github.event.pull_request.title": true, "github.event.pull_request.head.ref": true,
		"github.event.pull_request.head.label": true, "github.event.pull_request.head.repo.default_branch": true, "github.head_ref": true,
		"github.event.comment.body": true, "github.event.review.body": true, "github.event.review_comment.body": true, "github.event.discussion.title": true,
		"github.event.pages.*.page_name": true, "github.event.commits.*.message": true, "github.event.commits.*.author.email": true,
		"github.event.head_commit.message": true, "github.event.head_commit.author.name": true, "github.event.workflow_run.head_branch": true,
		"github.event.workflow_run.display_title": true, "github.event.workflow_run.pull_requests.*.head.ref": true,
		"github.event": true, "github": true, "github.event.issue": true, "github.event.pull_request.head": true, "github.event.comment.*": true,

		"github.event.issue.number": false, "github.event.pull_request.head.sha": false, "github.event.pull_request.number": false,
		"github.event.repository.name": false, "github.event.inputs.title": false, "github.event.client_payload.body": false, "github.event.release.body": false,
		"github.ref_name": false, "github.sha": false, "github.actor": false, "github.run_id": false, "github.base_ref": false, "secrets.token": false,
		"steps.pr.outputs.title": false, "env.title": false, "inputs.title": false, "matrix.os": false,
	} {
		t.Run(ref, func(t *testing.T) {
			t.Parallel()
			expected := []string{}
			if want {
				expected = append(expected, "build: "+ref)
			}
			require.Equal(t, expected, workflow(t, oneStep("issues", evidence.WorkflowStep{Script: []string{ref}})).Injections)
		})
	}

	t.Run("a variable is what it is made from, the innermost first", func(t *testing.T) {
		t.Parallel()
		title := []evidence.WorkflowReference{{Name: "TITLE", References: []string{"github.event.issue.title"}}}
		number := []evidence.WorkflowReference{{Name: "title", References: []string{"github.event.issue.number"}}}
		d := oneStep("issues", evidence.WorkflowStep{Script: []string{"env.title"}})
		d.Env = title
		require.Equal(t, []string{"build: env.title"}, workflow(t, d).Injections)
		d.Jobs[0].Env = number
		require.Empty(t, workflow(t, d).Injections)
		d.Jobs[0].Steps[0].Env = title
		require.Equal(t, []string{"build: env.title"}, workflow(t, d).Injections)
	})

	t.Run("a variable that the script reads by itself is harmless", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, workflow(t, oneStep("issues", evidence.WorkflowStep{
			Env: []evidence.WorkflowReference{{Name: "TITLE", References: []string{"github.event.issue.title"}}},
		})).Injections)
	})
}

func TestActions(t *testing.T) {
	t.Parallel()
	hash, digest := strings.Repeat("a1b2", 10), "sha256:"+strings.Repeat("0f", 32)
	for uses, want := range map[string]*evidence.WorkflowAction{
		"actions/checkout@v5":                  {Owner: "actions"},
		"actions/checkout@" + hash:             {Owner: "actions", Pinned: true},
		"acme/tool/sub/dir@" + hash:            {Owner: "acme", Pinned: true},
		"acme/tool@" + hash[:39]:               {Owner: "acme"},
		"acme/tool@v" + hash:                   {Owner: "acme"},
		"acme/tool@main":                       {Owner: "acme"},
		"acme/w/.github/workflows/x.yml@main":  {Owner: "acme"},
		"docker://alpine:3":                    {Owner: "docker://alpine:3"},
		"docker://ghcr.io/acme/tool@" + digest: {Owner: "docker://ghcr.io", Pinned: true},
		"./.github/actions/local":              nil,
	} {
		t.Run(uses, func(t *testing.T) {
			t.Parallel()
			got := workflow(t, oneStep("push", evidence.WorkflowStep{Uses: uses})).Actions
			if want == nil {
				require.Equal(t, []evidence.WorkflowAction{}, got)
				return
			}
			want.Uses = uses
			require.Equal(t, []evidence.WorkflowAction{*want}, got)
		})
	}
}

func TestWorkflowToken(t *testing.T) {
	t.Parallel()
	said, all := evidence.WorkflowToken{Stated: true}, evidence.WorkflowToken{Stated: true, All: "write-all"}
	for name, c := range map[string]struct {
		top, first, second evidence.WorkflowToken
		limited, all       bool
	}{
		"at the top":        {top: said, limited: true},
		"at each job":       {first: said, second: said, limited: true},
		"at one job of two": {first: said},
		"nowhere":           {},
		"all at the top":    {top: all, limited: true, all: true},
		"all at one job":    {top: said, second: all, limited: true, all: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workflow(t, &evidence.WorkflowDefinition{Triggers: []string{"push"}, Token: c.top, Jobs: []evidence.WorkflowJob{{ID: "a", Token: c.first}, {ID: "b", Token: c.second}}})
			require.Equal(t, c.limited, *w.TokenLimited)
			require.Equal(t, c.all, *w.TokenWritesAll)
		})
	}

	t.Run("a file that was not read says nothing", func(t *testing.T) {
		t.Parallel()
		f := derive.All(world(fact("Workflow", "github.workflow", "w", &evidence.Workflow{})))[0]
		w := f.Body.(*evidence.Workflow)
		require.Nil(t, w.Actions)
		require.Nil(t, w.Injections)
		require.Nil(t, w.UntrustedCheckouts)
		require.Nil(t, w.TokenLimited)
		require.Nil(t, w.TokenWritesAll)
		require.Len(t, f.Holes, 5)
	})
}
