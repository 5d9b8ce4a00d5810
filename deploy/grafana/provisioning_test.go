package grafana_test

import (
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// What docker-compose.yaml mounts is where Grafana is told to look.
func TestComposeHandsGrafanaWhatIsHere(t *testing.T) {
	t.Parallel()
	var compose struct {
		Services map[string]struct{ Volumes []string }
	}
	parsed(t, "../docker-compose.yaml", &compose)
	mounts := map[string]string{}
	for _, v := range compose.Services["grafana"].Volumes {
		from, to, _ := strings.Cut(v, ":")
		mounts[strings.TrimSuffix(to, ":ro")] = from
	}
	var dashboards struct {
		Providers []struct{ Options struct{ Path string } }
	}
	parsed(t, "provisioning/dashboards/controlwatch.yaml", &dashboards)
	require.Equal(t, map[string]string{"/etc/grafana/provisioning": "./grafana/provisioning", dashboards.Providers[0].Options.Path: "./grafana"}, mounts)
	var sources struct {
		Datasources []struct{ Type, URL string }
	}
	parsed(t, "provisioning/datasources/prometheus.yaml", &sources)
	require.Equal(t, "prometheus", sources.Datasources[0].Type)
	require.Contains(t, compose.Services, strings.TrimSuffix(strings.TrimPrefix(sources.Datasources[0].URL, "http://"), ":9090"))
}

func parsed(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}
