package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var roleRule = rule{kind: "Role", apply: func(w *world, s *subject) {
	role, ok := s.Body.(*evidence.Role)
	if !ok {
		return
	}
	rights := w.rightsAdmin(s, role.Rights)
	role.Admin = s.set("admin", rights.truth())
	role.AnyoneTrusted, role.Outside, role.UnguardedServices, role.Pipelines, role.Holders = nil, nil, nil, nil, nil
	if s.Resource.Type == "aws.identity_center.permission_set" {
		holders, holes := w.holders(s)
		if len(holes) > 0 {
			s.miss("holders", holes)
			return
		}
		role.Holders = holders
		return
	}
	w.trust(s, role)
}}

// trust reads a role's trust policy: who can take it on.
func (w *world) trust(s *subject, role *evidence.Role) {
	if role.Trust == nil {
		for _, field := range []string{"anyone_trusted", "outside", "unguarded_services", "pipelines"} {
			s.miss(field, sight.Holes(s.Fact, "trust"))
		}
		return
	}
	t := trustLook{own: s.Resource.Account, anyone: definite(false)}
	for _, st := range role.Trust.Statements {
		t.statement(st)
	}
	if len(role.Trust.Statements) == 0 {
		t.unreadable("holds no statement")
	}
	role.AnyoneTrusted = s.set("anyone_trusted", t.anyone)
	if len(t.holes) > 0 {
		// Who else is trusted is not known, so neither list is whole.
		for _, field := range []string{"outside", "unguarded_services", "pipelines"} {
			s.miss(field, t.holes)
		}
		return
	}
	role.Outside = w.outside(s, t.outside)
	slices.Sort(t.services)
	role.UnguardedServices = append([]string{}, slices.Compact(t.services)...)
	role.Pipelines = t.pipelines
	if role.Pipelines == nil {
		role.Pipelines = []evidence.PipelineTrust{}
	}
}

// trustLook gathers what the statements of a trust policy come to.
type trustLook struct {
	own       string
	anyone    truth
	outside   []outsideTrust
	services  []string
	pipelines []evidence.PipelineTrust
	holes     []evidence.Hole
}

type outsideTrust struct {
	account    string
	externalID bool
}

func (t *trustLook) unreadable(why string) {
	h := evidence.Hole{Field: "trust", Reason: evidence.ProviderError, Detail: "the trust policy " + why}
	t.holes = append(t.holes, h)
	t.anyone = or(t.anyone, unseen(h))
}

// marks are actions that say something about a session that another action
// begins; alone they let nobody in. Source: STS API reference.
var marks = []string{"sts:tagsession", "sts:setsourceidentity", "sts:setcontext"}

func (t *trustLook) statement(st evidence.PolicyStatement) {
	switch {
	case st.Effect == "Deny":
		return // what is allowed is not weighed against it
	case st.Effect != "Allow":
		t.unreadable("has a statement that neither allows nor denies")
		return
	case len(st.Action) > 0 && all(st.Action, func(a string) bool { return slices.Contains(marks, strings.ToLower(a)) }):
		return
	}
	if operator := unknownOperator(st.Condition); operator != "" {
		t.unreadable("has the condition operator " + operator + ", which is not known")
		return
	}
	if len(st.Principal) == 0 && len(st.NotPrincipal) == 0 {
		t.unreadable("allows nobody in particular")
		return
	}
	if len(st.NotPrincipal) > 0 {
		t.everybody(st) // all but some is everybody
	}
	for kind, values := range st.Principal {
		for _, v := range values {
			t.principal(st, kind, v)
		}
	}
}

func (t *trustLook) principal(st evidence.PolicyStatement, kind, v string) {
	switch {
	case v == "*":
		t.everybody(st)
	case kind == "AWS":
		t.aws(st, v)
	case kind == "Service":
		if !guarded(st.Condition) {
			t.services = append(t.services, v)
		}
	case kind == "Federated":
		t.federated(st, v)
	default:
		t.unreadable("names a principal of the type " + kind)
	}
}

// aws is an account, or a user, role or session in one. A user or role that was
// deleted shows as its id, which nobody can have again.
// Source: IAM user guide, AWS JSON policy elements: Principal.
func (t *trustLook) aws(st evidence.PolicyStatement, v string) {
	account := v
	if parts := strings.SplitN(v, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		account = parts[4]
	}
	switch {
	case accountNumber(account):
		t.add(account, st)
	case uniqueID(v):
	default:
		t.unreadable("names the principal " + v + ", which is none that is known")
	}
}

func (t *trustLook) add(account string, st evidence.PolicyStatement) {
	if account != t.own {
		t.outside = append(t.outside, outsideTrust{account, pinned(st.Condition, "sts:externalid", fixed)})
	}
}

