package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

const (
	customerPolicy = "arn:aws:iam::" + account + ":policy/operators"
	set            = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
)

func grants(action, resource string) *evidence.PolicyDocument {
	return &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{Effect: "Allow", Action: []string{action}, Resource: []string{resource}}}}
}

func drawRights(r *rapid.T) *evidence.PolicyRights {
	if rapid.IntRange(0, 6).Draw(r, "no rights") == 0 {
		return nil
	}
	rights := &evidence.PolicyRights{Boundary: maybe(r, "boundary", "")}
	if attached := maybe(
		r, "attached", []evidence.AttachedPolicy{}, []evidence.AttachedPolicy{{ARN: customerPolicy, Name: "operators"}},
		[]evidence.AttachedPolicy{{ARN: "arn:aws:iam::aws:policy/AdministratorAccess", Name: "AdministratorAccess", ProviderManaged: true}},
		[]evidence.AttachedPolicy{{Name: "by name only"}},
	); attached != nil {
		rights.Attached = *attached
	}
	if inline := maybe(r, "inline", []evidence.InlinePolicy{}, []evidence.InlinePolicy{{Name: "a", Document: grants("s3:*", "*")}}, []evidence.InlinePolicy{{Name: "b", Document: grants("*", "*")}}); inline != nil {
		rights.Inline = *inline
	}
	if groups := maybe(r, "groups", []string{}, []string{"admins"}); groups != nil {
		rights.Groups = *groups
	}
	return rights
}

func drawAccount(r *rapid.T) *evidence.Account {
	a := &evidence.Account{}
	if rapid.Bool().Draw(r, "organization") {
		a.Organization = &evidence.Organization{Member: maybe(r, "member", true, false), ID: maybe(r, "org", "o-mine"), ManagementAccount: maybe(r, "management", "999900001111")}
		if accounts := maybe(r, "accounts", []string{account, "444455556666"}); accounts != nil {
			a.Organization.Accounts = *accounts
		}
	}
	if regions := maybe(r, "regions", []string{"eu-west-1"}); regions != nil {
		a.Regions = *regions
	}
	return a
}

func drawIdentities(r *rapid.T) []evidence.Fact {
	role := func(id string) evidence.Fact {
		return fact("Role", "aws.iam.role", id, &evidence.Role{
			ProviderOwned: maybe(r, "owned", true, false), PermissionSet: maybe(r, "set", "", "Admins"), Rights: drawRights(r),
			Trust: maybe(r, "trust", *trusting("AWS", "444455556666", nil), *trusting("AWS", "*", nil), *trusting("Service", "ec2.amazonaws.com", nil),
				*trusting("AWS", "*", conditions{"StringEquals": {"aws:PrincipalOrgID": {"o-mine"}}}), *trusting("AWS", "*", conditions{"Surely": {"aws:x": {"y"}}})),
		})
	}
	group := &evidence.Group{Rights: drawRights(r)}
	if members := maybe(r, "members", []string{}, []string{"c1"}); members != nil {
		group.Members = *members
	}
	named := fact("Group", "aws.iam.group", "g1", group)
	named.Resource.Name = "admins"
	return []evidence.Fact{
		role("r1"), role("r2"), named,
		fact("Group", "aws.identity_center.group", "cg1", group),
		fact("Policy", "aws.iam.policy", customerPolicy, &evidence.Policy{Document: maybe(r, "document", *grants("*", "*"), *grants("ec2:*", "*"), evidence.PolicyDocument{})}),
		fact("User", "aws.identity_center.user", "c1", &evidence.User{Status: maybe(r, "status", "active")}),
		fact("Role", "aws.identity_center.permission_set", set, &evidence.Role{Rights: drawRights(r)}),
		fact("Grant", "aws.identity_center.assignment", "a1", &evidence.Grant{
			HolderType: maybe(r, "type", "user", "group"), Holder: maybe(r, "holder", "c1", "cg1"), Role: maybe(r, "role", set),
		}),
		fact("IdentityProvider", "aws.identity_center.instance", "i1", &evidence.IdentityProvider{Active: maybe(r, "active", true, false)}),
		fact("IdentityProvider", "aws.iam.saml_provider", "s1", &evidence.IdentityProvider{ValidUntil: maybe(r, "until", evidence.Moment{At: now})}),
		fact("PasswordPolicy", "aws.iam.password_policy", "p1", &evidence.PasswordPolicy{}),
	}
}

