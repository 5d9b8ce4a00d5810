package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// repository is an entry of GET /orgs/{org}/repos, which v60's type cannot
// decode where a custom property has several values.
type repository struct {
	ID            int64                `json:"id"`
	Name          string               `json:"name"`
	FullName      string               `json:"full_name"`
	Private       *bool                `json:"private"`
	Visibility    *string              `json:"visibility"`
	Archived      *bool                `json:"archived"`
	Fork          *bool                `json:"fork"`
	DefaultBranch *string              `json:"default_branch"`
	Topics        []string             `json:"topics"`
	Properties    map[string]any       `json:"custom_properties"` // a text, several, or null
	CreatedAt     *time.Time           `json:"created_at"`
	PushedAt      stated[time.Time]    `json:"pushed_at"`
	Permissions   map[string]bool      `json:"permissions"` // of the token's user
	Security      *securityAndAnalysis `json:"security_and_analysis"`
}

// securityAndAnalysis is shown to administrators of the repository and to owners
// and security managers of the organisation.
type securityAndAnalysis struct {
	SecretScanning    *featureStatus `json:"secret_scanning"`
	PushProtection    *featureStatus `json:"secret_scanning_push_protection"`
	DependencyUpdates *featureStatus `json:"dependabot_security_updates"`
}

type featureStatus struct {
	Status string `json:"status"` // enabled, disabled
}

// stated tells a field that says null from one that is absent.
type stated[T any] struct {
	There bool
	Value *T
}

// UnmarshalJSON is called where the field is there, also for null.
func (s *stated[T]) UnmarshalJSON(b []byte) error {
	s.There = true
	return json.Unmarshal(b, &s.Value)
}

// path is the path of something of the repository.
func (r repository) path(rest string) string { return "repos/" + r.FullName + rest }

// administered says that the token's user is an administrator of the repository.
func (r repository) administered() bool { return r.Permissions["admin"] }

// readRepositories reads all repositories of the organisation. GitHub leaves out
// those the token may not see without a word, so the list is held against the
// totals the organisation states; where it states none, the list is not known to
// be whole, and the error says so beside the list.
func (s *source) readRepositories(ctx context.Context, c *session, rec *evidence.Recorder) ([]repository, error) {
	read := func() (repos []repository, pages int, err error) {
		items, pages, err := c.pages(ctx, readRepositories, s.orgPath("/repos"), url.Values{"type": {"all"}, "sort": {"full_name"}}, rec)
		for _, item := range items {
			var r repository
			if bad := json.Unmarshal(item, &r); bad != nil || r.ID == 0 || !validFullName(r.FullName) {
				err = errors.Join(err, unreadable(readRepositories, "an entry without id or full_name", bad))
				continue
			}
			repos = append(repos, r)
		}
		return repos, pages, err
	}
	repos, err := settled(read, func(r repository) int64 { return r.ID })
	if errors.Is(err, errUnsettled) {
		err = endless(readRepositories, err.Error())
	}
	if err != nil {
		return repos, err
	}
	return repos, s.reconcile(ctx, c, rec, len(repos))
}

// reconcile holds the number of repositories listed against GitHub's own totals.
func (s *source) reconcile(ctx context.Context, c *session, rec *evidence.Recorder, listed int) error {
	o, err := s.readOrganization(ctx, c)
	if err != nil {
		return err
	}
	if o.PublicRepositories == nil || o.PrivateRepositories == nil {
		return &evidence.Unseen{
			Reason: evidence.Denied, Operation: readOrganization,
			Err:  errors.New("whether the list of repositories is whole is not known: GitHub does not state how many private ones there are"),
			Hint: ownersOnly + ", with " + permitOrganization + " or admin:org",
		}
	}
	total := *o.PublicRepositories + *o.PrivateRepositories
	rec.Total(total)
	if listed < total {
		return &evidence.Unseen{
			Reason: evidence.Denied, Operation: readRepositories,
			Err:  fmt.Errorf("GitHub lists %d repositories of %d", listed, total),
			Hint: "give the token access to all repositories of the organisation",
		}
	}
	return nil
}

var fullName = regexp.MustCompile(`^[A-Za-z0-9_-]+/([A-Za-z0-9._-]+)$`)

// validFullName keeps a name from forming another path.
func validFullName(name string) bool {
	m := fullName.FindStringSubmatch(name)
	return len(m) > 1 && m[1] != "." && m[1] != ".."
}
