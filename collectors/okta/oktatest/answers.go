package oktatest

import (
	"strings"
	"time"
)

type object = map[string]any

func date(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func latest(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

func (o *Org) settings() object {
	return object{
		"id": o.ID, "companyName": o.CompanyName, "status": "ACTIVE",
		"subdomain": strings.SplitN(o.Host, ".", 2)[0],
		"created":   date(o.Created), "lastUpdated": date(o.Created),
	}
}

func (u *User) json(host string) object {
	provider := u.Provider
	if provider == "" {
		provider = "OKTA"
	}
	credentials := object{"provider": object{"type": provider, "name": provider}}
	if provider == "OKTA" && u.Status != "STAGED" {
		credentials["password"] = object{}
	}
	return object{
		"id": u.ID, "status": u.Status,
		"created": date(u.Created), "activated": date(u.Created), "statusChanged": date(latest(u.StatusChanged, u.Created)),
		"lastLogin": date(u.LastLogin), "lastUpdated": date(u.Created), "passwordChanged": date(u.Created),
		"type": object{"id": "oty1acme00000000000x"},
		"profile": object{
			"firstName": u.FirstName, "lastName": u.LastName, "login": u.Login, "email": u.Login,
			"mobilePhone": nil, "secondEmail": nil,
		},
		"credentials": credentials,
		"_links":      object{"self": object{"href": "https://" + host + "/api/v1/users/" + u.ID}},
	}
}

func (u *User) factors(host string) []any {
	list := []any{}
	for _, f := range u.Factors {
		provider := f.Provider
		if provider == "" {
			provider = "OKTA"
		}
		list = append(list, object{
			"id": f.ID, "factorType": f.Type, "provider": provider, "vendorName": provider, "status": f.Status,
			"created": date(u.Created), "lastUpdated": date(u.Created),
			"_links": object{"self": object{
				"href":  "https://" + host + "/api/v1/users/" + u.ID + "/factors/" + f.ID,
				"hints": object{"allow": []any{"GET", "DELETE"}},
			}},
		})
	}
	return list
}

func (u *User) roles(host string) []any {
	list := []any{}
	for _, r := range u.Roles {
		assignee := "https://" + host + "/api/v1/users/" + u.ID
		if r.AssignmentType == "GROUP" {
			assignee = "https://" + host + "/api/v1/groups/00gacme000000000admin"
		}
		list = append(list, object{
			"id": r.ID, "label": r.Label, "type": r.Type, "status": r.Status, "assignmentType": r.AssignmentType,
			"created": date(u.Created), "lastUpdated": date(u.Created),
			"_links": object{"assignee": object{"href": assignee}},
		})
	}
	return list
}

func (p *SignOnPolicy) json() object {
	return object{
		"type": "OKTA_SIGN_ON", "id": p.ID, "name": p.Name, "status": p.Status,
		"description": p.Name, "priority": p.Priority, "system": p.System,
		"conditions": object{"people": object{"groups": object{"include": []any{"00gacme00000everyone"}}}},
		"created":    "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
	}
}

func (r SignOnRule) json() object {
	return object{
		"id": r.ID, "type": "SIGN_ON", "name": r.Name, "status": r.Status,
		"priority": r.Priority, "system": r.System,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
		"conditions": object{"network": object{"connection": "ANYWHERE"}},
		"actions": object{"signon": object{
			"access": r.Access, "requireFactor": r.RequireFactor, "factorPromptMode": "ALWAYS", "factorLifetime": 15,
			"primaryFactor": "PASSWORD_IDP",
			"session": object{
				"maxSessionIdleMinutes": r.Idle, "maxSessionLifetimeMinutes": r.Lifetime, "usePersistentCookie": r.Persistent,
			},
		}},
	}
}

func (p *PasswordPolicy) json() object {
	return object{
		"type": "PASSWORD", "id": p.ID, "name": p.Name, "status": p.Status,
		"description": p.Name, "priority": p.Priority, "system": p.System,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
		"conditions": object{"authProvider": object{"provider": "OKTA"}, "people": object{"groups": object{"include": list(p.Groups)}}},
		"settings": object{"password": object{
			"complexity": object{
				"minLength": p.MinLength, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": p.MinSymbol,
				"excludeUsername": true, "dictionary": object{"common": object{"exclude": !p.AllowCommon}}, "excludeAttributes": []any{},
			},
			"age":     object{"maxAgeDays": p.MaxAge, "expireWarnDays": 0, "minAgeMinutes": 0, "historyCount": p.History},
			"lockout": object{"maxAttempts": p.Attempts, "autoUnlockMinutes": p.UnlockMinutes, "showLockoutFailures": false},
		}, "recovery": object{"factors": object{
			"okta_email": object{"status": "ACTIVE"}, "okta_sms": object{"status": "INACTIVE"},
			"okta_call": object{"status": "INACTIVE"}, "recovery_question": object{"status": "INACTIVE"},
		}}},
	}
}
