package okta_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/okta"
	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

var record = flag.Bool("record", false, "write the sample company's exchanges anew")

const (
	sampleDir    = "../sample/exchanges/okta"
	sampleOrigin = "Written from Okta's management API description, version 2026.06.3, and valid against it; " +
		"answered by the fake org in collectors/okta/oktatest. Not recorded from Okta."
)

// TestSample keeps the sample company's exchanges what the fake org, judged by
// Okta's description, answers today; -record writes them anew.
func TestSample(t *testing.T) {
	t.Parallel()
	server, err := oktatest.New(oktatest.Acme(), func(err error) { t.Error(err) })
	require.NoError(t, err)
	recorder := replay.NewRecorder(server)
	live := look(t, transport.New(transport.Options{Base: recorder, Unpaced: true}))
	var want bytes.Buffer
	require.NoError(t, replay.Write(&want, sampleOrigin, inOrder(recorder.Exchanges())))
	file := filepath.Join(sampleDir, "acme-robotics.yaml")
	if *record {
		require.NoError(t, os.WriteFile(file, want.Bytes(), 0o644))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want.String(), string(have), "run go test ./collectors/okta -run TestSample -record")
	require.NotContains(t, string(have), oktatest.Acme().Token)

	exchanges, err := replay.Load(os.DirFS(sampleDir))
	require.NoError(t, err)
	replayed := look(t, transport.New(transport.Options{Base: replay.New(exchanges), Unpaced: true}))
	require.Equal(t, live, replayed, "played back, the exchanges tell what the fake told")
	require.Len(t, live, 1+8+2+2+5+1+9+3+3+1)
}

// inOrder sorts exchanges, which came in parallel, and keeps one of each.
func inOrder(all []replay.Exchange) []replay.Exchange {
	slices.SortStableFunc(all, func(a, b replay.Exchange) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(flat(a.Query), flat(b.Query)))
	})
	return slices.CompactFunc(all, func(a, b replay.Exchange) bool { return reflect.DeepEqual(a, b) })
}

func flat(query map[string]string) string {
	s := ""
	for _, k := range slices.Sorted(maps.Keys(query)) {
		s += k + "=" + query[k] + "&"
	}
	return s
}

// look runs all collectors and returns what they bring in its stored form.
func look(t *testing.T, seam *transport.Seam) []string {
	t.Helper()
	facts := make(chan evidence.Fact, 100)
	runner := collectors.Runner{
		Providers:  []connect.Provider{okta.Provider},
		Clock:      func() time.Time { return time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC) },
		Known:      func(context.Context, string) ([]evidence.FeedID, error) { return nil, nil },
		CommitPlan: func(context.Context, evidence.Plan) error { return nil },
		CommitPull: func(_ context.Context, p evidence.Pull, found []evidence.Fact) error {
			for _, h := range p.Holes {
				t.Errorf("hole in %s: %+v", p.Collector, h)
			}
			for _, f := range found {
				facts <- f
			}
			return nil
		},
	}
	require.NoError(t, runner.Run(t.Context(), openAcme(t, seam)))
	close(facts)
	var encoded []string
	for f := range facts {
		b, err := f.Encode()
		require.NoError(t, err)
		encoded = append(encoded, string(b))
	}
	slices.Sort(encoded)
	return encoded
}
