package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

var changeEventPopulation = evidence.Population{Kind: "ChangeEvent", Type: "github.audit_event"}

// It is read only where event_log_days says so: GitHub lets programs read the log
// of organisations on Enterprise Cloud only.
//
// Calls: ⌈entries since the last pull/100⌉ + 1.
var changeEventsCollector = evidence.Collector{
	Name:        "github_change_events",
	Doc:         "Reads from the audit log who began, ended and changed what is kept here. Read where event_log_days asks for it.",
	Optional:    true,
	Populations: []evidence.Population{changeEventPopulation},
	Reads:       []string{readOrganization, readAuditLog},
	Permissions: []string{permitOrganization, permitPlan, permitEnterprise},
}

// change is what an action does, and where the entry names what to.
type change struct {
	of     evidence.Population
	effect string
	name   func(auditEntry) string
}

// auditEntry is what we read of an entry. Source: GitHub's API description for
// Enterprise Cloud, schema audit-log-event. Addresses, keys and the data of a
// change are in some entries, and none of them is read.
type auditEntry struct {
	ID        string `json:"_document_id"`
	Timestamp int64  `json:"@timestamp"` // milliseconds
	Action    string `json:"action"`
	Actor     string `json:"actor"`
	Org       string `json:"org"`
	Repo      string `json:"repo"`
	User      string `json:"user"`
	Team      string `json:"team"`
}

func ofRepository(e auditEntry) string   { return e.Repo }
func ofUser(e auditEntry) string         { return e.User }
func ofOrganization(e auditEntry) string { return e.Org }

// ofTeam: entries name a team as organisation/team.
func ofTeam(e auditEntry) string { return e.Team[strings.LastIndexByte(e.Team, '/')+1:] }

var (
	repositoryChanged   = change{repositoryPopulation, evidence.ChangeChanged, ofRepository}
	branchChanged       = change{branchPopulation, evidence.ChangeChanged, ofRepository}
	organizationChanged = change{organizationPopulation, evidence.ChangeChanged, ofOrganization}
	teamChanged         = change{teamPopulation, evidence.ChangeChanged, ofTeam}
)

// changes lists what is kept of the audit log. Source: GitHub Enterprise Cloud
// documentation, "Audit log events for your organization".
var changes = map[string]change{
	"repo.create":                                        {repositoryPopulation, evidence.ChangeBegan, ofRepository},
	"repo.transfer":                                      {repositoryPopulation, evidence.ChangeBegan, ofRepository},
	"repo.destroy":                                       {repositoryPopulation, evidence.ChangeEnded, ofRepository},
	"repo.transfer_outgoing":                             {repositoryPopulation, evidence.ChangeEnded, ofRepository},
	"repo.access":                                        repositoryChanged,
	"repo.archived":                                      repositoryChanged,
	"repo.unarchived":                                    repositoryChanged,
	"repository_vulnerability_alerts.enable":             repositoryChanged,
	"repository_vulnerability_alerts.disable":            repositoryChanged,
	"repository_secret_scanning.enable":                  repositoryChanged,
	"repository_secret_scanning.disable":                 repositoryChanged,
	"repository_secret_scanning_push_protection.enable":  repositoryChanged,
	"repository_secret_scanning_push_protection.disable": repositoryChanged,

	"protected_branch.create":                                          branchChanged,
	"protected_branch.destroy":                                         branchChanged,
	"protected_branch.update_admin_enforced":                           branchChanged,
	"protected_branch.update_allow_force_pushes_enforcement_level":     branchChanged,
	"protected_branch.update_name":                                     branchChanged,
	"protected_branch.update_pull_request_reviews_enforcement_level":   branchChanged,
	"protected_branch.update_required_approving_review_count":          branchChanged,
	"protected_branch.update_required_status_checks_enforcement_level": branchChanged,
	"repository_ruleset.create":                                        branchChanged,
	"repository_ruleset.update":                                        branchChanged,
	"repository_ruleset.destroy":                                       branchChanged,

	"org.add_member":                                   {memberPopulation, evidence.ChangeBegan, ofUser},
	"org.remove_member":                                {memberPopulation, evidence.ChangeEnded, ofUser},
	"org.update_member":                                {memberPopulation, evidence.ChangeChanged, ofUser},
	"org.enable_two_factor_requirement":                organizationChanged,
	"org.disable_two_factor_requirement":               organizationChanged,
	"org.update_default_repository_permission":         organizationChanged,
	"org.update_member_repository_creation_permission": organizationChanged,
	"org.set_default_workflow_permissions":             organizationChanged,

	"team.create":        {teamPopulation, evidence.ChangeBegan, ofTeam},
	"team.destroy":       {teamPopulation, evidence.ChangeEnded, ofTeam},
	"team.add_member":    teamChanged,
	"team.remove_member": teamChanged,
}

