package okta_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/okta"
	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

var (
	ada   = oktatest.LogEntity{ID: "00u1", Type: "User", Login: "ada@acme.example", Name: "Ada Lovelace"}
	kofi  = oktatest.LogEntity{ID: "00u2", Type: "User", Login: "kofi@acme.example", Name: "Kofi Annan"}
	okt   = oktatest.LogEntity{ID: "okta", Type: "SystemPrincipal", Login: "system@okta.com", Name: "Okta System"}
	rules = oktatest.LogEntity{ID: "00p1", Type: "PolicyEntity", Login: "unknown", Name: "Default Policy"}
	rule  = oktatest.LogEntity{ID: "0pr1", Type: "PolicyRule", Login: "unknown", Name: "Default Rule"}
)

// happened is what the log has, oldest first.
func happened() []oktatest.LogEvent {
	at := func(hours int) time.Time { return monday.Add(-time.Duration(hours) * time.Hour) }
	return []oktatest.LogEvent{
		{ID: "0", Type: "user.lifecycle.create", At: at(24 * 8), Actor: ada, Targets: []oktatest.LogEntity{kofi}},
		{ID: "1", Type: "user.lifecycle.create", At: at(9), Actor: ada, Targets: []oktatest.LogEntity{kofi}},
		{ID: "2", Type: "user.account.privilege.grant", At: at(8), Actor: okt, Targets: []oktatest.LogEntity{kofi, {ID: "r", Type: "ROLE"}}},
		{ID: "3", Type: "policy.rule.update", At: at(7), Actor: ada, Targets: []oktatest.LogEntity{rule, rules}},
		{ID: "4", Type: "user.lifecycle.deactivate", At: at(6), Actor: ada, Result: "FAILURE", Targets: []oktatest.LogEntity{kofi}},
		{ID: "5", Type: "user.session.start", At: at(5), Actor: kofi},
		{ID: "6", Type: "group.user_membership.add", At: at(4), Actor: ada, Targets: []oktatest.LogEntity{kofi}},
	}
}

func lookAtLog(t *testing.T, base http.RoundTripper, days int) (pull *evidence.Pull, facts map[string]evidence.Fact) {
	t.Helper()
	var mu sync.Mutex
	facts = map[string]evidence.Fact{}
	runner := collectors.Runner{
		Providers: []connect.Provider{okta.Provider}, Clock: func() time.Time { return monday }, Version: "test",
		Known:      func(context.Context, string) ([]evidence.FeedID, error) { return nil, nil },
		CommitPlan: func(context.Context, evidence.Plan) error { return nil },
		CommitPull: func(_ context.Context, p evidence.Pull, all []evidence.Fact) error {
			mu.Lock()
			defer mu.Unlock()
			if p.Collector == "okta_change_events" {
				pull = &p
				for _, f := range all {
					facts[f.Resource.ID] = f
				}
			}
			return nil
		},
	}
	seam := transport.New(transport.Options{Base: base, Unpaced: true})
	require.NoError(t, runner.Run(t.Context(), openAcmeWith(t, seam, days)))
	return pull, facts
}

func TestSystemLogEvents(t *testing.T) {
	t.Parallel()
	org := oktatest.Acme()
	org.Log = happened()
	server, err := oktatest.New(org, func(err error) { t.Error(err) })
	require.NoError(t, err)
	server.PageSize = 2
	pull, facts := lookAtLog(t, server, 7)
	require.True(t, pull.Complete(), pull.Holes)
	require.Equal(t, 3, pull.Pages, "of five events, the failed one too")
	require.Len(t, facts, 4)
	of := func(id string) *evidence.ChangeEvent { return facts[id].Body.(*evidence.ChangeEvent) }
	require.Equal(t, &evidence.ChangedResource{Kind: "User", Type: "okta.user", ID: "00u2", Name: "kofi@acme.example"}, of("1").About)
	require.Equal(t, evidence.ChangeBegan, *of("1").Effect)
	require.Equal(t, &evidence.ChangeActor{Name: "ada@acme.example", How: "user"}, of("1").By)
	require.Equal(t, &evidence.ChangeActor{Name: "Okta System", How: "service"}, of("2").By)
	is, _ := of("3").About.Names(evidence.Resource{Kind: "PasswordPolicy", Type: "okta.policy.password", ID: "00p1"})
	require.True(t, is, "the log does not say of which kind a policy is")
	_, aimless := facts["6"].Hole("about")
	require.True(t, aimless, "a membership of no group")

	pull, _ = lookAtLog(t, server, 0)
	require.Nil(t, pull, "nobody asked for it")
}

func TestPublishedLogEvents(t *testing.T) {
	t.Parallel()
	doc, err := oktatest.Description()
	require.NoError(t, err)
	require.Contains(t, doc.Components.Examples, "ListLogs")
	for _, name := range []string{"ListLogs", "ListLogsWithAdditionalSecurityContext"} {
		events, list := doc.Components.Examples[name].Value.Value.([]any)
		if !list {
			events = []any{doc.Components.Examples[name].Value.Value}
		}
		for _, e := range events {
			require.NoError(t, okta.ReadsLogEvent(e), fmt.Sprint(name, e))
		}
	}
}
