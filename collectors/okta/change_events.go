package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const changeEventType = "okta.log_event"

var readLog = read{operation: "GET /api/v1/logs", scope: "okta.logs.read", rights: "a read-only administrator"}

// It is read only where event_log_days says so.
//
// Calls: ⌈kept events since the last pull/1000⌉.
var changeEventsCollector = evidence.Collector{
	Name:        "okta_change_events",
	Doc:         "Reads from the System Log who began, ended and changed what is kept here. Read where event_log_days asks for it.",
	Optional:    true,
	Populations: []evidence.Population{{Kind: "ChangeEvent", Type: changeEventType}},
	Reads:       []string{readLog.operation},
	Permissions: []string{readLog.scope},
}

// change is what an event of a type does, and to which of its targets.
type change struct {
	target string // its type in the event
	kind   evidence.Kind
	typ    string // empty: the event does not say; the id is of one object of the org only
	effect string
}

var (
	userBegan, userEnded   = change{"User", "User", userType, evidence.ChangeBegan}, change{"User", "User", userType, evidence.ChangeEnded}
	userChanged            = change{"User", "User", userType, evidence.ChangeChanged}
	groupChanged           = change{"UserGroup", "Group", groupType, evidence.ChangeChanged}
	applicationChanged     = change{"AppInstance", "Application", applicationType, evidence.ChangeChanged}
	policyChanged          = change{"PolicyEntity", "", "", evidence.ChangeChanged}
	tokenBegan, tokenEnded = change{"Token", "AccessKey", apiTokenType, evidence.ChangeBegan}, change{"Token", "AccessKey", apiTokenType, evidence.ChangeEnded}
)

// changes lists what is kept of the System Log. Source: Okta's catalogue of event types.
var changes = map[string]change{
	"user.lifecycle.create":           userBegan,
	"user.lifecycle.delete.initiated": userEnded,
	"user.lifecycle.activate":         userChanged,
	"user.lifecycle.reactivate":       userChanged,
	"user.lifecycle.deactivate":       userChanged,
	"user.lifecycle.suspend":          userChanged,
	"user.lifecycle.unsuspend":        userChanged,
	"user.account.privilege.grant":    userChanged,
	"user.account.privilege.revoke":   userChanged,
	"user.account.update_profile":     userChanged,
	"user.mfa.factor.activate":        userChanged,
	"user.mfa.factor.deactivate":      userChanged,
	"user.mfa.factor.reset_all":       userChanged,
	"group.lifecycle.create":          {"UserGroup", "Group", groupType, evidence.ChangeBegan},
	"group.lifecycle.delete":          {"UserGroup", "Group", groupType, evidence.ChangeEnded},
	"group.profile.update":            groupChanged,
	"group.privilege.grant":           groupChanged,
	"group.privilege.revoke":          groupChanged,
	"group.user_membership.add":       groupChanged,
	"group.user_membership.remove":    groupChanged,
	"application.lifecycle.create":    {"AppInstance", "Application", applicationType, evidence.ChangeBegan},
	"application.lifecycle.delete":    {"AppInstance", "Application", applicationType, evidence.ChangeEnded},
	"application.lifecycle.update":    applicationChanged,
	"application.lifecycle.activate":  applicationChanged,
	"policy.lifecycle.update":         policyChanged,
	"policy.lifecycle.activate":       policyChanged,
	"policy.lifecycle.deactivate":     policyChanged,
	"policy.rule.add":                 policyChanged,
	"policy.rule.update":              policyChanged,
	"policy.rule.delete":              policyChanged,
	"policy.rule.activate":            policyChanged,
	"policy.rule.deactivate":          policyChanged,
	"system.api_token.create":         tokenBegan,
	"system.api_token.revoke":         tokenEnded,
}

// comings are the types of which every beginning and end is such an event.
var comings = []string{userType}

const (
	eventsPerPage  = 1000 // the most Okta gives
	mostEventPages = 100  // a hundred thousand changes: more is not read in one pull
	mostEventDays  = systemLogDays
)

