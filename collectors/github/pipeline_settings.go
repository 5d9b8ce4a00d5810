package github

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	readOrgActions          = "GET /orgs/{org}/actions/permissions"
	readOrgSelectedActions  = "GET /orgs/{org}/actions/permissions/selected-actions"
	readOrgWorkflowToken    = "GET /orgs/{org}/actions/permissions/workflow"
	readOrgSecrets          = "GET /orgs/{org}/actions/secrets"
	readOrgSubject          = "GET /orgs/{org}/actions/oidc/customization/sub"
	readRunnerGroups        = "GET /orgs/{org}/actions/runner-groups"
	readRepoActions         = "GET /repos/{owner}/{repo}/actions/permissions"
	readRepoSelectedActions = "GET /repos/{owner}/{repo}/actions/permissions/selected-actions"
	readRepoWorkflowToken   = "GET /repos/{owner}/{repo}/actions/permissions/workflow"
	readForkApproval        = "GET /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval"
	readRepoSecrets         = "GET /repos/{owner}/{repo}/actions/secrets"
	readRepoSubject         = "GET /repos/{owner}/{repo}/actions/oidc/customization/sub"
	readRunners             = "GET /repos/{owner}/{repo}/actions/runners"
)

const (
	permitOrgSecrets = "organization Secrets: read"
	permitOrgRunners = "organization Self-hosted runners: read"
	permitSecrets    = "repository Secrets: read"
	permitActions    = "repository Actions: read"
)

var (
	organizationPipelinesPopulation = evidence.Population{Kind: "PipelineSettings", Type: "github.organization_actions"}
	repositoryPipelinesPopulation   = evidence.Population{Kind: "PipelineSettings", Type: "github.repository_actions"}
)

// Calls: 6 for the organisation + 1 + ⌈repositories/100⌉ + per repository that is
// not archived 4, 1 more where actions are selected and 2 more where it is public.
var pipelineSettingsCollector = evidence.Collector{
	Name:        "github_pipeline_settings",
	Doc:         "Reads what GitHub Actions may run and reach, of the organisation and each repository: allowed actions, token defaults, names of secrets, OIDC subjects, own runners.",
	Populations: []evidence.Population{organizationPipelinesPopulation, repositoryPipelinesPopulation},
	Reads: []string{
		readOrgActions, readOrgSelectedActions, readOrgWorkflowToken, readOrgSecrets, readOrgSubject, readRunnerGroups,
		readRepositories, readOrganization, readRepoActions, readRepoSelectedActions, readRepoWorkflowToken, readForkApproval,
		readRepoSecrets, readRepoSubject, readRunners,
	},
	Permissions: []string{
		permitOrganization, permitOrgSecrets, permitOrgRunners, permitRepositories, permitProtection, permitSecrets, permitActions,
	},
}

func (s *source) collectPipelineSettings(ctx context.Context, c *session, rec *evidence.Recorder) error {
	if err := rec.Add(s.organizationPipelines(ctx, c, rec)); err != nil {
		return err
	}
	repos, listErr := s.readRepositories(ctx, c, rec)
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		f := s.repositoryPipelines(ctx, c, rec, r)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return rec.Add(f)
	})
	if err != nil {
		return err
	}
	if listErr != nil {
		rec.Miss(repositoryPipelinesPopulation.Type, listErr)
	}
	return nil
}

func (s *source) organizationPipelines(ctx context.Context, c *session, rec *evidence.Recorder) evidence.Fact {
	none, no := "", false
	p := &pipelines{
		c: c, rec: rec, body: &evidence.PipelineSettings{Repository: &none, Archived: &no},
		actions: readOrgActions, selected: readOrgSelectedActions, token: readOrgWorkflowToken, secrets: readOrgSecrets,
		base: s.orgPath("/actions"),
	}
	// One organisation has one such fact, so it needs no number of GitHub's.
	p.fact = evidence.Fact{Resource: s.resource(organizationPipelinesPopulation, "organization", s.login), Body: p.body}
	p.readActions(ctx)
	p.readToken(ctx)
	p.readSecrets(ctx)
	p.readSubject(ctx, readOrgSubject)
	p.readRunnerGroups(ctx)
	return p.fact
}

