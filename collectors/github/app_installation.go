package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	readOrganizationInstallation = "GET /orgs/{org}/installation"
	readAppInstallations         = "GET /app/installations"
	readAppInstallation          = "GET /app/installations/{installation_id}"
)

// appPermissions are the names that the API gives to the rights that collectors
// declare. A right that is not here could never be asked for.
var appPermissions = map[string]string{
	permitOrganization:                        "organization_administration",
	permitMembers:                             "members",
	permitPlan:                                "organization_plan",
	permitOrganizationHooks:                   "organization_hooks",
	permitOrgSecrets:                          "organization_secrets",
	permitOrgRunners:                          "organization_self_hosted_runners",
	permitRepositories:                        "metadata",
	permitProtection:                          "administration",
	permitRepositoryHooks:                     "repository_hooks",
	permitSecrets:                             "secrets",
	permitActions:                             "actions",
	permitEnvironments:                        "environments",
	"repository Contents: read":               "contents",
	"repository Pull requests: read":          "pull_requests",
	"repository Checks: read":                 "checks",
	"repository Commit statuses: read":        "statuses",
	"repository Deployments: read":            "deployments",
	"repository Code scanning alerts: read":   "security_events",
	"repository Dependabot alerts: read":      "vulnerability_alerts",
	"repository Secret scanning alerts: read": "secret_scanning_alerts",
}

// grants holds the rights that collectors declare against what an installation
// has: what to ask for, all of it to read, and what is missing, as GitHub's pages
// name it.
func grants(has map[string]string) (ask map[string]string, missing []string) {
	ask = map[string]string{}
	for _, c := range slices.Concat([]evidence.Collector{discovery}, collectors) {
		for _, right := range c.Permissions {
			name, ok := appPermissions[right]
			switch {
			case !ok: // no App can have it
			case has[name] != "":
				ask[name] = "read"
			case !slices.Contains(missing, right):
				missing = append(missing, right)
			}
		}
	}
	slices.Sort(missing)
	return ask, missing
}

// introduce finds the App's installation in the organisation and says as whom we
// look, and up front which permissions are missing.
func (s *source) introduce(ctx context.Context) (principal string, held []string, err error) {
	i, err := s.findInstallation(ctx)
	if err != nil {
		return "", nil, err
	}
	ask, missing := grants(i.Permissions)
	s.app.mu.Lock()
	s.app.installation = &i
	s.app.mu.Unlock()
	principal = fmt.Sprintf("%s (GitHub App %d, installation %d)", i.Slug, i.AppID, i.ID)
	if i.Selection == nil || *i.Selection != "all" {
		principal += "; installed on selected repositories only, not on all"
	}
	if len(missing) > 0 {
		principal += "; not granted: " + strings.Join(missing, ", ")
	}
	return principal, permissionList(ask), nil
}

func (s *source) findInstallation(ctx context.Context) (installation, error) {
	operation, path := readOrganizationInstallation, s.orgPath("/installation")
	if s.installationID != 0 {
		operation, path = readAppInstallation, "app/installations/"+strconv.FormatInt(s.installationID, 10)
	}
	var i installation
	if err := s.getAsApp(ctx, operation, path, &i); err != nil {
		return i, s.notInstalled(ctx, err)
	}
	switch {
	case i.ID == 0 || i.Permissions == nil || i.Account == nil:
		return i, unreadable(operation, "the answer is no installation", nil)
	case !strings.EqualFold(i.Account.Login, s.login):
		return i, &evidence.Unseen{
			Reason: evidence.Denied, Operation: operation, Err: errors.New("the installation belongs to " + i.Account.Login),
			Hint: "leave installation_id out; it is found by the organisation's login",
		}
	case i.SuspendedAt.Value != nil:
		return i, &evidence.Unseen{
			Reason: evidence.Denied, Operation: operation, Err: errors.New("the installation is suspended"),
			Hint: "an owner can unsuspend it in the organisation's settings, under GitHub Apps",
		}
	}
	return i, nil
}

func (s *source) getAsApp(ctx context.Context, operation, path string, into any) error {
	_, err := s.session().getInto(asApp(ctx), operation, path, into)
	if err == nil {
		return nil
	}
	if no, ok := errors.AsType[*refused](err); ok {
		return appUnseen(ctx, operation, answer{status: no.status, header: http.Header{}}, err)
	}
	return err
}

// notInstalled says where the App is installed, if it is not where we look for it.
func (s *source) notInstalled(ctx context.Context, err error) error {
	if !refusedWith(err, http.StatusNotFound, "Not Found") {
		return err
	}
	logins, listErr := s.installedOn(ctx)
	if listErr != nil {
		return listErr
	}
	where := "it is installed nowhere yet"
	if len(logins) > 0 {
		where = "it is installed on " + strings.Join(logins[:min(5, len(logins))], ", ")
		if len(logins) > 5 {
			where += fmt.Sprintf(" and %d more", len(logins)-5)
		}
	}
	return &evidence.Unseen{
		Reason: evidence.Denied, Operation: readOrganizationInstallation, Err: errors.New("the App is not installed on " + s.login + "; " + where),
		Hint: "install it from the App's page, under Install App, on all repositories",
	}
}

// installedOn lists the logins of those who installed the App.
func (s *source) installedOn(ctx context.Context) ([]string, error) {
	items, err := s.session().list(asApp(ctx), readAppInstallations, "app/installations")
	if err != nil {
		if no, ok := errors.AsType[*refused](err); ok {
			return nil, appUnseen(ctx, readAppInstallations, answer{status: no.status, header: http.Header{}}, err)
		}
		return nil, err
	}
	var logins []string
	for _, item := range items {
		var i installation
		if err := json.Unmarshal(item, &i); err != nil || i.Account == nil {
			return nil, unreadable(readAppInstallations, "an entry without an account", err)
		}
		if i.Account.Login != "" { // enterprises have none
			logins = append(logins, i.Account.Login)
		}
	}
	slices.Sort(logins)
	return logins, nil
}
