package collectors_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/okta"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// answering are the providers that have an HTTP seam, with what they keep.
var answering = []struct {
	provider connect.Provider
	kept     []transport.Kept
	not      map[string]string
}{
	{aws.Provider, aws.AnswersKept(), aws.AnswersNotKept},
	{github.Provider, github.AnswersKept(), github.AnswersNotKept},
	{okta.Provider, okta.AnswersKept(), okta.AnswersNotKept},
}

// A new read is either opted in, with what it may hold considered, or is not, with
// a reason. Providers without a network have no answers.
func TestEveryReadIsKeptOrNotWithAReason(t *testing.T) {
	t.Parallel()
	considered := map[string]bool{"attestations": true, "files": true}
	for _, a := range answering {
		considered[a.provider.Name] = true
		listed := map[string]bool{}
		for _, k := range a.kept {
			require.False(t, listed[k.Operation()], "%s is listed twice", k.Operation())
			listed[k.Operation()] = true
		}
		for op, why := range a.not {
			require.False(t, listed[op], "%s is kept and not kept", op)
			require.NotEmpty(t, why)
			listed[op] = true
		}
		for _, c := range append([]evidence.Collector{a.provider.Discovery}, a.provider.Collectors...) {
			for _, op := range c.Reads {
				require.True(t, listed[op], "%s of %s: say in %s/answers_kept.go whether its answers are kept, and what is taken out of them", op, c.Name, a.provider.Name)
				delete(listed, op)
				listed[op] = true
			}
		}
		for op := range listed {
			require.True(t, readBy(a.provider, op), "%s is listed and nobody reads it", op)
		}
	}
	for _, p := range collectors.Providers {
		require.True(t, considered[p.Name], "%s keeps answers or does not: say so here", p.Name)
	}
}

func readBy(p connect.Provider, operation string) bool {
	return slices.ContainsFunc(append([]evidence.Collector{p.Discovery}, p.Collectors...), func(c evidence.Collector) bool {
		return slices.Contains(c.Reads, operation)
	})
}

// taken is what one look at the sample company came to.
type taken struct {
	pulls   []evidence.Pull
	facts   []evidence.Fact
	answers []evidence.Answer
	events  []collectors.Event
	plans   []evidence.Plan
}

// take looks once through the real clients. only, where given, picks providers.
func take(ctx context.Context, t testing.TB, base http.RoundTripper, only ...string) taken {
	t.Helper()
	file, err := sample.Write(t.TempDir())
	require.NoError(t, err)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var cfg struct {
		Sources []struct {
			Provider string
			Settings map[string]any
		}
	}
	require.NoError(t, yaml.Unmarshal(b, &cfg))
	clock := func() time.Time { return sample.Day }
	seam := transport.New(transport.Options{Base: base, Clock: clock, Unpaced: true})
	env := func(name string) string {
		if name == "AWS_RETRY_MODE" {
			return "standard" // the adaptive one's waits shrink to nothing before they are over
		}
		return sample.Env(name)
	}
	var sources []connect.Source
	for _, s := range cfg.Sources {
		if len(only) > 0 && !slices.Contains(only, s.Provider) {
			continue
		}
		i := slices.IndexFunc(collectors.Providers, func(p connect.Provider) bool { return p.Name == s.Provider })
		opened, err := collectors.Providers[i].Open(connect.Options{
			Decode: func(into any) error {
				b, err := yaml.Marshal(s.Settings)
				if err != nil {
					return err
				}
				return yaml.UnmarshalWithOptions(b, into, yaml.Strict())
			},
			Dir: filepath.Dir(file), Env: env, Seam: seam, Clock: clock,
		})
		require.NoError(t, err)
		sources = append(sources, opened...)
	}
	var mu sync.Mutex
	var got taken
	runner := collectors.Runner{
		Clock: clock, Version: "test",
		Known: func(context.Context, string) ([]evidence.FeedID, error) { return nil, nil },
		CommitPlan: func(_ context.Context, p evidence.Plan) error {
			mu.Lock()
			defer mu.Unlock()
			got.plans = append(got.plans, p)
			return nil
		},
		CommitAnswered: func(_ context.Context, p evidence.Pull, f []evidence.Fact, a []evidence.Answer) error {
			mu.Lock()
			defer mu.Unlock()
			got.pulls, got.facts, got.answers = append(got.pulls, p), append(got.facts, f...), append(got.answers, a...)
			return nil
		},
		Progress: func(e collectors.Event) {
			mu.Lock()
			defer mu.Unlock()
			got.events = append(got.events, e)
		},
	}
	require.NoError(t, runner.Run(ctx, sources))
	return got
}

// emptyInSample are lists that the sample company has nothing in.
var emptyInSample = map[string]bool{
	"iam:ListVirtualMFADevices":                            true,
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": true,
}

// The paths of the declarations fit what the providers say: each list that is to be
// split is found somewhere in the sample, and no answer is unreadable.
func TestAnswersOfTheSample(t *testing.T) {
	t.Parallel()
	player, err := sample.Player()
	require.NoError(t, err)
	got := take(t.Context(), t, player)
	items, seen := map[string]int{}, map[string]bool{}
	for _, a := range got.answers {
		require.Empty(t, a.Why, a.Request.Operation)
		require.NotEmpty(t, a.Rest, a.Request.Operation)
		seen[a.Request.Operation] = true
		items[a.Request.Operation] += len(a.Items)
		require.False(t, strings.HasPrefix(a.Request.Operation, "sts:"), a.Request.Operation)
	}
	var without []string
	for _, a := range answering {
		for _, k := range a.kept {
			if !emptyInSample[k.Operation()] && seen[k.Operation()] && k.Splits() && items[k.Operation()] == 0 {
				without = append(without, k.Operation())
			}
		}
	}
	require.Empty(t, without, "lists that are split and of which the sample shows no item: is the path right?")
	with := 0
	for _, p := range got.pulls {
		if p.Answers != nil {
			with++
		}
		require.Empty(t, p.Masked, "the sample holds what looks like a secret: %s", p.Collector)
	}
	require.Greater(t, with, 60)
	total := 0
	for _, a := range got.answers {
		b, err := json.Marshal(a)
		require.NoError(t, err)
		total += len(b)
	}
	t.Logf("%d answers of %d operations, %d bytes; %d facts", len(got.answers), len(seen), total, len(got.facts))
}