// comings are the types of which every beginning and end is such an entry.
var comings = []string{repositoryPopulation.Type, memberPopulation.Type, teamPopulation.Type}

const (
	mostEventDays  = 180 // GitHub keeps the log that long
	mostEventPages = 500 // of the 1,750 an hour that it gives
)

func (s *source) collectChangeEvents(ctx context.Context, c *session, rec *evidence.Recorder) error {
	return s.events.Read(s.scope(), rec, comings, func(since, _ time.Time, keep func(...evidence.Fact)) error {
		query := url.Values{"phrase": {"created:>=" + since.Format(time.DateOnly)}, "include": {"web"}, "order": {"desc"}}
		pages := 0
		items, err := c.cursor(ctx, readAuditLog, s.orgPath("/audit-log"), query, rec, func(page []json.RawMessage) bool {
			pages++
			if len(page) == 0 {
				return true
			}
			_, oldest, err := s.parseAuditEntry(page[len(page)-1])
			return err == nil && !oldest.Before(since) && pages < mostEventPages
		})
		for _, raw := range items {
			facts, _, parseErr := s.parseAuditEntry(raw)
			if parseErr != nil {
				return parseErr
			}
			keep(facts...)
		}
		switch {
		case err != nil:
			return s.planAllows(ctx, c, err)
		case pages >= mostEventPages:
			return endless(readAuditLog, fmt.Sprintf("there are more than %d pages of entries since the last complete pull", mostEventPages))
		}
		return nil
	})
}

// planAllows tells a plan without this way to the log from a missing right: GitHub
// refuses both with the same words.
func (s *source) planAllows(ctx context.Context, c *session, err error) error {
	if s.enterprise != "" || !refusedWith(err, http.StatusNotFound, "") && !refusedWith(err, http.StatusForbidden, "") {
		return err
	}
	if o, orgErr := s.readOrganization(ctx, c); orgErr == nil && o.smallPlan() {
		return &evidence.Unseen{
			Reason: evidence.Disabled, Operation: readAuditLog,
			Err:  errors.New("the plan " + o.Plan.Name + " does not let programs read the audit log"),
			Hint: "take event_log_days out, or move to GitHub Enterprise Cloud",
		}
	}
	return err
}

func (s *source) parseAuditEntry(raw json.RawMessage) (facts []evidence.Fact, at time.Time, err error) {
	var e auditEntry
	if err := json.Unmarshal(raw, &e); err != nil || e.ID == "" || e.Action == "" || e.Timestamp <= 0 {
		return nil, at, unreadable(readAuditLog, "an entry without id, action or time", err)
	}
	at = time.UnixMilli(e.Timestamp).UTC()
	c, kept := changes[e.Action]
	if !kept {
		return nil, at, nil
	}
	body := &evidence.ChangeEvent{At: &at, Operation: &e.Action, Effect: &c.effect}
	f := evidence.Fact{Resource: s.resource(changeEventPopulation, e.ID, e.Action), Body: body}
	if name := c.name(e); name != "" {
		body.About = &evidence.ChangedResource{Kind: c.of.Kind, Type: c.of.Type, Name: name}
	} else {
		f.Miss("about", unreadable(readAuditLog, "the entry does not say what it is about", nil))
	}
	if e.Actor != "" {
		body.By = &evidence.ChangeActor{Name: e.Actor, How: cmp.Or(map[bool]string{true: "app"}[strings.HasSuffix(e.Actor, "[bot]")], "user")}
	} else {
		f.Miss("by", unreadable(readAuditLog, "the entry does not say who did it", nil))
	}
	return []evidence.Fact{f}, at, nil
}
