//go:build chart

package helm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

const kustomized = "../kustomize/controlwatch.yaml"

// ofHelm is what only Helm's own objects say of themselves.
var ofHelm = regexp.MustCompile(`(?m)^( *helm\.sh/chart: .*| *app\.kubernetes\.io/managed-by: Helm|# Source: .*)\n`)

func TestKustomizeHasWhatHelmRenders(t *testing.T) {
	t.Parallel()
	text, _ := render(t, "--skip-tests")
	text = "# The chart deploy/helm/controlwatch with its default values; make generate-chart writes it again.\n" + ofHelm.ReplaceAllString(text, "")
	if os.Getenv("CONTROLWATCH_UPDATE") != "" {
		require.NoError(t, os.WriteFile(kustomized, []byte(text), 0o644))
	}
	got, err := os.ReadFile(kustomized)
	require.NoError(t, err)
	require.Equal(t, text, string(got), "make generate-chart")
	require.NoError(t, conforms(t, string(got)))
}

// A configuration of one's own takes the place of the shipped one, by the name
// that the pod mounts, as kustomization.yaml says it is done.
func TestKustomizeTakesAConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "kustomize"), os.DirFS("../kustomize")))
	mine := filepath.Join(dir, "mine")
	require.NoError(t, os.Mkdir(mine, 0o755))
	for name, text := range map[string]string{
		"controlwatch.yaml": "listen: 0.0.0.0:9464\nweb: {probes: 0.0.0.0:9465, bearer_tokens: [\"${env:TOKEN}\"]}\nsources: [{provider: okta}]\n",
		"kustomization.yaml": "resources: [../kustomize]\nnamespace: controlwatch\ngeneratorOptions: {disableNameSuffixHash: true}\n" +
			"configMapGenerator: [{name: controlwatch, behavior: replace, files: [controlwatch.yaml]}]\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(mine, name), []byte(text), 0o600))
	}
	shipped, changed := kustomize(t, "../kustomize"), kustomize(t, mine)
	require.NoError(t, conforms(t, changed))
	require.Len(t, objects(t, changed), len(objects(t, shipped)))
	require.Contains(t, named(t, objects(t, shipped), "ConfigMap", "controlwatch").at("data", "controlwatch.yaml"), "provider: aws")
	require.Contains(t, named(t, objects(t, changed), "ConfigMap", "controlwatch").at("data", "controlwatch.yaml"), "provider: okta")
	for _, o := range objects(t, changed) {
		if o.kind() != "Namespace" {
			require.Equal(t, "controlwatch", o.at("metadata", "namespace"), o.name())
		}
	}
}

func kustomize(t *testing.T, folder string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "kubectl", "kustomize", folder).Output()
	require.NoError(t, err)
	return string(out)
}
