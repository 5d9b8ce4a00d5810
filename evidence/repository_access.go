package evidence

var repositoryAccessKind = KindInfo{Kind: "RepositoryAccess", New: func() any { return new(RepositoryAccess) }, Doc: "What a person or a team may do in one repository."}

// The ways in which somebody has access to a repository.
const (
	AccessDirect = "direct" // given to the person
	AccessTeam   = "team"   // given to a team
)

// RepositoryAccess is what one person or team may do in one repository. What
// comes from an organisation's base permission or from owning it is not listed.
// github: GET /repos/{owner}/{repo}/collaborators?affiliation=direct and
// GET /orgs/{org}/teams/{team_slug}/repos
type RepositoryAccess struct {
	Repository *string `json:"repository,omitzero"` // owner/name
	Archived   *bool   `json:"archived,omitzero"`   // read-only: nothing can be changed through it
	// Holder is who has the access: a login, or a team's slug.
	Holder *string `json:"holder,omitzero"`
	// HolderID is the same by the provider's immutable id: of a User, or of a Group.
	HolderID *string `json:"holder_id,omitzero"`
	Via      *string `json:"via,omitzero"` // direct, team
	// Permission is the strongest of read, triage, write, maintain, admin that it includes.
	Permission *string `json:"permission,omitzero"`
	Role       *string `json:"role,omitzero"` // role_name: the same, or the organisation's own role
	// External: the holder is no member. github: GET /orgs/{org}/outside_collaborators
	External *bool `json:"external,omitzero"`
}
