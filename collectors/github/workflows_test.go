package github_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestWorkflowsOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	s := lookAtSample(t)
	require.Len(t, s.facts["github.workflow"], 7)
	d := body[evidence.Workflow](t, s, "github.workflow", "acme-robotics/cloud-api/.github/workflows/ci.yml").Definition
	require.Equal(t, []string{"merge_group", "pull_request", "push"}, d.Triggers)
	require.Equal(t, evidence.WorkflowToken{Stated: true, Scopes: []string{"contents: read"}}, d.Token)
	require.Len(t, d.Jobs, 2)
	require.Equal(t, []string{"linux", "self-hosted"}, d.Jobs[1].RunsOn)
	require.Equal(t, "jdx/mise-action@146a28175021df8ca24f8ee1828cc2a60f980bd5", d.Jobs[0].Steps[1].Uses)
	require.Equal(t, []evidence.WorkflowReference{{Name: "TITLE", References: []string{"github.event.pull_request.title"}}}, d.Jobs[0].Steps[2].Env)
	require.Empty(t, d.Jobs[0].Steps[2].Script, "the script reads the variable by itself")
	require.Equal(t, []string{"github.run_id"}, d.Jobs[1].Steps[2].Script)
	called := body[evidence.Workflow](t, s, "github.workflow", "acme-robotics/cloud-api/.github/workflows/release.yaml").Definition.Jobs[1]
	require.Equal(t, "acme-robotics/workflows/.github/workflows/notify.yml@3f2a1c9e8b7d6a5f4e3d2c1b0a9f8e7d6c5b4a39", called.Uses)
	require.Equal(t, evidence.WorkflowToken{Stated: true}, called.Token, "no rights at all are stated")
	strangers := body[evidence.Workflow](t, s, "github.workflow", "acme-robotics/ros-drivers/.github/workflows/pull-requests.yml").Definition
	require.Equal(t, []string{"pull_request_target"}, strangers.Triggers)
	require.Equal(t, []string{"github.event.pull_request.head.sha"}, strangers.Jobs[0].Steps[0].CheckoutFrom)
	require.Equal(t, "write-all", body[evidence.Workflow](t, s, "github.workflow", "acme-robotics/warehouse-ui/.github/workflows/deploy.yml").Definition.Token.All)
}

func TestWorkflowsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no YAML":            "on: [push",
		"another file":       "version: 2\n",
		"a job of nothing":   "on: push\njobs: {build: {runs-on: x}}\n",
		"nothing starts it":  "jobs: {build: {steps: [{run: x}]}}\n",
		"a merge key":        "on: push\njobs:\n  a: &a {steps: [{run: x}]}\n  b: {<<: *a}\n",
		"a key twice":        "on: push\non: pull_request_target\njobs: {build: {steps: [{run: x}]}}\n",
		"an alias of itself": "on: push\njobs: &a {build: *a}\n",
		"aliases of aliases": "on: push\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
			"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\njobs: {build: {steps: [{run: x}]}}\n",
		"too long": "on: push\n# " + strings.Repeat("x", 600<<10) + "\njobs: {build: {steps: [{run: x}]}}\n",
		"nothing":  "",
	} {
		t.Run(name+" is a hole", func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, githubtest.New(t, only("cloud-api", func(r *githubtest.Repository) {
				r.Code.Workflows = map[string]string{"ci.yml": "# s3cret\n" + text}
			})))
			f := s.fact(t, "github.workflow", "acme-robotics/cloud-api/.github/workflows/ci.yml")
			require.Nil(t, f.Body.(*evidence.Workflow).Definition)
			require.NotContains(t, hole(t, f, "definition").Detail, "s3cret")
		})
	}
}

// What a script says is read from files as people write them.
func TestWhatAScriptRefersTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script  string
		refs    []string
		fetches []string
	}{
		"an expression":                 {"echo ${{ github.event.issue.title }}", []string{"github.event.issue.title"}, nil},
		"in any case":                   {"echo ${{ GitHub.Event.Issue.TITLE }}", []string{"github.event.issue.title"}, nil},
		"with an index":                 {"echo ${{ github.event['issue'][ 'title' ] }}", []string{"github.event.issue.title"}, nil},
		"with a computed index":         {"echo ${{ github.event.commits[0].message }}", []string{"github.event.commits.*.message"}, nil},
		"inside a function":             {"echo ${{ format('{0} github.sha', github.head_ref) }}", []string{"github.head_ref"}, nil},
		"a whole object":                {"echo '${{ toJSON(github.event) }}'", []string{"github.event"}, nil},
		"two of them":                   {"${{ github.sha }} ${{ github.ref || github.head_ref }}", []string{"github.head_ref", "github.ref", "github.sha"}, nil},
		"over lines":                    {"echo ${{\n  github.head_ref\n}}", []string{"github.head_ref"}, nil},
		"a literal":                     {"echo ${{ 'hunter2' == true }}", nil, nil},
		"no expression":                 {"echo $TITLE", nil, nil},
		"git":                           {"git fetch origin pull/$N/head && git -C dir checkout FETCH_HEAD", nil, []string{"git checkout", "git fetch", "refs/pull"}},
		"gh":                            {"gh  pr checkout 7", nil, []string{"gh pr checkout"}},
		"git that brings nothing":       {"git log --oneline; git push", nil, nil},
		"a word that is like a command": {"digit checkout", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			indented := "          " + strings.ReplaceAll(c.script, "\n", "\n          ")
			s := lookAt(t, githubtest.New(t, only("cloud-api", func(r *githubtest.Repository) {
				r.Code.Workflows = map[string]string{"ci.yml": "on: push\njobs:\n  build:\n    steps:\n      - run: |\n" + indented + "\n"}
			})))
			step := body[evidence.Workflow](t, s, "github.workflow", "acme-robotics/cloud-api/.github/workflows/ci.yml").Definition.Jobs[0].Steps[0]
			require.Equal(t, c.refs, step.Script)
			require.Equal(t, c.fetches, step.Fetches)
		})
	}
}
