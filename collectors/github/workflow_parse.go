package github

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// parseWorkflow summarises a workflow file. ("Workflow syntax for GitHub Actions")
// A file of another shape is an error: what was not understood is not harmless.
func parseWorkflow(text []byte) (*evidence.WorkflowDefinition, error) {
	root, err := readYAML(text)
	if err != nil {
		return nil, err
	}
	jobs := root.at("jobs").entries
	triggers := root.at("on").list()
	if len(jobs) == 0 || len(triggers) == 0 {
		return nil, errors.New("it has no jobs or nothing starts it")
	}
	d := &evidence.WorkflowDefinition{
		Triggers: triggers, Token: tokenOf(root), Env: variables(root.at("env")), Jobs: []evidence.WorkflowJob{},
	}
	for _, id := range slices.Sorted(maps.Keys(jobs)) {
		j := jobs[id]
		job := evidence.WorkflowJob{
			ID: id, Token: tokenOf(j), RunsOn: runners(j.at("runs-on")), Uses: j.at("uses").text, Env: variables(j.at("env")),
		}
		if job.Uses == "" && len(j.at("steps").items) == 0 {
			return nil, errors.New("a job has no steps and calls no workflow")
		}
		for _, s := range j.at("steps").items {
			job.Steps = append(job.Steps, step(s))
		}
		d.Jobs = append(d.Jobs, job)
	}
	return d, nil
}

// tokenOf reads what is said of the rights of the run's token: nothing, a word for
// all of them, or each.
func tokenOf(b *block) evidence.WorkflowToken {
	p, stated := b.entries["permissions"]
	if !stated {
		return evidence.WorkflowToken{}
	}
	t := evidence.WorkflowToken{Stated: true, All: p.text}
	for scope, right := range p.entries {
		t.Scopes = append(t.Scopes, scope+": "+right.text)
	}
	slices.Sort(t.Scopes)
	return t
}

// runners gives the labels a job asks for, and the group, as "group: name".
func runners(b *block) []string {
	if len(b.entries) == 0 {
		return b.list()
	}
	labels := b.at("labels").list()
	if group := b.at("group").text; group != "" {
		labels = append(labels, "group: "+group)
	}
	return labels
}

func variables(b *block) []evidence.WorkflowReference {
	var all []evidence.WorkflowReference
	for _, name := range slices.Sorted(maps.Keys(b.entries)) {
		if refs := references(b.entries[name].text); len(refs) > 0 {
			all = append(all, evidence.WorkflowReference{Name: name, References: refs})
		}
	}
	return all
}

func step(b *block) evidence.WorkflowStep {
	with := b.at("with")
	script := b.at("run").text
	s := evidence.WorkflowStep{Uses: b.at("uses").text, Env: variables(b.at("env")), Fetches: fetches(script)}
	// actions/github-script runs what it is given as a program.
	s.Script = references(script + "\n" + with.at("script").text)
	// Whatever the action is, these name code to be brought in.
	s.Checkout = strings.TrimSpace(with.at("repository").text + " " + with.at("ref").text)
	s.CheckoutFrom = references(s.Checkout)
	if strings.Contains(script, "GITHUB_HEAD_REF") {
		// The runner sets it, without being told to.
		s.Env = append(s.Env, evidence.WorkflowReference{Name: "GITHUB_HEAD_REF", References: []string{"github.head_ref"}})
	}
	return s
}

var fetching = regexp.MustCompile(`\b(?:gh\s+pr\s+checkout|gh\s+repo\s+clone|git\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*(?:checkout|switch|fetch|pull|clone|worktree|reset|merge))\b`)

// fetches names the commands of a script that bring code in. Of git's, the
// options between are left out.
func fetches(script string) []string {
	var found []string
	for _, command := range fetching.FindAllString(script, -1) {
		words := strings.Fields(command)
		if words[0] == "git" {
			words = []string{"git", words[len(words)-1]}
		}
		found = append(found, strings.Join(words, " "))
	}
	if pullRef.MatchString(script) {
		found = append(found, "refs/pull")
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var pullRef = regexp.MustCompile(`\brefs/pull\b|\bpull/[$\d]`)

var (
	expression = regexp.MustCompile(`(?s)\$\{\{(.*?)\}\}`)
	quoted     = regexp.MustCompile(`'(?:[^']|'')*'`)
	index      = regexp.MustCompile(`\[\s*'([^']*)'\s*\]`)
	reference  = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_-]*(?:\s*(?:\.\s*(?:[A-Za-z_][A-Za-z0-9_-]*|\*)|\[[^\]]*\]))*`)
)

// references gives what the expressions in a text refer to, in lower case, since
// GitHub does not tell cases apart: "github.event.issue.title". Literals, which
// could be anything, are left out, and so are the names of functions.
func references(text string) []string {
	var found []string
	for _, m := range expression.FindAllStringSubmatch(text, -1) {
		// github['head_ref'] is github.head_ref; a computed index stands for any.
		inside := quoted.ReplaceAllString(index.ReplaceAllString(m[1], ".$1"), "")
		for _, at := range reference.FindAllStringIndex(inside, -1) {
			name := strings.ToLower(strings.Join(strings.Fields(inside[at[0]:at[1]]), ""))
			if rest := strings.TrimLeft(inside[at[1]:], " \t\n"); strings.HasPrefix(rest, "(") || literal[name] {
				continue
			}
			found = append(found, anyIndex.ReplaceAllString(name, ".*"))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var (
	literal  = map[string]bool{"true": true, "false": true, "null": true, "nan": true, "infinity": true}
	anyIndex = regexp.MustCompile(`\[[^\]]*\]`)
)