func (s *source) collectChangeEvents(ctx context.Context, rec *evidence.Recorder) error {
	return s.events.Read(s.scope(), rec, comings, func(since, until time.Time, keep func(...evidence.Fact)) error {
		var types []string
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			types = append(types, `eventType eq "`+name+`"`)
		}
		// With both ends given Okta ends the list; without them its last page links on for ever.
		query := url.Values{
			"since": {since.Format(time.RFC3339)}, "until": {until.Format(time.RFC3339)}, "filter": {strings.Join(types, " or ")},
			"limit": {strconv.Itoa(eventsPerPage)}, "sortOrder": {"ASCENDING"},
		}
		read := 0
		return s.client.list(ctx, readLog, "/api/v1/logs", query, func(page []json.RawMessage) error {
			if read++; read > mostEventPages {
				return unseen(readLog, evidence.Truncated, fmt.Errorf("there are more than %d pages of changes", mostEventPages))
			}
			rec.Page()
			for _, raw := range page {
				facts, err := s.parseLogEvent(raw)
				if err != nil {
					return unseen(readLog, evidence.ProviderError, err)
				}
				keep(facts...)
			}
			return nil
		})
	})
}

// logEntity is an actor or a target. Source: Okta's API description, LogActor and LogTarget.
type logEntity struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	AlternateID string `json:"alternateId"`
	DisplayName string `json:"displayName"`
}

// parseLogEvent is what one event says, by the targets it is about. One whose
// outcome is not a success changed nothing.
func (s *source) parseLogEvent(raw json.RawMessage) ([]evidence.Fact, error) {
	var e struct {
		UUID      string     `json:"uuid"`
		Published *time.Time `json:"published"`
		EventType string     `json:"eventType"`
		Actor     *logEntity `json:"actor"`
		Outcome   *struct {
			Result string `json:"result"`
		} `json:"outcome"`
		Target []logEntity `json:"target"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("an event cannot be read: %w", err)
	}
	c, kept := changes[e.EventType]
	switch {
	case e.UUID == "" || e.Published == nil || e.EventType == "":
		return nil, errors.New("an event has no uuid, type or time")
	case !kept || e.Outcome != nil && e.Outcome.Result != "" && e.Outcome.Result != "SUCCESS":
		return nil, nil
	}
	at := e.Published.UTC()
	var abouts []*evidence.ChangedResource
	for _, target := range e.Target {
		if target.Type == c.target && target.ID != "" {
			name := target.DisplayName
			if c.typ == userType { // whose name is the login
				name = target.AlternateID
			}
			abouts = append(abouts, &evidence.ChangedResource{Kind: c.kind, Type: c.typ, ID: target.ID, Name: name})
		}
	}
	if len(abouts) == 0 {
		abouts = append(abouts, nil)
	}
	var facts []evidence.Fact
	for i, about := range abouts {
		id := e.UUID
		if i > 0 {
			id += "/" + strconv.Itoa(i+1)
		}
		body := &evidence.ChangeEvent{At: &at, Operation: &e.EventType, Effect: &c.effect, About: about}
		f := evidence.Fact{Resource: s.resource("ChangeEvent", changeEventType, id, e.EventType), Body: body}
		if about == nil {
			f.Miss("about", unseen(readLog, evidence.ProviderError, fmt.Errorf("the event names no %s as its target", c.target)))
		}
		if a := e.Actor; a != nil && cmp.Or(a.AlternateID, a.DisplayName, a.ID) != "" {
			body.By = &evidence.ChangeActor{Name: a.name(), How: cmp.Or(actorKinds[a.Type], a.Type)}
		} else {
			f.Miss("by", unseen(readLog, evidence.ProviderError, errors.New("the event does not say who did it")))
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// actorKinds are the words for Okta's own; others stay as Okta has them.
var actorKinds = map[string]string{"User": "user", "SystemPrincipal": "service"}

// name is the login; what has none, Okta gives the alternate id "unknown" or an address of its own.
func (a logEntity) name() string {
	if a.Type == "User" && a.AlternateID != "unknown" {
		return cmp.Or(a.AlternateID, a.DisplayName, a.ID)
	}
	return cmp.Or(a.DisplayName, a.AlternateID, a.ID)
}
