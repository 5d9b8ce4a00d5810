package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// subjectForms are the issuers of hosted pipelines, whose tokens anybody in the
// world can have made, and how each writes organisation and repository into the
// subject. Source: GitHub docs, OpenID Connect reference; GitLab docs, ID token
// authentication; Buildkite and HCP Terraform docs, claims of the token.
var subjectForms = map[string]string{
	"token.actions.githubusercontent.com": "repo:",
	"gitlab.com":                          "project_path:",
	"agent.buildkite.com":                 organizationForm,
	"app.terraform.io":                    organizationForm,
}

// organizationForm is organization:NAME:project:NAME:…, and pipeline for project.
const organizationForm = "organization:"

// oidc reads what a statement asks of the tokens of an OIDC provider.
func (t *trustLook) oidc(st evidence.PolicyStatement, provider string) {
	issuer, _, _ := strings.Cut(strings.ToLower(provider), "/") // GitHub puts the name of an enterprise behind it
	prefix, hosted := subjectForms[issuer]
	if !hosted {
		return
	}
	key := strings.ToLower(provider)
	p := evidence.PipelineTrust{Issuer: provider, AudiencePinned: new(pinned(st.Condition, key+":aud", fixed))}
	p.Subjects, p.Owners = []string{}, []string{}
	scoped := false
	for operator, keys := range st.Condition {
		if !positive(operator) {
			continue
		}
		for name, values := range keys {
			if !strings.EqualFold(name, key+":sub") {
				continue
			}
			p.Subjects = append(p.Subjects, values...)
			owners, ok := scopedOwners(prefix, values)
			if ok {
				scoped = true
				p.Owners = append(p.Owners, owners...)
			}
		}
	}
	slices.Sort(p.Subjects)
	slices.Sort(p.Owners)
	p.Subjects, p.Owners = slices.Compact(p.Subjects), slices.Compact(p.Owners)
	p.SubjectScoped = &scoped
	t.pipelines = append(t.pipelines, p)
}

// scopedOwners gives the organisations of a list of subject patterns, if each
// names organisation and repository: the organisation whole, the repository at
// least in part.
func scopedOwners(prefix string, patterns []string) ([]string, bool) {
	var owners []string
	for _, pattern := range patterns {
		rest, ok := strings.CutPrefix(pattern, prefix)
		if !ok {
			return nil, false
		}
		path, _, _ := strings.Cut(rest, ":")
		if parts := strings.SplitN(rest, ":", 4); prefix == organizationForm && len(parts) >= 3 {
			path = parts[0] + "/" + parts[2]
		}
		owner, _, ok := strings.Cut(path, "/")
		repository := path[strings.LastIndexByte(path, '/')+1:]
		if !ok || !fixed(owner) || strings.Trim(repository, "*?") == "" {
			return nil, false
		}
		owner, _, _ = strings.Cut(owner, "@") // GitHub can put its own number behind the name
		owners = append(owners, owner)
	}
	return owners, len(owners) > 0
}
