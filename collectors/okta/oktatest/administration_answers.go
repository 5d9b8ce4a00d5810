package oktatest

func list[T any](in []T) []any {
	out := []any{}
	for _, v := range in {
		out = append(out, v)
	}
	return out
}

func (p *AccessPolicy) json() object {
	return object{
		"type": "ACCESS_POLICY", "id": p.ID, "name": p.Name, "status": p.Status,
		"description": p.Name, "priority": p.Priority, "system": p.System, "conditions": nil,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
	}
}

func (r AccessRule) json() object {
	method := object{"type": "ASSURANCE", "factorMode": r.FactorMode, "reauthenticateIn": "PT12H", "constraints": list(r.Constraints)}
	if r.Method != nil {
		method = r.Method
	}
	signOn := object{"access": r.Access}
	if r.Access == "ALLOW" {
		signOn["verificationMethod"] = method
	}
	return object{
		"id": r.ID, "type": "ACCESS_POLICY", "name": r.Name, "status": r.Status,
		"priority": r.Priority, "system": r.System, "conditions": object{},
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
		"actions": object{"appSignOn": signOn},
	}
}

func (a *App) json(host string) object {
	base := "https://" + host + "/api/v1/"
	links := object{
		"users":  object{"href": base + "apps/" + a.ID + "/users"},
		"groups": object{"href": base + "apps/" + a.ID + "/groups"},
	}
	if a.Policy != "" {
		links["accessPolicy"] = object{"href": base + "policies/" + a.Policy}
	}
	o := object{
		"id": a.ID, "name": a.Name, "label": a.Label, "status": a.Status, "signOnMode": a.SignOnMode,
		"created": date(a.Created), "lastUpdated": date(a.Created),
		"features": []any{}, "settings": object{}, "credentials": object{}, "_links": links,
	}
	if a.SignOnMode == "OPENID_CONNECT" {
		grant := "authorization_code"
		if a.Type == "service" {
			grant = "client_credentials"
		}
		o["settings"] = object{"oauthClient": object{"application_type": a.Type, "grant_types": []any{grant}}}
		o["credentials"] = object{"oauthClient": object{"client_id": a.ID, "token_endpoint_auth_method": a.Authentication}}
	}
	return o
}

func (u AppUser) json(host, app string) object {
	return object{
		"id": u.ID, "status": u.Status, "syncState": u.Sync, "scope": u.Scope,
		"created": date(u.Changed), "lastUpdated": date(u.Changed), "statusChanged": date(u.Changed),
		"passwordChanged": nil, "credentials": object{}, "profile": object{},
		"_links": object{
			"app":  object{"href": "https://" + host + "/api/v1/apps/" + app},
			"user": object{"href": "https://" + host + "/api/v1/users/" + u.ID},
		},
	}
}

func (a *App) grants(host string) []any {
	out := []any{}
	for i, scope := range a.Scopes {
		out = append(out, object{
			"id": a.ID + "-" + string(rune('a'+i)), "status": "ACTIVE", "source": "ADMIN",
			"issuer": "https://" + host, "clientId": a.ID, "scopeId": scope,
			"created": date(a.Created), "lastUpdated": date(a.Created),
			"createdBy": object{"id": "00uacme000000000ada0", "type": "User"},
		})
	}
	return out
}

func (g *Group) json(stats bool) object {
	class := "okta:user_group"
	if g.Type == "APP_GROUP" {
		class = "okta:windows_security_principal"
	}
	o := object{
		"id": g.ID, "type": g.Type, "objectClass": []any{class},
		"profile": object{"name": g.Name, "description": g.Description},
		"created": date(g.Created), "lastUpdated": date(g.Created), "lastMembershipUpdated": date(g.Created),
	}
	if stats {
		s := object{"usersCount": len(g.Members), "appsCount": 0, "groupPushMappingsCount": 0}
		if !g.Silent {
			s["hasAdminPrivilege"] = len(g.Roles) > 0
		}
		o["_embedded"] = object{"stats": s}
	}
	return o
}

func (g *Group) roles(host string) []any {
	out := []any{}
	for _, r := range g.Roles {
		out = append(out, object{
			"id": r.ID, "label": r.Label, "type": r.Type, "status": r.Status, "assignmentType": "GROUP",
			"created": date(g.Created), "lastUpdated": date(g.Created),
			"_links": object{"assignee": object{"href": "https://" + host + "/api/v1/groups/" + g.ID}},
		})
	}
	return out
}

func (t APIToken) json(host string) object {
	network := object{"connection": t.Connection}
	if len(t.Zones) > 0 {
		network["include"] = list(t.Zones)
	}
	return object{
		"id": t.ID, "name": t.Name, "userId": t.UserID, "clientName": "Okta API", "network": network,
		"created": date(t.Created), "lastUpdated": date(t.Created), "expiresAt": date(t.Expires),
		"_link": object{"self": object{"href": "https://" + host + "/api/v1/api-tokens/" + t.ID, "hints": object{"allow": []any{"GET", "DELETE"}}}},
	}
}

func (l LogStream) json(host string) object {
	self := "https://" + host + "/api/v1/logStreams/" + l.ID
	// The description's pattern allows one character of a source's name.
	settings := object{"accountId": "111122223333", "eventSourceName": "o", "region": "eu-west-1"}
	return object{
		"id": l.ID, "name": l.Name, "type": l.Type, "status": l.Status, "settings": settings,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
		"_links": object{"self": object{"href": self, "method": "GET"}},
	}
}

func (a Authenticator) json() object {
	o := object{
		"id": a.ID, "key": a.Key, "type": a.Type, "name": a.Name, "status": a.Status,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
	}
	if a.AllowedFor != "" {
		o["settings"] = object{"allowedFor": a.AllowedFor}
	}
	return o
}

func (z Zone) json() object {
	nothing := object{"include": []any{}, "exclude": []any{}}
	return object{
		"type": "DYNAMIC_V2", "id": z.ID, "name": z.Name, "status": z.Status, "usage": z.Usage, "system": z.System,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
		"locations": nothing, "asns": nothing, "ipServiceCategories": object{"include": list(z.Services), "exclude": []any{}},
	}
}

func (p *EnrolmentPolicy) json() object {
	authenticators := []any{}
	for _, d := range p.Demands {
		authenticators = append(authenticators, object{"key": d[0], "enroll": object{"self": d[1]}})
	}
	return object{
		"type": "MFA_ENROLL", "id": p.ID, "name": p.Name, "status": p.Status,
		"description": p.Name, "priority": p.Priority, "system": p.System,
		"conditions": object{"people": object{"groups": object{"include": []any{"00gacme00000everyone"}}}},
		"settings":   object{"type": "AUTHENTICATORS", "authenticators": authenticators},
		"created":    "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
	}
}

func (p *EnrolmentPolicy) rule() object {
	return object{
		"id": p.ID + "r", "type": "MFA_ENROLL", "name": "Default Rule", "status": "ACTIVE", "priority": 1, "system": p.System,
		"created": "2024-02-05T10:00:00.000Z", "lastUpdated": "2024-02-05T10:00:00.000Z",
		"conditions": object{}, "actions": object{"enroll": object{"self": p.Prompt}},
	}
}