func (s *source) repositoryPipelines(ctx context.Context, c *session, rec *evidence.Recorder, r repository) evidence.Fact {
	p := &pipelines{
		c: c, rec: rec, body: &evidence.PipelineSettings{Repository: &r.FullName, Visibility: r.Visibility, Archived: r.Archived},
		actions: readRepoActions, selected: readRepoSelectedActions, token: readRepoWorkflowToken, secrets: readRepoSecrets,
		base: r.path("/actions"),
	}
	p.fact = evidence.Fact{Resource: s.resource(repositoryPipelinesPopulation, strconv.FormatInt(r.ID, 10), r.FullName), Body: p.body}
	if r.Archived == nil {
		p.miss(unreadable(readRepositories, "GitHub did not state it", nil), "archived")
	}
	if r.Archived != nil && *r.Archived {
		return p.fact
	}
	p.readActions(ctx)
	p.readToken(ctx)
	p.readSecrets(ctx)
	p.readSubject(ctx, readRepoSubject)
	if r.Visibility == nil {
		p.miss(unreadable(readRepositories, "GitHub did not state it", nil), "visibility", "fork_approval", "runners")
		return p.fact
	}
	if *r.Visibility == "public" {
		p.readForkApproval(ctx)
		p.readRunners(ctx)
	}
	return p.fact
}

// pipelines reads the settings of one organisation or repository. Losing one read
// costs its fields only.
type pipelines struct {
	c                                 *session
	rec                               *evidence.Recorder
	fact                              evidence.Fact
	body                              *evidence.PipelineSettings
	actions, selected, token, secrets string // operations
	base                              string
}

func (p *pipelines) miss(err error, fields ...string) {
	for _, field := range fields {
		p.fact.Miss(field, err)
	}
}

func (p *pipelines) readActions(ctx context.Context) {
	fields := []string{"enabled", "allowed_actions", "pinning_required", "patterns", "github_owned", "verified_allowed"}
	var said struct {
		Enabled      *bool   `json:"enabled"`              // of a repository
		Repositories *string `json:"enabled_repositories"` // of an organisation: all, none, selected
		Allowed      *string `json:"allowed_actions"`
		Pinning      *bool   `json:"sha_pinning_required"`
	}
	if _, err := p.c.getInto(ctx, p.actions, p.base+"/permissions", &said); err != nil {
		p.miss(err, fields...)
		return
	}
	notSaid := unreadable(p.actions, "GitHub did not state it", nil)
	if p.body.Enabled = said.Enabled; said.Repositories != nil {
		on := *said.Repositories != "none"
		p.body.Enabled = &on
	}
	if p.body.Enabled == nil {
		p.miss(notSaid, "enabled")
	}
	if p.body.PinningRequired = said.Pinning; said.Pinning == nil {
		p.miss(notSaid, "pinning_required")
	}
	if p.body.AllowedActions = said.Allowed; said.Allowed == nil {
		// Where nothing runs at all, GitHub does not say what might.
		p.miss(notSaid, fields[1], "patterns", "github_owned", "verified_allowed")
		return
	}
	p.readSelected(ctx)
}

// readSelected reads which actions are selected; asked where they are not,
// GitHub refuses (409).
func (p *pipelines) readSelected(ctx context.Context) {
	if *p.body.AllowedActions != "selected" {
		p.body.Patterns = []string{}
		return
	}
	var said struct {
		GitHub   *bool    `json:"github_owned_allowed"`
		Verified *bool    `json:"verified_allowed"`
		Patterns []string `json:"patterns_allowed"`
	}
	_, err := p.c.getInto(ctx, p.selected, p.base+"/permissions/selected-actions", &said)
	if err == nil && said.Patterns == nil {
		err = unreadable(p.selected, "GitHub did not state it", nil)
	}
	if err != nil {
		p.miss(err, "patterns", "github_owned", "verified_allowed")
		return
	}
	p.body.GitHubOwned, p.body.VerifiedAllowed, p.body.Patterns = said.GitHub, said.Verified, said.Patterns
}

func (p *pipelines) readToken(ctx context.Context) {
	var said struct {
		Permission *string `json:"default_workflow_permissions"`
		Approves   *bool   `json:"can_approve_pull_request_reviews"`
	}
	_, err := p.c.getInto(ctx, p.token, p.base+"/permissions/workflow", &said)
	if err == nil && (said.Permission == nil || said.Approves == nil) {
		err = unreadable(p.token, "GitHub did not state it", nil)
	}
	if err != nil {
		p.miss(err, "token_permission", "token_approves")
		return
	}
	p.body.TokenPermission, p.body.TokenApproves = said.Permission, said.Approves
}

