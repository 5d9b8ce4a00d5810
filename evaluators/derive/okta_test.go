package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

// acme is a small org in which all is well: one user, one application behind two
// factors, the console behind a security key.
type acme struct {
	org                         *evidence.Account
	ada, tomas                  *evidence.User
	admins                      *evidence.Group
	notion, console             *evidence.Application
	session, two, key           *evidence.SignOnPolicy
	token                       *evidence.AccessKey
	noApplications, noUsersList bool
}

func newAcme() *acme {
	rule := func(ways ...evidence.FactorWay) []evidence.SignOnRule {
		return []evidence.SignOnRule{{ID: "r", Active: new(true), Allow: new(true), MFARequired: new(true), Ways: append([]evidence.FactorWay{}, ways...)}}
	}
	return &acme{
		org:     &evidence.Account{Okta: &evidence.OktaOrg{Engine: new("identity")}},
		ada:     &evidence.User{Status: new("active"), Roles: []string{}},
		tomas:   &evidence.User{Status: new("deactivated"), Roles: []string{}},
		admins:  &evidence.Group{Roles: []string{"SUPER_ADMIN"}, Members: []string{"ada"}},
		notion:  &evidence.Application{Status: new("active"), Definition: new("notion"), SignOn: new("SAML_2_0"), Unattended: new(false), SignOnPolicy: new("two"), Assignments: []evidence.Assignment{}},
		console: &evidence.Application{Status: new("active"), Definition: new("saasure"), SignOn: new("SAML_2_0"), Unattended: new(false), SignOnPolicy: new("key"), Assignments: []evidence.Assignment{}},
		session: &evidence.SignOnPolicy{Active: new(true)},
		two:     &evidence.SignOnPolicy{Active: new(true), Rules: rule()},
		key:     &evidence.SignOnPolicy{Active: new(true), Rules: rule(evidence.FactorWay{PhishingResistant: new(true)})},
		token:   &evidence.AccessKey{User: new("ada")},
	}
}

func (a *acme) derived() *acme {
	facts := []evidence.Fact{
		fact("Account", "okta.org", "org", a.org),
		fact("User", "okta.user", "ada", a.ada), fact("User", "okta.user", "tomas", a.tomas),
		fact("Group", "okta.group", "admins", a.admins),
		fact("Application", "okta.app", "notion", a.notion), fact("Application", "okta.app", "console", a.console),
		fact("SignOnPolicy", "okta.policy.global_session", "session", a.session),
		fact("SignOnPolicy", "okta.policy.authentication", "two", a.two), fact("SignOnPolicy", "okta.policy.authentication", "key", a.key),
		fact("AccessKey", "okta.api_token", "token", a.token),
	}
	s := world(facts...)
	for i, f := range s.Feeds {
		if a.noApplications && f.Populations[0].Kind == "Application" || a.noUsersList && f.Populations[0].Kind == "User" {
			s.Feeds[i].Last.Holes = []evidence.Hole{{Reason: evidence.Truncated}}
		}
	}
	out := derive.All(s)
	return &acme{
		org: out[0].Body.(*evidence.Account), ada: out[1].Body.(*evidence.User), tomas: out[2].Body.(*evidence.User),
		session: out[6].Body.(*evidence.SignOnPolicy), two: out[7].Body.(*evidence.SignOnPolicy), token: out[9].Body.(*evidence.AccessKey),
	}
}

