package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/require"
)

const folder = "../../.github/workflows"

func workflows(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.y*ml")
	require.NoError(t, err)
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all[filepath.Base(file)] = string(text)
	}
	require.Contains(t, all, "test.yaml")
	require.Contains(t, all, "release.yaml")
	return all
}

// actionlint is the judge nobody here wrote: keys, expressions, contexts, shells.
func TestActionlintFindsNoFault(t *testing.T) {
	t.Parallel()
	for name, text := range workflows(t) {
		require.Empty(t, linted(t, name, text))
		require.NotEmpty(t, linted(t, name, strings.Replace(text, "runs-on:", "runs_on:", 1)+"bad: true\n"), "the judge finds nothing")
	}
}

func linted(t *testing.T, name, text string) []string {
	t.Helper()
	var out bytes.Buffer
	linter, err := actionlint.NewLinter(&out, &actionlint.LinterOptions{})
	require.NoError(t, err)
	project, err := actionlint.NewProject("../..")
	require.NoError(t, err)
	path, err := filepath.Abs(filepath.Join(folder, name))
	require.NoError(t, err)
	faults, err := linter.Lint(path, []byte(text), project)
	require.NoError(t, err)
	var all []string
	for _, f := range faults {
		all = append(all, f.Error())
	}
	return all
}

func TestWorkflowsGiveNoMoreThanTheyNeed(t *testing.T) {
	t.Parallel()
	for name, text := range workflows(t) {
		require.Empty(t, excesses(t, text), name)
	}
}

// Each is a way in which others' workflows were taken over.
func TestExcessesAreFound(t *testing.T) {
	t.Parallel()
	text := workflows(t)["test.yaml"]
	for says, change := range map[string][2]string{
		"is not pinned to a commit":     {"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "actions/checkout@v7"},
		"does not say which version":    {" # v7.0.1", ""},
		"is not one whose commit":       {"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b2"},
		"permissions for all jobs":      {"permissions: {}\n", "permissions: write-all\n"},
		"check: names no permissions":   {"    permissions: {contents: read}\n", ""},
		"may write":                     {"permissions: {contents: read}", "permissions: {contents: write}"},
		"pull_request_target":           {"pull_request: {}", "pull_request_target: {}"},
		"keeps its token":               {"        with: {persist-credentials: false}\n", ""},
		"no concurrency":                {"concurrency:\n  group: test-${{ github.workflow }}-${{ github.ref }}\n  cancel-in-progress: ${{ github.event_name == 'pull_request' }}\n", ""},
		"check: may run for six hours":  {"    timeout-minutes: 90\n", ""},
		"puts an expression in a shell": {"run: .ci/run", "run: .ci/run ${{ github.head_ref }}"},
		"secret":                        {"run: .ci/run", "run: .ci/run\n        env: {A: \"${{ secrets.A }}\"}"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		require.NotEqual(t, text, changed, says)
		require.Contains(t, strings.Join(excesses(t, changed), "\n"), says)
	}
}

var used = regexp.MustCompile(`(?m)^\s*(?:- )?uses: (\S+)(.*)$`)

// commits are those that the tags of the actions' own repositories name.
var commits = map[string]string{
	"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1": "v7.0.1",
	"actions/setup-go@b7ad1dad31e06c5925ef5d2fc7ad053ef454303e": "v7.0.0",
	"actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6":   "v4.2.2",
}

func excesses(t *testing.T, text string) []string {
	t.Helper()
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, m := range used.FindAllStringSubmatch(text, -1) {
		action, comment := m[1], m[2]
		_, commit, _ := strings.Cut(action, "@")
		switch version, known := commits[action]; {
		case strings.HasPrefix(action, "./"):
		case len(commit) != 40:
			add("%s is not pinned to a commit", action)
		case !known:
			add("%s is not one whose commit was read from its repository", action)
		case comment != " # "+version:
			add("%s does not say which version it is", action)
		}
	}
	w, faults := actionlint.Parse([]byte(text))
	require.Empty(t, faults)
	if w.Permissions == nil || w.Permissions.All != nil || len(w.Permissions.Scopes) > 0 {
		add("permissions for all jobs: each names its own")
	}
	if w.Concurrency == nil {
		add("no concurrency")
	}
	strangers := false
	for _, event := range w.On {
		strangers = strangers || event.EventName() == "pull_request"
		if event.EventName() == "pull_request_target" || event.EventName() == "workflow_run" {
			add("%s runs others' code with our rights", event.EventName())
		}
	}
	if strings.Contains(text, "secrets.") || strings.Contains(text, "secrets:") {
		add("a secret: github.token is enough")
	}
	for name, job := range w.Jobs {
		found = append(found, excessesOf(name, job, strangers)...)
	}
	return found
}

func excessesOf(name string, job *actionlint.Job, strangers bool) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, name+": "+fmt.Sprintf(format, args...)) }
	switch {
	case job.Permissions == nil:
		add("names no permissions")
	case job.Permissions.All != nil:
		add("has all permissions")
	default:
		for scope, p := range job.Permissions.Scopes {
			if strangers && p.Value.Value != "read" {
				add("may write %s for a pull request", scope)
			}
		}
	}
	if job.WorkflowCall == nil && job.TimeoutMinutes == nil {
		add("may run for six hours")
	}
	for _, step := range job.Steps {
		switch exec := step.Exec.(type) {
		case *actionlint.ExecRun:
			if strings.Contains(exec.Run.Value, "${{") {
				add("puts an expression in a shell: give it by env")
			}
		case *actionlint.ExecAction:
			if keep := exec.Inputs["persist-credentials"]; strings.HasPrefix(exec.Uses.Value, "actions/checkout@") && (keep == nil || keep.Value.Value != "false") {
				add("a checkout keeps its token for the steps after it")
			}
		}
	}
	return found
}