func trusting(kind, principal string, condition conditions) *evidence.PolicyDocument {
	return &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
		Effect: "Allow", Action: []string{"sts:AssumeRole"}, Principal: map[string][]string{kind: {principal}}, Condition: condition,
	}}}
}

func TestPolicyAdmin(t *testing.T) {
	t.Parallel()
	statement := func(st evidence.PolicyStatement) *evidence.PolicyDocument {
		st.Effect = "Allow"
		return &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{st}}
	}
	all := []string{"*"}
	for name, c := range map[string]struct {
		doc  *evidence.PolicyDocument
		want *bool
	}{
		"everything on everything":                   {grants("*", "*"), new(true)},
		"every action written with a colon":          {grants("*:*", "*"), new(true)},
		"all of IAM":                                 {grants("IAM:*", "*"), new(true)},
		"all of IAM by a wildcard in the service":    {grants("i?m:**", "*"), new(true)},
		"all of IAM in the account":                  {grants("iam:*", "arn:aws:iam::"+account+":*"), new(true)},
		"everything in each ARN":                     {grants("*", "arn:*:*:*:*:*"), new(true)},
		"all of IAM in another account":              {grants("iam:*", "arn:aws:iam::444455556666:*"), new(false)},
		"all of IAM on users alone":                  {grants("iam:*", "arn:aws:iam::"+account+":user/*"), new(false)},
		"everything on one bucket":                   {grants("*", "arn:aws:s3:::data/*"), new(false)},
		"reads of IAM":                               {grants("iam:Get*", "*"), new(false)},
		"all of S3":                                  {grants("s3:*", "*"), new(false)},
		"everything but S3":                          {statement(evidence.PolicyStatement{NotAction: []string{"s3:*"}, Resource: all}), new(true)},
		"everything but IAM, as PowerUserAccess":     {statement(evidence.PolicyStatement{NotAction: []string{"iam:*", "organizations:*"}, Resource: all}), new(false)},
		"everything but part of IAM":                 {statement(evidence.PolicyStatement{NotAction: []string{"iam:Create*"}, Resource: all}), new(true)},
		"everything on all but one thing":            {statement(evidence.PolicyStatement{Action: all, NotResource: []string{"arn:aws:s3:::x"}}), new(true)},
		"everything with a second factor":            {statement(evidence.PolicyStatement{Action: all, Resource: all, Condition: conditions{"Bool": {"aws:MultiFactorAuthPresent": {"true"}}}}), new(true)},
		"the four parts of IAM, each by itself":      {statement(evidence.PolicyStatement{Action: all, Resource: []string{"arn:aws:iam::*:user/*", "arn:aws:iam::*:role/*", "arn:aws:iam::*:policy/*", "arn:aws:iam::*:group/*"}}), new(true)},
		"a Deny of everything":                       {&evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{Effect: "Deny", Action: all, Resource: all}}}, new(false)},
		"a document without statements":              {&evidence.PolicyDocument{}, nil},
		"a statement that neither allows nor denies": {&evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{Effect: "Perhaps", Action: all, Resource: all}}}, nil},
		"what was not read":                          {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := derive.All(world(fact("Policy", "aws.iam.policy", "p", &evidence.Policy{Document: c.doc})))
			require.Equal(t, c.want, got[0].Body.(*evidence.Policy).Admin)
			require.Equal(t, c.want == nil, len(got[0].Holes) > 0)
		})
	}
}