func (p *pipelines) readSecrets(ctx context.Context) {
	var err error
	if p.body.Secrets, err = p.c.secretNames(ctx, p.secrets, p.base+"/secrets", p.rec); err != nil {
		p.miss(err, "secrets")
	}
}

// secretNames lists secrets by name; GitHub gives their values to nobody.
func (s *session) secretNames(ctx context.Context, operation, path string, rec *evidence.Recorder) ([]evidence.PipelineSecret, error) {
	items, err := s.wrapped(ctx, operation, path, "secrets", rec)
	if err != nil {
		return nil, err
	}
	type secret struct {
		Name       string     `json:"name"`
		CreatedAt  *time.Time `json:"created_at"`
		UpdatedAt  *time.Time `json:"updated_at"`
		Visibility *string    `json:"visibility"`
	}
	list, err := entries(operation, items, func(v secret) bool { return v.Name != "" && v.CreatedAt != nil && v.UpdatedAt != nil })
	if err != nil {
		return nil, err
	}
	names := make([]evidence.PipelineSecret, 0, len(list))
	for _, v := range list {
		names = append(names, evidence.PipelineSecret{Name: v.Name, CreatedAt: *v.CreatedAt, UpdatedAt: *v.UpdatedAt, Visibility: v.Visibility})
	}
	return names, nil
}

// readSubject reads whether the subject of a pipeline's identity token was
// changed, which is what a cloud's trust policy looks at.
func (p *pipelines) readSubject(ctx context.Context, operation string) {
	var said struct {
		Default *bool    `json:"use_default"` // of a repository
		Claims  []string `json:"include_claim_keys"`
	}
	if _, err := p.c.getInto(ctx, operation, p.base+"/oidc/customization/sub", &said); err != nil {
		p.miss(err, "subject_default", "subject_claims")
		return
	}
	p.body.SubjectDefault = said.Default
	switch p.body.SubjectClaims = said.Claims; {
	case said.Claims != nil:
	case said.Default != nil && *said.Default:
		p.body.SubjectClaims = []string{}
	default:
		p.miss(unreadable(operation, "GitHub did not state it", nil), "subject_claims")
	}
}

func (p *pipelines) readRunnerGroups(ctx context.Context) {
	items, err := p.c.wrapped(ctx, readRunnerGroups, p.base+"/runner-groups", "runner_groups", p.rec)
	if err != nil {
		p.miss(err, "runner_groups")
		return
	}
	type group struct {
		ID         json.Number `json:"id"`
		Name       string      `json:"name"`
		Visibility *string     `json:"visibility"`
		Public     *bool       `json:"allows_public_repositories"`
		Limited    *bool       `json:"restricted_to_workflows"`
	}
	list, err := entries(readRunnerGroups, items, func(g group) bool { return g.ID != "" && g.Name != "" })
	if err != nil {
		p.miss(err, "runner_groups")
		return
	}
	p.body.RunnerGroups = make([]evidence.RunnerGroup, 0, len(list))
	for _, g := range list {
		p.body.RunnerGroups = append(p.body.RunnerGroups, evidence.RunnerGroup{
			ID: g.ID.String(), Name: g.Name, Visibility: g.Visibility, PublicRepositories: g.Public, WorkflowsLimited: g.Limited,
		})
	}
}

func (p *pipelines) readForkApproval(ctx context.Context) {
	var said struct {
		Policy *string `json:"approval_policy"`
	}
	_, err := p.c.getInto(ctx, readForkApproval, p.base+"/permissions/fork-pr-contributor-approval", &said)
	if err == nil && said.Policy == nil {
		err = unreadable(readForkApproval, "GitHub did not state it", nil)
	}
	if err != nil {
		p.miss(err, "fork_approval")
		return
	}
	p.body.ForkApproval = said.Policy
}

func (p *pipelines) readRunners(ctx context.Context) {
	items, err := p.c.wrapped(ctx, readRunners, p.base+"/runners", "runners", p.rec)
	type runner struct {
		Name string `json:"name"`
	}
	list, unread := entries(readRunners, items, func(r runner) bool { return r.Name != "" })
	if err := errors.Join(err, unread); err != nil {
		p.miss(err, "runners")
		return
	}
	p.body.Runners = make([]string, 0, len(list))
	for _, r := range list {
		p.body.Runners = append(p.body.Runners, r.Name)
	}
}
