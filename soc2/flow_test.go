package soc2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func flowScope() soc2.Scope {
	return soc2.Scope{
		Systems: []soc2.System{
			{ID: "shop", Title: "The shop", Data: []string{"cards"}, Uses: []string{"ledger", "Stripe"}, Select: []soc2.AssetSelector{{Selector: soc2.Selector{Name: "shop*"}}}},
			{ID: "ledger", Select: []soc2.AssetSelector{{Selector: soc2.Selector{Name: "ledger*"}}}},
		},
		Parties: []soc2.ThirdParty{{Name: "Stripe", Hosts: []string{"*.stripe.com"}}, {Name: "Slack", Hosts: []string{"hooks.slack.com"}}, {Name: "Unused"}},
	}
}

func flowOf(scope soc2.Scope, bodies map[string]any) soc2.DataFlow {
	flow := soc2.NewFlow(scope)
	for name, body := range bodies {
		f := evidence.Fact{Resource: evidence.Resource{Provider: "aws", Account: "org", Name: name}, Body: body}
		flow.Add(f, scope.Asset(f))
	}
	return flow.All()
}

func edge(t *testing.T, f soc2.DataFlow, from, to, what string) soc2.FlowEdge {
	t.Helper()
	for _, e := range f.Edges {
		if e.From == from && e.To == to && e.What == what {
			return e
		}
	}
	require.Fail(t, "no flow", "%s -> %s: %s in %+v", from, to, what, f.Edges)
	return soc2.FlowEdge{}
}

func TestDataFlow(t *testing.T) {
	t.Parallel()
	scope := flowScope()
	t.Run("what the scope states is there, and its encryption was not seen", func(t *testing.T) {
		t.Parallel()
		f := flowOf(scope, nil)
		require.Len(t, f.Edges, 2)
		e := edge(t, f, "system shop", "party Stripe", "data")
		require.True(t, e.Stated)
		require.Nil(t, e.Encrypted)
		require.Equal(t, []string{"cards"}, e.Data)
		require.Len(t, f.Nodes, 3, "a third party nothing flows to is not drawn")
	})
	t.Run("a load balancer is as encrypted as its worst listener", func(t *testing.T) {
		t.Parallel()
		https := evidence.Listener{Protocol: "HTTPS", Port: 443}
		for name, c := range map[string]struct {
			listeners []evidence.Listener
			want      *bool
		}{
			"all HTTPS":           {[]evidence.Listener{https}, new(true)},
			"HTTP that redirects": {[]evidence.Listener{https, {Protocol: "HTTP", OnlyRedirects: new(true)}}, new(true)},
			"plain HTTP":          {[]evidence.Listener{https, {Protocol: "HTTP", OnlyRedirects: new(false)}}, new(false)},
			"perhaps plain HTTP":  {[]evidence.Listener{https, {Protocol: "HTTP"}}, nil},
			"who knows what":      {[]evidence.Listener{https, {Protocol: "TCP"}}, nil},
			"not seen":            {nil, nil},
			"none":                {[]evidence.Listener{}, nil},
		} {
			f := flowOf(scope, map[string]any{"shop-lb": &evidence.LoadBalancer{InternetFacing: new(true), Listeners: c.listeners}})
			require.Equal(t, c.want, edge(t, f, "internet", "system shop", "requests").Encrypted, name)
		}
		f := flowOf(scope, map[string]any{"shop-lb": &evidence.LoadBalancer{InternetFacing: new(false)}})
		require.Len(t, f.Edges, 2, "not on the internet")
		f = flowOf(scope, map[string]any{"shop-lb": &evidence.LoadBalancer{}, "shop-db": &evidence.Datastore{}})
		require.Len(t, f.Edges, 2, "nobody saw that it is on the internet; the list of what was not seen says so")
	})
	t.Run("several resources make one flow, as bad as the worst", func(t *testing.T) {
		t.Parallel()
		f := flowOf(scope, map[string]any{
			"shop-a": &evidence.Datastore{Public: new(true), TLSOnly: new(true)},
			"shop-b": &evidence.Datastore{Public: new(true)},
		})
		e := edge(t, f, "internet", "system shop", "requests")
		require.Equal(t, 2, e.Count)
		require.Nil(t, e.Encrypted)
		f = flowOf(scope, map[string]any{
			"shop-a": &evidence.Datastore{Public: new(true), TLSOnly: new(false)},
			"shop-b": &evidence.Datastore{Public: new(true)},
		})
		require.False(t, *edge(t, f, "internet", "system shop", "requests").Encrypted)
	})
	t.Run("webhooks go to whom their host belongs to", func(t *testing.T) {
		t.Parallel()
		f := flowOf(scope, map[string]any{
			"shop-1":  &evidence.Webhook{Target: new("https://hooks.slack.com"), HTTPS: new(true), CertificateChecked: new(true)},
			"shop-2":  &evidence.Webhook{Target: new("https://ci.example.net:8443/x"), HTTPS: new(true), CertificateChecked: new(false)},
			"shop-3":  &evidence.Webhook{},
			"shop-4":  &evidence.Webhook{Active: new(false), Target: new("https://off.example.net")},
			"unknown": &evidence.Webhook{Target: new("http://api.stripe.com"), HTTPS: new(false)},
		})
		require.True(t, *edge(t, f, "system shop", "party Slack", "notices").Encrypted)
		require.False(t, *edge(t, f, "system shop", "party ci.example.net", "notices").Encrypted, "anybody could have answered")
		require.Nil(t, edge(t, f, "system shop", "not seen", "notices").Encrypted)
		require.False(t, *edge(t, f, "unscoped", "party Stripe", "notices").Encrypted)
		require.Len(t, f.Edges, 2+4, "one that is switched off sends nothing")
		var unstated []string
		for _, n := range f.Nodes {
			if n.Unstated {
				unstated = append(unstated, n.ID)
			}
		}
		require.Equal(t, []string{"not seen", "party ci.example.net"}, unstated)
	})
	t.Run("others who get in are shown", func(t *testing.T) {
		t.Parallel()
		f := flowOf(scope, map[string]any{
			"shop-role": &evidence.Role{
				Outside:   []evidence.OutsideTrust{{Account: "999"}, {Account: "111", OwnOrganization: new(true)}},
				Pipelines: []evidence.PipelineTrust{{Issuer: "token.actions.githubusercontent.com"}},
			},
			"ledger-db": &evidence.Datastore{SharedWith: []string{"all", "888"}},
			"shop-idp":  &evidence.IdentityProvider{Active: new(true)},
			"Stripe":    &evidence.Application{SignOn: new("SAML_2_0")},
			"Notes":     &evidence.Application{SignOn: new("SAML_2_0"), Status: new("active")},
			"Old":       &evidence.Application{SignOn: new("SAML_2_0"), Status: new("inactive")},
			"Bot":       &evidence.Application{SignOn: new("")},
		})
		edge(t, f, "party aws account 999", "system shop", "rights")
		edge(t, f, "identity token.actions.githubusercontent.com", "system shop", "sign-in")
		edge(t, f, "system ledger", "internet", "shared data")
		edge(t, f, "system ledger", "party aws account 888", "shared data")
		edge(t, f, "identity shop-idp", "system shop", "sign-in")
		edge(t, f, "identity org", "party Stripe", "sign-in")
		require.Equal(t, []string{"Notes"}, edge(t, f, "identity org", "applications org", "sign-in").Through)
		for _, n := range f.Nodes {
			require.Equal(t, n.ID == "party aws account 999" || n.ID == "party aws account 888", n.Unstated, n.ID)
			require.NotContains(t, n.ID, "111")
		}
	})
}
