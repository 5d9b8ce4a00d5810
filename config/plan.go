package config

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Plan is what is done with the remediation plan besides showing it.
type Plan struct {
	GitHub *GitHubIssues `yaml:"github" json:"github,omitempty" jsonschema:"description=Keep one GitHub issue for each gap. Off unless it is configured."`
}

// GitHubIssues is where gaps are kept as issues. It writes: its credentials are
// its own and never those that evidence is collected with.
type GitHubIssues struct {
	Repository    string            `yaml:"repository" json:"repository" jsonschema:"description=OWNER/NAME of the repository whose issues they are. Best a private one for nothing else."`
	APIURL        string            `yaml:"api_url" json:"api_url,omitempty" jsonschema:"description=Of GitHub Enterprise Server\\, such as https://github.example.com/api/v3. Default https://api.github.com."`
	Token         Secret            `yaml:"token" json:"token,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}: a fine-grained token for this repository only\\, with Issues: read and write."`
	App           *GitHubApp        `yaml:"app" json:"app,omitempty" jsonschema:"description=Instead of a token: an App of its own\\, installed in this repository\\, with Issues: read and write."`
	Label         string            `yaml:"label" json:"label,omitempty" jsonschema:"description=Label that issues are found by. Two stores that write into one repository need one each. Default controlwatch."`
	Labels        []string          `yaml:"labels" json:"labels,omitempty" jsonschema:"description=Labels that new issues get besides."`
	AcceptedLabel string            `yaml:"accepted_label" json:"accepted_label,omitempty" jsonschema:"description=Label of gaps that are wholly accepted. Default risk-accepted."`
	Assignees     map[string]string `yaml:"assignees" json:"assignees,omitempty" jsonschema:"description=By owner of a gap: the GitHub login to assign."`
	MinSeverity   string            `yaml:"min_severity" json:"min_severity,omitempty" jsonschema:"enum=low,enum=medium,enum=high,enum=critical,description=Gaps below it get no issue. One that is there is kept up to date. Default low."`
	Owners        []string          `yaml:"owners" json:"owners,omitempty" jsonschema:"description=Only gaps of these owners get an issue. Default all\\, also those of nobody."`
	MaxNew        int               `yaml:"max_new" json:"max_new,omitempty" jsonschema:"minimum=1,maximum=500,description=Issues that one run creates at most\\, the gravest first. Default 20."`
	Every         Duration          `yaml:"every" json:"every,omitempty" jsonschema:"description=Shortest time between two runs of the daemon\\, 1m to 24h. Default 1h."`
	ClosedByHand  string            `yaml:"closed_by_hand" json:"closed_by_hand,omitempty" jsonschema:"enum=reopen,enum=leave,description=What becomes of an issue that somebody closes or deletes while evidence does not show that its gap is closed. reopen does so once\\, with a comment. Default reopen."`
	AllowPublic   bool              `yaml:"allow_public" json:"allow_public,omitempty" jsonschema:"description=Publish gaps in a repository that everyone can read."`
	TakesOver     []string          `yaml:"takes_over" json:"takes_over,omitempty" jsonschema:"description=Ids of lost stores whose issues are this store's now; controlwatch plan sync names them."`
}

// GitHubApp is a GitHub App that writes issues.
type GitHubApp struct {
	ID             int64  `yaml:"app_id" json:"app_id" jsonschema:"description=The number on the App's page."`
	InstallationID int64  `yaml:"installation_id" json:"installation_id" jsonschema:"description=The number at the end of the installation's address."`
	PrivateKey     Secret `yaml:"private_key" json:"private_key" jsonschema:"description=${env:NAME} or ${file:PATH}: the App's private key in PEM form."`
}

// The defaults of GitHubIssues.
const (
	DefaultGitHubAPI     = "https://api.github.com"
	DefaultIssueLabel    = "controlwatch"
	DefaultAcceptedLabel = "risk-accepted"
	DefaultMaxNewIssues  = 20
	DefaultIssuesEvery   = time.Hour
)

var (
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)
	githubLogin    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)
	storeID        = regexp.MustCompile(`^[0-9a-f]{16}$`)
)

func (p *Plan) within(file string, env func(string) string) {
	if p.GitHub == nil {
		return
	}
	all := []*Secret{&p.GitHub.Token}
	if p.GitHub.App != nil {
		all = append(all, &p.GitHub.App.PrivateKey)
	}
	for _, s := range all {
		s.Node.File, s.dir, s.env = file, filepath.Dir(file), env
	}
}

func (p *Plan) fill() {
	g := p.GitHub
	if g == nil {
		return
	}
	for field, value := range map[*string]string{
		&g.APIURL: DefaultGitHubAPI, &g.Label: DefaultIssueLabel, &g.AcceptedLabel: DefaultAcceptedLabel, &g.MinSeverity: "low", &g.ClosedByHand: "reopen",
	} {
		if *field == "" {
			*field = value
		}
	}
	if g.MaxNew == 0 {
		g.MaxNew = DefaultMaxNewIssues
	}
	if g.Every == 0 {
		g.Every = Duration(DefaultIssuesEvery)
	}
}

func (c *Config) planProblems(wrong func(path []any, format string, args ...any)) {
	g := c.Plan.GitHub
	if g == nil {
		return
	}
	bad := func(key, format string, args ...any) {
		wrong([]any{"plan", "github", key}, "plan.github."+key+": "+format, args...)
	}
	if !repositoryName.MatchString(g.Repository) {
		bad("repository", "expected OWNER/NAME, such as acme/compliance")
	}
	if !isWebAddress(g.APIURL) {
		bad("api_url", "expected an address such as https://github.example.com/api/v3")
	}
	switch {
	case g.Token.Given() == (g.App != nil):
		wrong([]any{"plan", "github"}, "plan.github: expected one of token and app: what writes has credentials of its own")
	case g.App != nil && (g.App.ID <= 0 || g.App.InstallationID <= 0 || !g.App.PrivateKey.Given()):
		bad("app", "expected app_id, installation_id and private_key")
	}
	for key, labels := range map[string][]string{"label": {g.Label}, "accepted_label": {g.AcceptedLabel}, "labels": g.Labels} {
		for _, l := range labels {
			if strings.TrimSpace(l) != l || l == "" || len([]rune(l)) > 50 || strings.ContainsAny(l, ",\r\n\t") {
				bad(key, "%q: expected 1 to 50 characters on one line, without a comma", l)
			}
		}
	}
	if strings.EqualFold(g.Label, g.AcceptedLabel) {
		bad("accepted_label", "is the label that issues are found by; give another one")
	}
	for _, owner := range slices.Sorted(maps.Keys(g.Assignees)) {
		if !githubLogin.MatchString(g.Assignees[owner]) {
			bad("assignees", "%s: %q is no GitHub login", owner, g.Assignees[owner])
		}
	}
	if !slices.Contains([]string{"low", "medium", "high", "critical"}, g.MinSeverity) {
		bad("min_severity", "%q: expected low, medium, high or critical", g.MinSeverity)
	}
	if g.MaxNew < 1 || g.MaxNew > 500 {
		bad("max_new", "expected 1 to 500")
	}
	if d := time.Duration(g.Every); d < time.Minute || d > 24*time.Hour {
		bad("every", "expected 1m to 24h")
	}
	if g.ClosedByHand != "reopen" && g.ClosedByHand != "leave" {
		bad("closed_by_hand", "%q: expected reopen or leave", g.ClosedByHand)
	}
	for _, id := range g.TakesOver {
		if !storeID.MatchString(id) {
			bad("takes_over", "%q is no id of a store; controlwatch plan sync names them", id)
		}
	}
}