func TestUserAdmin(t *testing.T) {
	t.Parallel()
	none := func() *evidence.PolicyRights {
		return &evidence.PolicyRights{Attached: []evidence.AttachedPolicy{}, Inline: []evidence.InlinePolicy{}, Groups: []string{}}
	}
	with := func(change func(*evidence.PolicyRights)) *evidence.PolicyRights {
		r := none()
		change(r)
		return r
	}
	operators := []evidence.AttachedPolicy{{ARN: customerPolicy, Name: "operators"}}
	for name, c := range map[string]struct {
		user, group *evidence.PolicyRights
		policy      *evidence.PolicyDocument
		want        *bool
		through     []string
	}{
		"nothing at all": {user: none(), group: none(), policy: grants("*", "*"), want: new(false), through: []string{}},
		"AdministratorAccess, whose text was not read": {
			user: with(func(r *evidence.PolicyRights) {
				r.Attached = []evidence.AttachedPolicy{{ARN: "arn:aws:iam::aws:policy/AdministratorAccess", Name: "AdministratorAccess", ProviderManaged: true}}
			}),
			group: none(), want: new(true), through: []string{"policy/AdministratorAccess"},
		},
		"a customer's policy of that name is read": {
			user: with(func(r *evidence.PolicyRights) {
				r.Attached = []evidence.AttachedPolicy{{ARN: customerPolicy, Name: "AdministratorAccess"}}
			}),
			group: none(), policy: grants("s3:*", "*"), want: new(false), through: []string{},
		},
		"a customer's policy":                                {user: with(func(r *evidence.PolicyRights) { r.Attached = operators }), group: none(), policy: grants("*", "*"), want: new(true), through: []string{"policy/operators"}},
		"a customer's policy of which nobody knows the text": {user: with(func(r *evidence.PolicyRights) { r.Attached = operators }), group: none()},
		"through a group":                                    {user: with(func(r *evidence.PolicyRights) { r.Groups = []string{"admins"} }), group: with(func(r *evidence.PolicyRights) { r.Attached = operators }), policy: grants("*", "*"), want: new(true), through: []string{"group/admins"}},
		"a group that was not read":                          {user: with(func(r *evidence.PolicyRights) { r.Groups = []string{"others"} }), group: none()},
		"an inline policy that was not read":                 {user: with(func(r *evidence.PolicyRights) { r.Inline = []evidence.InlinePolicy{{Name: "x"}} }), group: none()},
		"one way known is enough": {
			user: with(func(r *evidence.PolicyRights) {
				r.Groups = []string{"others"}
				r.Inline = []evidence.InlinePolicy{{Name: "x", Document: grants("*", "*")}}
			}),
			group: none(), want: new(true),
		},
		"rights that were not read": {group: none()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			group := fact("Group", "aws.iam.group", "g1", &evidence.Group{Rights: c.group})
			group.Resource.Name = "admins"
			facts := []evidence.Fact{fact("User", "aws.iam.user", "u", &evidence.User{Status: new("active"), Admin: new(false), Rights: c.user}), group}
			if c.policy != nil {
				facts = append(facts, fact("Policy", "aws.iam.policy", customerPolicy, &evidence.Policy{Document: c.policy}))
			}
			facts = append(facts, fact("Account", "aws.account", account, &evidence.Account{}))
			got := derive.All(world(facts...))
			user := got[0].Body.(*evidence.User)
			require.Equal(t, c.want, user.Admin)
			require.Equal(t, c.through, user.AdminThrough)
			count := got[len(got)-1].Body.(*evidence.Account).Administrators
			require.Equal(t, c.want == nil, count == nil, "who counts administrators asks the same")
		})
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	asked := conditions{"StringEquals": {"sts:ExternalId": {"4711"}}}
	outside := func(account string, id bool, own *bool) []evidence.OutsideTrust {
		return []evidence.OutsideTrust{{Account: account, ExternalID: &id, OwnOrganization: own}}
	}
	nobody := []evidence.OutsideTrust{}
	for name, c := range map[string]struct {
		trust    *evidence.PolicyDocument
		anyone   *bool
		outside  []evidence.OutsideTrust
		services []string
	}{
		"its own account":                                {trusting("AWS", "arn:aws:iam::"+account+":root", nil), new(false), nobody, []string{}},
		"another account":                                {trusting("AWS", "777788889999", nil), new(false), outside("777788889999", false, new(false)), []string{}},
		"another account with an external id":            {trusting("AWS", "arn:aws:iam::777788889999:role/x", asked), new(false), outside("777788889999", true, new(false)), []string{}},
		"an external id in another spelling":             {trusting("AWS", "777788889999", conditions{"stringequals": {"STS:externalid": {"4711"}}}), new(false), outside("777788889999", true, new(false)), []string{}},
		"an external id only if there is one":            {trusting("AWS", "777788889999", conditions{"StringEqualsIfExists": {"sts:ExternalId": {"4711"}}}), new(false), outside("777788889999", false, new(false)), []string{}},
		"an external id for all values":                  {trusting("AWS", "777788889999", conditions{"ForAllValues:StringEquals": {"sts:ExternalId": {"4711"}}}), new(false), outside("777788889999", false, new(false)), []string{}},
		"any external id":                                {trusting("AWS", "777788889999", conditions{"StringLike": {"sts:ExternalId": {"*"}}}), new(false), outside("777788889999", false, new(false)), []string{}},
		"an account of the organisation":                 {trusting("AWS", "444455556666", nil), new(false), outside("444455556666", false, new(true)), []string{}},
		"everybody":                                      {trusting("AWS", "*", nil), new(true), nobody, []string{}},
		"everybody with a secret":                        {trusting("*", "*", asked), new(true), nobody, []string{}},
		"everybody in the organisation":                  {trusting("AWS", "*", conditions{"StringEquals": {"aws:PrincipalOrgID": {"o-mine"}}}), new(false), outside("o-mine", false, new(true)), []string{}},
		"everybody in another organisation":              {trusting("AWS", "*", conditions{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": {"o-other/*"}}}), new(false), outside("o-other", false, new(false)), []string{}},
		"everybody in any organisation":                  {trusting("AWS", "*", conditions{"StringLike": {"aws:PrincipalOrgID": {"o-*"}}}), new(true), nobody, []string{}},
		"everybody of one account's roles":               {trusting("AWS", "*", conditions{"ArnLike": {"aws:PrincipalArn": {"arn:aws:iam::777788889999:role/*"}}}), new(false), outside("777788889999", false, new(false)), []string{}},
		"everybody but one account":                      {trusting("AWS", "*", conditions{"StringNotEquals": {"aws:PrincipalAccount": {"777788889999"}}}), new(true), nobody, []string{}},
		"a condition operator nobody knows":              {trusting("AWS", "*", conditions{"StringResembles": {"aws:PrincipalAccount": {account}}}), nil, nil, nil},
		"a service":                                      {trusting("Service", "ec2.amazonaws.com", nil), new(false), nobody, []string{"ec2.amazonaws.com"}},
		"a service for its own account":                  {trusting("Service", "sns.amazonaws.com", conditions{"ArnLike": {"aws:SourceArn": {"arn:aws:sns:*:" + account + ":*"}}}), new(false), nobody, []string{}},
		"a service for any account":                      {trusting("Service", "sns.amazonaws.com", conditions{"ArnLike": {"aws:SourceArn": {"arn:aws:sns:*:*:*"}}}), new(false), nobody, []string{"sns.amazonaws.com"}},
		"a user who is gone":                             {trusting("AWS", "AIDACKCEVSQ6C2EXAMPLE", nil), new(false), nobody, []string{}},
		"a principal that is none":                       {trusting("AWS", "somebody", nil), nil, nil, nil},
		"a principal of another type":                    {trusting("CanonicalUser", "79a5", nil), nil, nil, nil},
		"people with an account at Google":               {trusting("Federated", "accounts.google.com", nil), new(true), nobody, []string{}},
		"people who use one app of an account at Google": {trusting("Federated", "accounts.google.com", conditions{"StringEquals": {"accounts.google.com:aud": {"app-1"}}}), new(false), nobody, []string{}},
		"a SAML provider":                                {trusting("Federated", "arn:aws:iam::"+account+":saml-provider/okta", nil), new(false), nobody, []string{}},
		"all but one principal": {&evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
			Effect: "Allow", Action: []string{"sts:AssumeRole"}, NotPrincipal: map[string][]string{"AWS": {"777788889999"}},
		}}}, new(true), nobody, []string{}},
		"a mark on sessions for another account": {&evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
			Effect: "Allow", Action: []string{"STS:TagSession"}, Principal: map[string][]string{"AWS": {"777788889999"}},
		}}}, new(false), nobody, []string{}},
		"a Deny for everybody": {&evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{Effect: "Deny", Principal: map[string][]string{"*": {"*"}}}}}, new(false), nobody, []string{}},
		"no statement":         {&evidence.PolicyDocument{}, nil, nil, nil},
		"what was not read":    {nil, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := derive.All(world(
				fact("Role", "aws.iam.role", "r", &evidence.Role{Trust: c.trust}),
				fact("Account", "aws.account", account, &evidence.Account{Organization: &evidence.Organization{
					Member: new(true), ID: new("o-mine"), ManagementAccount: new(account), Accounts: []string{account, "444455556666"},
				}}),
			))[0].Body.(*evidence.Role)
			require.Equal(t, c.anyone, got.AnyoneTrusted)
			require.Equal(t, c.outside, got.Outside)
			require.Equal(t, c.services, got.UnguardedServices)
		})
	}

	t.Run("an account that cannot list the organisation does not know its own", func(t *testing.T) {
		t.Parallel()
		got := derive.All(world(
			fact("Role", "aws.iam.role", "r", &evidence.Role{Trust: trusting("AWS", "444455556666", nil)}),
			fact("Account", "aws.account", account, &evidence.Account{Organization: &evidence.Organization{Member: new(true), ID: new("o-mine"), ManagementAccount: new("999900001111")}}),
		))[0]
		require.Nil(t, got.Body.(*evidence.Role).Outside[0].OwnOrganization)
		_, ok := got.Hole("outside[0].own_organization")
		require.True(t, ok)
	})
}

func TestPipelines(t *testing.T) {
	t.Parallel()
	const github, gitlab = "token.actions.githubusercontent.com", "gitlab.com"
	for name, c := range map[string]struct {
		issuer, aud, operator string
		subjects              []string
		pinned, scoped        bool
		owners                []string
	}{
		"an environment of one repository":   {github, "sts.amazonaws.com", "StringEquals", []string{"repo:acme/web:environment:production"}, true, true, []string{"acme"}},
		"any branch of one repository":       {github, "sts.amazonaws.com", "StringLike", []string{"repo:acme/web:*"}, true, true, []string{"acme"}},
		"repositories that begin alike":      {github, "sts.amazonaws.com", "StringLike", []string{"repo:acme/web-*"}, true, true, []string{"acme"}},
		"the organisation with its number":   {github, "sts.amazonaws.com", "StringEquals", []string{"repo:acme@123/web@456:ref:refs/heads/main"}, true, true, []string{"acme"}},
		"every repository of one owner":      {github, "sts.amazonaws.com", "StringLike", []string{"repo:acme/*"}, true, false, []string{}},
		"every repository, one environment":  {github, "sts.amazonaws.com", "StringLike", []string{"repo:acme/*:environment:production"}, true, false, []string{}},
		"owners that begin alike":            {github, "sts.amazonaws.com", "StringLike", []string{"repo:acme*/web:*"}, true, false, []string{}},
		"every owner":                        {github, "sts.amazonaws.com", "StringLike", []string{"repo:*/web:*"}, true, false, []string{}},
		"one good subject and one for all":   {github, "sts.amazonaws.com", "StringLike", []string{"repo:acme/web:*", "*"}, true, false, []string{}},
		"a subject only if there is one":     {github, "sts.amazonaws.com", "StringEqualsIfExists", []string{"repo:acme/web:*"}, true, false, []string{}},
		"all but a subject":                  {github, "sts.amazonaws.com", "StringNotEquals", []string{"repo:acme/web:*"}, true, false, []string{}},
		"another claim than the repository":  {github, "sts.amazonaws.com", "StringEquals", []string{"job_workflow_ref:acme/web"}, true, false, []string{}},
		"any audience":                       {github, "*", "StringEquals", []string{"repo:acme/web:ref:refs/heads/main"}, false, true, []string{"acme"}},
		"a project of a group at GitLab":     {gitlab, "https://gitlab.com", "StringLike", []string{"project_path:acme/tools/web:ref_type:branch:ref:main"}, true, true, []string{"acme"}},
		"every project of a group at GitLab": {gitlab, "https://gitlab.com", "StringLike", []string{"project_path:acme/*:ref_type:branch:ref:main"}, true, false, []string{}},
		"a pipeline at Buildkite":            {"agent.buildkite.com", "sts.amazonaws.com", "StringLike", []string{"organization:acme:pipeline:web:*"}, true, true, []string{"acme"}},
		"every pipeline at Buildkite":        {"agent.buildkite.com", "sts.amazonaws.com", "StringLike", []string{"organization:acme:*"}, true, false, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			condition := conditions{"StringLike": {c.issuer + ":aud": {c.aud}}}
			if condition[c.operator] == nil {
				condition[c.operator] = map[string][]string{}
			}
			condition[c.operator][c.issuer+":SUB"] = c.subjects
			got := derive.All(world(fact("Role", "aws.iam.role", "r", &evidence.Role{
				Trust: trusting("Federated", "arn:aws:iam::"+account+":oidc-provider/"+c.issuer, condition),
			})))[0].Body.(*evidence.Role).Pipelines
			require.Len(t, got, 1)
			require.Equal(t, c.pinned, *got[0].AudiencePinned)
			require.Equal(t, c.scoped, *got[0].SubjectScoped)
			require.Equal(t, c.owners, got[0].Owners)
		})
	}

	t.Run("a cluster's own provider is no pipeline", func(t *testing.T) {
		t.Parallel()
		got := derive.All(world(fact("Role", "aws.iam.role", "r", &evidence.Role{
			Trust: trusting("Federated", "arn:aws:iam::"+account+":oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB12", nil),
		})))[0].Body.(*evidence.Role).Pipelines
		require.NotNil(t, got)
		require.Empty(t, got)
	})
}

func TestFederation(t *testing.T) {
	t.Parallel()
	instance := func(region string, active bool) evidence.Fact {
		f := fact("IdentityProvider", "aws.identity_center.instance", "i-"+region, &evidence.IdentityProvider{Active: &active})
		f.Resource.Region = region
		return f
	}
	looking := func(regions ...string) []evidence.FeedState {
		var feeds []evidence.FeedState
		for _, region := range regions {
			f := feed("IdentityProvider", "aws.identity_center.instance")
			f.ID.Scope.Region = region
			feeds = append(feeds, f)
		}
		return append(feeds, feed("Account", "aws.account"), feed("IdentityProvider", "aws.iam.saml_provider"))
	}
	derived := func(feeds []evidence.FeedState, facts ...evidence.Fact) *evidence.Federation {
		facts = append(facts, fact("Account", "aws.account", account, &evidence.Account{Regions: []string{"eu-west-1", "us-east-1"}}))
		got := derive.All(evidence.Snapshot{At: now, Facts: facts, Feeds: feeds})
		return got[len(got)-1].Body.(*evidence.Account).Federation
	}
	require.True(t, *derived(looking("eu-west-1"), instance("eu-west-1", true)).Directory, "one is enough")
	require.Nil(t, derived(looking("eu-west-1")).Directory, "it may be in the region nobody looks at")
	require.False(t, *derived(looking("eu-west-1", "us-east-1"), instance("eu-west-1", false)).Directory)
	require.True(t, derived(looking("eu-west-1")).SAMLValidUntil.Never)
	until := func(id string, at time.Time) evidence.Fact {
		return fact("IdentityProvider", "aws.iam.saml_provider", id, &evidence.IdentityProvider{ValidUntil: &evidence.Moment{At: at}})
	}
	require.Equal(t, now.Add(time.Hour), derived(looking("eu-west-1"), until("a", now), until("b", now.Add(time.Hour))).SAMLValidUntil.At, "the longest counts")
}