func TestSuperAdministrators(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*acme)
		want   []string
	}{
		"by a group":                                {func(*acme) {}, []string{"ada"}},
		"by their own role":                         {func(a *acme) { a.admins.Members = []string{}; a.ada.Roles = []string{"SUPER_ADMIN"} }, []string{"ada"}},
		"nobody, and that is a list too":            {func(a *acme) { a.admins.Members = []string{} }, []string{}},
		"somebody deactivated is none":              {func(a *acme) { a.admins.Members = []string{"ada", "tomas"} }, []string{"ada"}},
		"another role is none":                      {func(a *acme) { a.admins.Roles = []string{"HELP_DESK_ADMIN"} }, []string{}},
		"members that were not seen":                {func(a *acme) { a.admins.Members = nil }, nil},
		"a group that might give the role":          {func(a *acme) { a.admins.Roles = nil }, nil},
		"one that might, of which nobody is in":     {func(a *acme) { a.admins.Roles = nil; a.admins.Members = []string{} }, []string{}},
		"own roles unseen, but in the group":        {func(a *acme) { a.ada.Roles = nil }, []string{"ada"}},
		"own roles unseen, and in no group":         {func(a *acme) { a.ada.Roles = nil; a.admins.Members = []string{} }, nil},
		"a status that was not seen":                {func(a *acme) { a.ada.Status = nil }, nil},
		"a list of users that was not seen whole":   {func(a *acme) { a.noUsersList = true }, nil},
		"deactivated ones need not have been asked": {func(a *acme) { a.tomas.Roles = nil }, []string{"ada"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAcme()
			c.change(a)
			require.Equal(t, c.want, a.derived().org.SuperAdministrators)
		})
	}
}

func TestRetainedApplications(t *testing.T) {
	t.Parallel()
	left := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	assign := func(status, sync string) func(*acme) {
		return func(a *acme) {
			a.notion.Assignments = []evidence.Assignment{{User: "tomas", Status: &status, Sync: &sync, ChangedAt: &left}}
		}
	}
	pending := []evidence.PendingRemoval{{Application: "notion", Since: &left}}
	for name, c := range map[string]struct {
		change  func(*acme)
		retains *bool
		names   []string
		pending []evidence.PendingRemoval
	}{
		"nothing":                             {func(*acme) {}, new(false), []string{}, []evidence.PendingRemoval{}},
		"an active assignment":                {assign("ACTIVE", "DISABLED"), new(true), []string{"notion"}, []evidence.PendingRemoval{}},
		"a provisioned one":                   {assign("PROVISIONED", "SYNCHRONIZED"), new(true), []string{"notion"}, []evidence.PendingRemoval{}},
		"one to be removed by hand":           {assign("REVOKED", "DISABLED"), new(false), []string{}, pending},
		"one the application does not know":   {assign("DEPROVISIONED", "ERROR"), new(false), []string{}, pending},
		"one that ended":                      {assign("DEPROVISIONED", "SYNCHRONIZED"), new(false), []string{}, []evidence.PendingRemoval{}},
		"a state nobody described":            {assign("FROZEN", "DISABLED"), nil, nil, nil},
		"a synchronisation nobody described":  {assign("DEPROVISIONED", "LATER"), nil, nil, nil},
		"of an inactive application":          {func(a *acme) { assign("ACTIVE", "DISABLED")(a); a.notion.Status = new("inactive") }, new(false), []string{}, []evidence.PendingRemoval{}},
		"users that were not seen":            {func(a *acme) { a.notion.Assignments = nil }, nil, nil, nil},
		"an application missing":              {func(a *acme) { a.noApplications = true }, nil, nil, nil},
		"users of another that were not seen": {func(a *acme) { assign("ACTIVE", "DISABLED")(a); a.console.Assignments = nil }, new(true), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAcme()
			c.change(a)
			got := a.derived().tomas
			require.Equal(t, c.retains, got.RetainsApplications)
			require.Equal(t, c.names, got.RetainedApplications)
			require.Equal(t, c.pending, got.PendingRemovals)
		})
	}
}

