package derive

import (
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var workflowRule = rule{kind: "Workflow", apply: func(_ *world, s *subject) {
	f, ok := s.Body.(*evidence.Workflow)
	if !ok {
		return
	}
	f.UntrustedCheckouts, f.Injections, f.Actions, f.TokenLimited, f.TokenWritesAll = nil, nil, nil, nil, nil
	if f.Definition == nil {
		for _, field := range []string{"untrusted_checkouts", "injections", "actions", "token_limited", "token_writes_all"} {
			s.miss(field, sight.Holes(s.Fact, "definition"))
		}
		return
	}
	limited, writesAll := token(f.Definition)
	f.UntrustedCheckouts, f.Injections, f.Actions = untrustedCheckouts(f.Definition), injections(f.Definition), actions(f.Definition)
	f.TokenLimited, f.TokenWritesAll = &limited, &writesAll
}}

// token says whether the rights of each job's token are stated, and whether any
// is given all rights to write.
func token(d *evidence.WorkflowDefinition) (limited, writesAll bool) {
	limited, writesAll = true, d.Token.All == "write-all"
	for _, j := range d.Jobs {
		limited = limited && (d.Token.Stated || j.Token.Stated)
		writesAll = writesAll || j.Token.All == "write-all"
	}
	return limited, writesAll
}

// Events that a stranger causes, and whose runs have the repository's secrets
// and a token that may write. ("Events that trigger workflows")
var privileged = []string{"pull_request_target", "workflow_run", "issue_comment"}

// untrustedCheckouts are the jobs that fetch what a pull request asks for in
// such a run. What guards a job (an if, an environment) is not weighed: a guard is
// one edit away from being wrong, and the pattern is what peers and GitHub warn of.
func untrustedCheckouts(d *evidence.WorkflowDefinition) []string {
	jobs := []string{}
	if !slices.ContainsFunc(d.Triggers, func(t string) bool { return slices.Contains(privileged, t) }) {
		return jobs
	}
	for _, j := range d.Jobs {
		if slices.ContainsFunc(j.Steps, func(s evidence.WorkflowStep) bool { return fetchesStrangers(d, j, s) }) {
			jobs = append(jobs, j.ID)
		}
	}
	return jobs
}

func fetchesStrangers(d *evidence.WorkflowDefinition, j evidence.WorkflowJob, s evidence.WorkflowStep) bool {
	if s.Uses != "" && (strings.Contains(s.Checkout, "refs/pull/") || slices.ContainsFunc(resolved(s.CheckoutFrom, d, j, s), strangersCode.MatchString)) {
		return true
	}
	if slices.Contains(s.Fetches, "gh pr checkout") {
		return true
	}
	if !slices.ContainsFunc(s.Fetches, func(c string) bool { return strings.HasPrefix(c, "git ") || c == "gh repo clone" }) {
		return false
	}
	if slices.Contains(s.Fetches, "refs/pull") || slices.ContainsFunc(s.Script, strangersCode.MatchString) {
		return true
	}
	// A script reads variables by their names, which are not kept: any may be meant.
	for _, v := range slices.Concat(d.Env, j.Env, s.Env) {
		if slices.ContainsFunc(v.References, strangersCode.MatchString) {
			return true
		}
	}
	return false
}

// strangersCode names commits, branches and repositories of whoever opened a pull request.
var strangersCode = regexp.MustCompile(`^github\.(head_ref|event\.(pull_request\.(head\b.*|merge_commit_sha)|workflow_run\.(head_.*|pull_requests\..*\.head\b.*)))$`)

// injections are the expressions that put a stranger's text into a script, where
// it is read as commands. Through a variable of the script it is not.
func injections(d *evidence.WorkflowDefinition) []string {
	found := []string{}
	for _, j := range d.Jobs {
		for _, s := range j.Steps {
			for _, ref := range s.Script {
				if slices.ContainsFunc(resolved([]string{ref}, d, j, s), strangersText.MatchString) {
					found = append(found, j.ID+": "+ref)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// resolved puts what a variable is made from in the place of env.NAME. The
// innermost variable of a name counts.
func resolved(refs []string, d *evidence.WorkflowDefinition, j evidence.WorkflowJob, s evidence.WorkflowStep) []string {
	var all []string
	for _, ref := range refs {
		name, ok := strings.CutPrefix(ref, "env.")
		if !ok {
			all = append(all, ref)
			continue
		}
		for _, vars := range [][]evidence.WorkflowReference{s.Env, j.Env, d.Env} {
			i := slices.IndexFunc(vars, func(v evidence.WorkflowReference) bool { return strings.EqualFold(v.Name, name) })
			if i >= 0 {
				all = append(all, vars[i].References...)
				break
			}
		}
	}
	return all
}

// strangersText names what anybody who may open an issue or a pull request can
// write as they like, and whatever contains it. ("Script injections", untrusted input)
var strangersText = regexp.MustCompile(`^github\.(` + strings.Join([]string{
	`head_ref`,
	`event\.(issue|pull_request|discussion|comment|review|review_comment)\.(title|body)`,
	`event\.(pull_request|workflow_run\.pull_requests\..+)\.head\.(ref|label|repo\.(default_branch|description|homepage))`,
	`event\.pages\..*page_name`,
	`event\.(commits\..+|head_commit|workflow_run\.head_commit)\.(message|(author|committer)\.(name|email))`,
	`event\.workflow_run\.(head_branch|display_title|head_repository\.description)`,
	`event(\.(issue|pull_request|discussion|comment|review|review_comment|head_commit|commits|pages|workflow_run)(\.(\*|head|head_commit|head_repository|author))?)?`,
}, "|") + `)$|^github$`)

var (
	commitPin = regexp.MustCompile(`@[0-9a-f]{40}([0-9a-f]{24})?$`)
	imagePin  = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)
)

// actions are what is called from outside the repository, each once.
func actions(d *evidence.WorkflowDefinition) []evidence.WorkflowAction {
	called := []evidence.WorkflowAction{}
	add := func(uses string) {
		if uses == "" || strings.HasPrefix(uses, "./") {
			return
		}
		a := evidence.WorkflowAction{Uses: uses}
		if image, ok := strings.CutPrefix(uses, "docker://"); ok {
			a.Owner, _, _ = strings.Cut(image, "/")
			a.Owner, a.Pinned = "docker://"+a.Owner, imagePin.MatchString(image)
		} else {
			a.Owner, _, _ = strings.Cut(uses, "/")
			a.Pinned = commitPin.MatchString(uses)
		}
		if !slices.Contains(called, a) {
			called = append(called, a)
		}
	}
	for _, j := range d.Jobs {
		add(j.Uses)
		for _, s := range j.Steps {
			add(s.Uses)
		}
	}
	slices.SortFunc(called, func(a, b evidence.WorkflowAction) int { return strings.Compare(a.Uses, b.Uses) })
	return called
}
