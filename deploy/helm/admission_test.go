//go:build kubernetes

package helm_test

import (
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

const privileged = `apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  containers: [{name: x, image: x, securityContext: {privileged: true}}]
`

// Pod Security refuses pods, and of a workload only says that its pods will be: so each
// template is applied as the pod that its controller would make.
func (s *apiServer) podsAreAdmitted(t *testing.T) {
	s.apply(t, "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: important}\nvalue: 1000\n") // azure.yaml's
	var admitted atomic.Int32
	t.Cleanup(func() { require.GreaterOrEqual(t, admitted.Load(), int32(20)) })
	worlds(t, func(t *testing.T, _ string, all []object) {
		world := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
		ns := s.namespace(t, "pods-"+world)
		for _, account := range []string{"default", "shared"} {
			s.apply(t, fmt.Sprintf("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %s}\n", account), "-n", ns)
		}
		for _, o := range all {
			if o.kind() == "ServiceAccount" {
				s.apply(t, text(t, o), "-n", ns)
			}
		}
		for _, o := range all {
			if pod := o.pod(); pod != nil {
				s.apply(t, text(t, bare(strings.ToLower(o.kind())+"-"+o.name(), pod)), "-n", ns)
				admitted.Add(1)
			}
		}
	})
}

// bare is the pod that a controller would make: a claim of a StatefulSet's template becomes a volume.
func bare(name string, spec object) object {
	volumes, _ := spec["volumes"].([]any)
	has := map[any]bool{}
	for _, v := range volumes {
		has[v.(map[string]any)["name"]] = true
	}
	if !has["data"] {
		volumes = append(volumes, map[string]any{"name": "data", "persistentVolumeClaim": map[string]any{"claimName": "data-controlwatch-0"}})
	}
	made := maps.Clone(spec)
	made["volumes"] = volumes
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name}, "spec": made}
}

// One right more than the chart gives, and the pod is refused: "restricted" is in force,
// and the chart needs none of these.
func (s *apiServer) rightsAreRefused(t *testing.T) {
	ns := s.namespace(t, "rights")
	_, all := render(t)
	s.apply(t, text(t, named(t, all, "ServiceAccount", "controlwatch")), "-n", ns)
	spec := named(t, all, "StatefulSet", "controlwatch").pod()
	pod := text(t, bare("daemon", spec))
	_, err := s.try(t, pod, "kubectl", "create", "--dry-run=server", "-n", ns, "-f", "-")
	require.NoError(t, err)
	for name, change := range map[string][2]string{
		"escalation":     {"allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"},
		"privileged":     {"allowPrivilegeEscalation: false", "privileged: true"},
		"a capability":   {"drop:", "add: [SYS_ADMIN]\n        drop:"},
		"root":           {"runAsUser: 65532", "runAsUser: 0"},
		"no seccomp":     {"type: RuntimeDefault", "type: Unconfined"},
		"the host's net": {"enableServiceLinks: false", "enableServiceLinks: false\n  hostNetwork: true"},
		"a host path":    {"persistentVolumeClaim:\n      claimName: data-controlwatch-0", "hostPath:\n      path: /"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(pod, change[0], change[1], 1)
			require.NotEqual(t, pod, changed)
			out, err := s.try(t, changed, "kubectl", "create", "--dry-run=server", "-n", ns, "-f", "-")
			require.Error(t, err)
			require.Contains(t, out, `violates PodSecurity "restricted:latest"`)
		})
	}
}

func (s *apiServer) unknownFieldsAreRefused(t *testing.T) {
	ns := s.namespace(t, "fields")
	_, all := render(t, "-f", "testdata/values/everything.yaml")
	_, pods := render(t, "-f", "testdata/values/eks.yaml")
	for _, kind := range []string{"ServiceMonitor", "PodMonitor", "PrometheusRule", "StatefulSet", "NetworkPolicy"} {
		o := named(t, append(all, pods...), kind, "controlwatch")
		o.at("metadata").(map[string]any)["namespace"] = ns
		s.apply(t, text(t, o), "--dry-run=server")
		o.at("spec").(map[string]any)["misspelt"] = "x"
		out, err := s.try(t, text(t, o), "kubectl", "apply", "--dry-run=server", "-f", "-")
		require.Error(t, err, kind)
		require.Contains(t, out, `unknown field "spec.misspelt"`)
	}
}

func text(t *testing.T, o object) string {
	t.Helper()
	made, err := yaml.Marshal(o)
	require.NoError(t, err)
	return string(made)
}
