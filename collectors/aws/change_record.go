package aws

import (
	"cmp"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// trailRecord is what we read of a record. Source: CloudTrail user guide,
// "CloudTrail record contents for management, data, and network activity events".
type trailRecord struct {
	EventID      string          `json:"eventID"`
	EventTime    string          `json:"eventTime"`
	EventSource  string          `json:"eventSource"`
	EventName    string          `json:"eventName"`
	Region       string          `json:"awsRegion"`
	ErrorCode    string          `json:"errorCode"`
	UserIdentity json.RawMessage `json:"userIdentity"`
}

// userIdentity is who made a call. Source: CloudTrail user guide, "CloudTrail
// userIdentity element".
type userIdentity struct {
	Type        string `json:"type"`
	UserName    string `json:"userName"`
	ARN         string `json:"arn"`
	PrincipalID string `json:"principalId"`
	AccountID   string `json:"accountId"`
	InvokedBy   string `json:"invokedBy"`
}

const lookupEvents = "cloudtrail:LookupEvents"

// changeFacts are what one record says, by the resources it is about. A record of a
// call that was refused or failed says nothing: nothing came of it.
func changeFacts(s session, text string) ([]evidence.Fact, error) {
	var record trailRecord
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		return nil, without(lookupEvents, "event in the form of a CloudTrail record")
	}
	c, kept := changeOf(record.EventSource, record.EventName)
	if !kept || record.ErrorCode != "" {
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339, record.EventTime)
	if record.EventID == "" || err != nil {
		return nil, without(lookupEvents, "id or time of the event "+record.EventName)
	}
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return nil, without(lookupEvents, "event in the form of a CloudTrail record")
	}
	by, byErr := changedBy(record.UserIdentity)
	when, operation := at.UTC(), c.source+":"+record.EventName
	var facts []evidence.Fact
	for i, about := range c.about(s, tree, record.UserIdentity) {
		id := record.EventID
		if i > 0 {
			id += "/" + strconv.Itoa(i+1)
		}
		body := &evidence.ChangeEvent{At: &when, Operation: &operation, Effect: &c.effect, By: by, About: about}
		f := evidence.Fact{Body: body, Resource: evidence.Resource{
			Provider: "aws", Account: s.account, Region: s.region, Kind: "ChangeEvent", Type: changeEventType, ID: id, Name: operation,
		}}
		if about == nil {
			f.Miss("about", without(lookupEvents, "word on what the event "+record.EventName+" is about"))
		}
		if byErr != nil {
			f.Miss("by", byErr)
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// about names the resources of an event; one nil where the event does not.
func (c change) about(s session, tree any, who json.RawMessage) []*evidence.ChangedResource {
	region := s.region
	if c.global {
		region = ""
	}
	if elsewhere := first(tree, c.region); len(elsewhere) > 0 {
		region = elsewhere[0]
	}
	one := func(id, name string) *evidence.ChangedResource {
		return &evidence.ChangedResource{Kind: c.of.Kind, Type: c.of.Type, Region: region, ID: id, Name: name}
	}
	if len(c.id)+len(c.name) == 0 { // there is one of the kind
		return []*evidence.ChangedResource{one(c.ours(s, ""), "")}
	}
	var name string
	if names := first(tree, c.name); len(names) > 0 {
		name = names[0]
	}
	if name == "" && c.own {
		var identity userIdentity
		if json.Unmarshal(who, &identity) == nil && identity.Type == "IAMUser" {
			name = identity.UserName
		}
	}
	var all []*evidence.ChangedResource
	for _, id := range first(tree, c.id) {
		all = append(all, one(c.ours(s, id), name))
	}
	switch {
	case len(all) > 0:
		return all
	case name != "":
		return []*evidence.ChangedResource{one("", name)}
	}
	return []*evidence.ChangedResource{nil}
}

// ours is the id that our fact of the resource has.
func (c change) ours(s session, found string) string {
	if c.form == "" {
		return found
	}
	if strings.HasPrefix(found, "arn:") {
		return found
	}
	if c.source == "rds" { // identifiers are kept in lower case, however they were asked for
		found = strings.ToLower(found)
	}
	return strings.NewReplacer("$p", s.partition, "$r", s.region, "$a", s.account, "$v", found).Replace(c.form)
}

// first is what the first of the paths leads to that leads to anything.
func first(tree any, paths []string) []string {
	for _, path := range paths {
		if found := at(tree, strings.Split(path, ".")); len(found) > 0 {
			return found
		}
	}
	return nil
}

func at(tree any, path []string) []string {
	if len(path) == 0 {
		if text, ok := tree.(string); ok && text != "" {
			return []string{text}
		}
		return nil
	}
	name, list := strings.CutSuffix(path[0], "[]")
	object, _ := tree.(map[string]any)
	if !list {
		return at(object[name], path[1:])
	}
	var found []string
	items, _ := object[name].([]any)
	for _, item := range items {
		found = append(found, at(item, path[1:])...)
	}
	return found
}

// changedBy names who made a call. The session of a role is named by the role and
// the session, which is mostly the person; a key or its id is never part of it.
func changedBy(raw json.RawMessage) (*evidence.ChangeActor, error) {
	var who userIdentity
	if err := json.Unmarshal(raw, &who); err != nil || who.Type == "" && who.InvokedBy == "" {
		return nil, &evidence.Unseen{Reason: evidence.ProviderError, Operation: lookupEvents, Err: errors.New("the event does not say who made the call")}
	}
	_, session, assumed := strings.Cut(who.ARN, ":assumed-role/")
	switch {
	case who.Type == "Root":
		return &evidence.ChangeActor{Name: "root of " + cmp.Or(who.AccountID, "the account"), How: "root"}, nil
	case who.Type == "AWSService" || who.Type == "" && who.InvokedBy != "":
		return &evidence.ChangeActor{Name: cmp.Or(who.InvokedBy, "a service of AWS"), How: "service"}, nil
	case who.Type == "IAMUser" && who.UserName != "":
		return &evidence.ChangeActor{Name: who.UserName, How: "user"}, nil
	case who.Type == "AssumedRole" && assumed && session != "":
		return &evidence.ChangeActor{Name: session, How: "role-session"}, nil
	}
	name := cmp.Or(who.UserName, who.ARN, who.PrincipalID, who.AccountID)
	if name == "" {
		return nil, &evidence.Unseen{Reason: evidence.ProviderError, Operation: lookupEvents, Err: errors.New("the event does not say who made the call")}
	}
	return &evidence.ChangeActor{Name: name, How: who.Type}, nil
}