func TestApplicationsDemandMFA(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*acme)
		want   *bool
	}{
		"every application does":                    {func(*acme) {}, new(true)},
		"Classic Engine, where none is readable":    {func(a *acme) { a.org.Okta.Engine = new("classic") }, new(false)},
		"an engine that was not seen":               {func(a *acme) { a.org.Okta.Engine = nil }, nil},
		"one with one factor":                       {func(a *acme) { a.two.Rules[0].MFARequired = new(false) }, new(false)},
		"one with one factor in a rule that is off": {func(a *acme) { a.two.Rules[0].MFARequired = new(false); a.two.Rules[0].Active = new(false) }, new(true)},
		"one with one factor, but inactive":         {func(a *acme) { a.two.Rules[0].MFARequired = new(false); a.notion.Status = new("inactive") }, new(true)},
		"one without a policy":                      {func(a *acme) { a.notion.SignOnPolicy = new("") }, new(false)},
		"a bookmark without a policy":               {func(a *acme) { a.notion.SignOnPolicy = new(""); a.notion.SignOn = new("BOOKMARK") }, new(true)},
		"a program without a policy":                {func(a *acme) { a.notion.SignOnPolicy = new(""); a.notion.Unattended = new(true) }, new(true)},
		"one whose policy is not listed":            {func(a *acme) { a.notion.SignOnPolicy = new("hidden") }, nil},
		"one whose policy is off":                   {func(a *acme) { a.two.Active = new(false) }, new(false)},
		"rules that were not seen":                  {func(a *acme) { a.two.Rules = nil }, nil},
		"a policy without any rule":                 {func(a *acme) { a.two.Rules = []evidence.SignOnRule{} }, nil},
		"an application missing":                    {func(a *acme) { a.noApplications = true }, nil},
		"one plainly wrong beside one unseen":       {func(a *acme) { a.two.Rules[0].MFARequired = new(false); a.console.SignOnPolicy = nil }, new(false)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAcme()
			c.change(a)
			require.Equal(t, c.want, a.derived().session.ApplicationsDemandMFA)
		})
	}
}

func TestAdministratorSignOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change         func(*acme)
		mfa, resistant *bool
		seen           bool
	}{
		"a security key":  {func(*acme) {}, new(true), new(true), true},
		"any two factors": {func(a *acme) { a.key.Rules[0].Ways = []evidence.FactorWay{} }, new(true), new(false), true},
		"a security key, or something else": {func(a *acme) {
			a.key.Rules[0].Ways = append(a.key.Rules[0].Ways, evidence.FactorWay{PhishingResistant: new(false)})
		}, new(true), new(false), true},
		"one factor, which cannot be phished": {func(a *acme) { a.key.Rules[0].MFARequired = new(false) }, new(false), new(true), true},
		"no policy":                           {func(a *acme) { a.console.SignOnPolicy = new("") }, new(false), new(false), true},
		"a console that is not listed":        {func(a *acme) { a.console.Definition = new("other") }, nil, nil, false},
		"one that might be the console":       {func(a *acme) { a.console.Definition = nil }, nil, nil, false},
		"Classic Engine":                      {func(a *acme) { a.org.Okta.Engine = new("classic") }, nil, nil, false},
		"ways that were not seen":             {func(a *acme) { a.key.Rules[0].Ways = nil }, new(true), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAcme()
			c.change(a)
			got := a.derived().org.AdministratorSignOn
			require.Equal(t, c.seen, got != nil)
			if c.seen {
				require.Equal(t, c.mfa, got.MFARequired)
				require.Equal(t, c.resistant, got.PhishingResistant)
			}
		})
	}
}

func TestGuardedApplications(t *testing.T) {
	t.Parallel()
	a := newAcme()
	require.Equal(t, []evidence.GuardedApplication{{ID: "notion", Name: "notion"}}, a.derived().two.Applications)
	a.notion.Status = new("inactive")
	require.Equal(t, []evidence.GuardedApplication{}, a.derived().two.Applications)
	a.console.SignOnPolicy = nil
	require.Nil(t, a.derived().two.Applications, "it might be this one")
}

func TestKeyOwner(t *testing.T) {
	t.Parallel()
	a := newAcme()
	require.Equal(t, &evidence.KeyOwner{Name: new("ada"), Active: new(true), SuperAdministrator: new(true)}, a.derived().token.Owner)
	a.token.User = new("tomas")
	require.Equal(t, &evidence.KeyOwner{Name: new("tomas"), Active: new(false), SuperAdministrator: new(false)}, a.derived().token.Owner)
	a.token.User = new("gone")
	require.Equal(t, &evidence.KeyOwner{Name: new(""), Active: new(false), SuperAdministrator: new(false)}, a.derived().token.Owner, "everybody was seen, and nobody is that")
	a.noUsersList = true
	require.Nil(t, a.derived().token.Owner, "it may be somebody who was not seen")
	a.token.User = nil
	require.Nil(t, a.derived().token.Owner)
}