// everybody is a statement for anyone. Conditions on who the caller is make it
// one for accounts or organisations; any other leaves it open, an external id
// and a network among them, as neither says who is calling.
func (t *trustLook) everybody(st evidence.PolicyStatement) {
	for _, key := range []struct {
		name string
		of   func(string) string
	}{
		{"aws:principalaccount", func(v string) string { return v }},
		{"aws:principalarn", arnAccount},
		{"aws:principalorgid", func(v string) string { return v }},
		{"aws:principalorgpaths", func(v string) string { id, _, _ := strings.Cut(v, "/"); return id }},
	} {
		values, ok := pinnedValues(st.Condition, key.name, func(v string) bool { id := key.of(v); return fixed(id) })
		if ok {
			for _, v := range values {
				t.add(key.of(v), st)
			}
			return
		}
	}
	t.anyone = definite(true)
}

func arnAccount(v string) string {
	parts := strings.SplitN(v, ":", 6)
	if len(parts) != 6 {
		return ""
	}
	return parts[4]
}

// federated is a SAML or OIDC provider of the account, or one of the web
// identities that IAM knows without one. Those are open to the whole world, so
// only a fixed audience makes them somebody's.
func (t *trustLook) federated(st evidence.PolicyStatement, v string) {
	if audience, ok := webIdentities[v]; ok {
		if !pinned(st.Condition, audience, fixed) {
			t.anyone = definite(true)
		}
		return
	}
	provider, name, _ := strings.Cut(v, "-provider/")
	switch {
	case strings.HasSuffix(provider, ":saml"):
	case strings.HasSuffix(provider, ":oidc"):
		t.oidc(st, name)
	default:
		t.unreadable("names the identity provider " + v + ", which is none that is known")
	}
}

// webIdentities are the providers IAM knows by itself, each with the key of its
// audience. Source: IAM user guide, keys available for AWS OIDC federation.
var webIdentities = map[string]string{
	"accounts.google.com":            "accounts.google.com:aud",
	"cognito-identity.amazonaws.com": "cognito-identity.amazonaws.com:aud",
	"graph.facebook.com":             "graph.facebook.com:app_id",
	"www.amazon.com":                 "www.amazon.com:app_id",
}

// guarded: a service can use the role only for the account, resource or
// organisation in the condition.
// Source: IAM user guide, the confused deputy problem, cross-service.
func guarded(condition map[string]map[string][]string) bool {
	return pinned(condition, "aws:sourceaccount", fixed) || pinned(condition, "aws:sourcearn", fixedAccount) ||
		pinned(condition, "aws:sourceorgid", fixed) ||
		pinned(condition, "aws:sourceorgpaths", func(v string) bool { return fixed(strings.SplitN(v, "/", 2)[0]) })
}

// outside states each account once: with an external id only if every way in
// asks for one.
func (w *world) outside(s *subject, trusts []outsideTrust) []evidence.OutsideTrust {
	out := []evidence.OutsideTrust{}
	for _, t := range trusts {
		i := slices.IndexFunc(out, func(o evidence.OutsideTrust) bool { return o.Account == t.account })
		if i >= 0 {
			both := *out[i].ExternalID && t.externalID
			out[i].ExternalID = &both
			continue
		}
		asked := t.externalID
		out = append(out, evidence.OutsideTrust{Account: t.account, ExternalID: &asked})
	}
	slices.SortFunc(out, func(a, b evidence.OutsideTrust) int { return strings.Compare(a.Account, b.Account) })
	for i := range out {
		out[i].OwnOrganization = s.set("outside", w.ownOrganization(s, out[i].Account))
	}
	return out
}

// ownOrganization says whether an account, or the id of an organisation, is of
// the organisation that the role's own account belongs to.
func (w *world) ownOrganization(s *subject, id string) truth {
	account := w.byID(s.Resource, "Account", s.Resource.Account)
	if account == nil {
		return unseen(append(w.Kind(s.Resource.Provider, s.Resource.Account, "Account"), evidence.Hole{
			Field: "outside", Reason: evidence.NotCollected, Detail: "the organisation was not read",
		})...)
	}
	if h, lost := w.Fact(account); lost {
		return unseen(h)
	}
	a, ok := account.Body.(*evidence.Account)
	if !ok || a.Organization == nil {
		return unseen(sight.Holes(account, "organization")...)
	}
	org, of := a.Organization, &subject{account}
	same := func(path string, value *string) truth {
		if value == nil {
			return unseen(sight.Holes(account, path)...)
		}
		return definite(*value == id)
	}
	within := same("organization.id", org.ID)
	if !strings.HasPrefix(id, "o-") {
		listed := unseen(sight.Holes(account, "organization.accounts")...)
		if org.Accounts != nil {
			listed = definite(slices.Contains(org.Accounts, id))
		}
		within = or(same("organization.management_account", org.ManagementAccount), listed)
	}
	return and(of.look("organization.member", org.Member), within)
}

func accountNumber(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// uniqueID: AIDA… is a user, AROA… a role. Source: IAM user guide, IAM
// identifiers, unique ID prefixes.
func uniqueID(v string) bool {
	return len(v) >= 16 && (strings.HasPrefix(v, "AIDA") || strings.HasPrefix(v, "AROA")) && !strings.ContainsAny(v, ":*?/")
}
