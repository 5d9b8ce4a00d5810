//go:build chart || kubernetes

package helm_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// object is one Kubernetes object.
type object map[string]any

func (o object) kind() string { return o["kind"].(string) }

func (o object) name() string { return o.at("metadata", "name").(string) }

// at is what stands at a path of keys; nil: nothing.
func (o object) at(path ...string) any {
	var here any = map[string]any(o)
	for _, key := range path {
		fields, ok := here.(map[string]any)
		if !ok {
			return nil
		}
		here = fields[key]
	}
	return here
}

// pod is the pod that the object is or makes; nil: none.
func (o object) pod() object {
	path := map[string][]string{
		"Pod": {"spec"}, "StatefulSet": {"spec", "template", "spec"}, "Job": {"spec", "template", "spec"},
		"CronJob": {"spec", "jobTemplate", "spec", "template", "spec"},
	}[o.kind()]
	if path == nil {
		return nil
	}
	return object(o.at(path...).(map[string]any))
}

func (o object) containers() []object {
	var all []object
	for _, c := range o["containers"].([]any) {
		all = append(all, object(c.(map[string]any)))
	}
	return all
}

// helm runs Helm. A Helm built from its module takes itself for one of an old
// Kubernetes, so it is told.
func helm(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "helm", append(args, "--kube-version", "1.36.3")...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+t.TempDir(), "HELM_CONFIG_HOME="+t.TempDir(), "HELM_DATA_HOME="+t.TempDir())
	if err := cmd.Run(); err != nil {
		return problems.String(), err
	}
	return out.String(), nil
}

func render(t *testing.T, args ...string) (string, []object) {
	t.Helper()
	text, err := helm(t, append([]string{"template", "controlwatch", "controlwatch", "--namespace", "controlwatch"}, args...)...)
	require.NoError(t, err, text)
	return text, objects(t, text)
}

func objects(t *testing.T, text string) []object {
	t.Helper()
	var all []object
	for part := range strings.SplitSeq("\n"+text, "\n---\n") {
		var o map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(part), &o))
		if len(o) > 0 {
			all = append(all, o)
		}
	}
	return all
}

func named(t *testing.T, all []object, kind, name string) object {
	t.Helper()
	for _, o := range all {
		if o.kind() == kind && o.name() == name {
			return o
		}
	}
	require.Fail(t, "not rendered", "%s %s", kind, name)
	return nil
}

// worlds renders the defaults and every file of values of the test data.
func worlds(t *testing.T, test func(t *testing.T, text string, all []object)) {
	t.Helper()
	files, err := filepath.Glob("testdata/values/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 6)
	for _, file := range append(files, "controlwatch/values.yaml") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			text, all := render(t, "-f", file)
			test(t, text, all)
		})
	}
}
