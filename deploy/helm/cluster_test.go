//go:build kubernetes

package helm_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An API server judges what schemas cannot: admission, defaults, what may be changed.
func TestAtAnAPIServer(t *testing.T) {
	t.Parallel()
	s := start(t)
	t.Run("a release lives", s.releaseLives)
	t.Run("an upgrade takes what is usually changed", s.upgradesTake)
	t.Run("a volume's claim is never changed", s.claimsStay)
	t.Run("controllers make pods", s.controllersMakePods)
	t.Run("every pod is admitted", s.podsAreAdmitted)
	t.Run("pods with more rights are refused", s.rightsAreRefused)
	t.Run("what the operator does not know is refused", s.unknownFieldsAreRefused)
	t.Run("kustomize", s.kustomized)
}

// Install, upgrade with everything on, back, and gone.
func (s *apiServer) releaseLives(t *testing.T) {
	ns := s.namespace(t, "life")
	s.helm(t, "install", "controlwatch", "controlwatch", "-n", ns)
	least := s.objects(t, ns)
	require.Equal(t, []string{
		"ConfigMap/controlwatch", "NetworkPolicy/controlwatch", "PodDisruptionBudget/controlwatch", "Service/controlwatch",
		"Service/controlwatch-pods", "ServiceAccount/controlwatch", "StatefulSet/controlwatch",
	}, least)

	s.helm(t, "upgrade", "controlwatch", "controlwatch", "-n", ns, "-f", "testdata/values/everything.yaml")
	most := s.objects(t, ns)
	require.Subset(t, most, least)
	for _, added := range []string{
		"CronJob/controlwatch-backup", "Ingress/controlwatch", "Job/controlwatch-scan-2", "PersistentVolumeClaim/controlwatch-backup",
		"PrometheusRule/controlwatch", "ServiceMonitor/controlwatch",
	} {
		require.Contains(t, most, added)
	}
	// A Job cannot be changed: the second upgrade must make another one.
	s.helm(t, "upgrade", "controlwatch", "controlwatch", "-n", ns, "-f", "testdata/values/everything.yaml", "--set", "image.tag=v9,image.digest=")
	require.Contains(t, s.objects(t, ns), "Job/controlwatch-scan-3")

	s.helm(t, "rollback", "controlwatch", "1", "-n", ns)
	require.Equal(t, slices.Sorted(slices.Values(append(slices.Clone(least), "PersistentVolumeClaim/controlwatch-backup"))), s.objects(t, ns))
	s.helm(t, "uninstall", "controlwatch", "-n", ns)
	require.Equal(t, []string{"PersistentVolumeClaim/controlwatch-backup"}, s.objects(t, ns), "backups outlive the release")
	// Whoever comes back finds them.
	s.helm(t, "install", "controlwatch", "controlwatch", "-n", ns, "--set", "backup.enabled=true")
}

// Each on a release of the defaults: none touches what a StatefulSet, a Job or a
// Service holds fixed.
func (s *apiServer) upgradesTake(t *testing.T) {
	ns := s.namespace(t, "upgrades")
	files, err := filepath.Glob("testdata/values/*.yaml")
	require.NoError(t, err)
	newer := newerChart(t)
	s.helm(t, "install", "controlwatch", "controlwatch", "-n", ns)
	for name, args := range changes(files) {
		t.Run(name, func(t *testing.T) {
			s.helm(t, append([]string{"upgrade", "controlwatch", "controlwatch", "-n", ns, "--reset-values"}, args...)...)
			s.helm(t, append([]string{"upgrade", "controlwatch", newer, "-n", ns, "--reset-values"}, args...)...)
		})
	}
}

func changes(files []string) map[string][]string {
	all := map[string][]string{
		"the image":        {"--set", "image.tag=v9"},
		"memory":           {"--set", "resources.requests.memory=1Gi,resources.limits.memory=2Gi"},
		"labels":           {"--set", "podLabels.team=security,podAnnotations.note=x"},
		"an identity":      {"--set-string", `serviceAccount.annotations.eks\.amazonaws\.com/role-arn=arn:aws:iam::1:role/x`},
		"secrets":          {"--set", "logKey.secretName=log,apiToken.secretName=api,secretEnv[0].name=A,secretEnv[0].secretName=b,secretEnv[0].key=c"},
		"another uid":      {"--set", "security.uid=1000,security.gid=1000"},
		"a place":          {"--set", "nodeSelector.disk=ssd,tolerations[0].operator=Exists"},
		"a configuration":  {"--set", "config.scope.categories={Security,Availability}"},
		"the time to stop": {"--set", "terminationGracePeriodSeconds=120,startupSeconds=60"},
		"a load balancer":  {"--set", "service.type=LoadBalancer,service.port=80"},
		"nothing optional": {"--set", "networkPolicy.enabled=false,config.web.allow_unauthenticated=a mesh asks,podDisruptionBudget.enabled=false,tests.verify=false"},
	}
	for _, file := range files {
		switch name := strings.TrimSuffix(filepath.Base(file), ".yaml"); name {
		case "existing-claims", "long-name", "azure", "eks": // another claim, name or size: another StatefulSet
		default:
			all[name] = []string{"-f", file}
		}
	}
	return all
}

// newerChart is the chart of a release to come: its versions stand in labels.
func newerChart(t *testing.T) string {
	t.Helper()
	chart := filepath.Join(t.TempDir(), "controlwatch")
	require.NoError(t, os.CopyFS(chart, os.DirFS("controlwatch")))
	file := filepath.Join(chart, "Chart.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	changed := strings.NewReplacer("\nversion: ", "\nversion: 9", "\nappVersion: devel", "\nappVersion: v9.0.0").Replace(string(text))
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o600))
	return chart
}

// What Kubernetes holds fixed is refused whole, and the release stays as it was. The
// README says how it is changed.
func (s *apiServer) claimsStay(t *testing.T) {
	ns := s.namespace(t, "claims")
	s.helm(t, "install", "controlwatch", "controlwatch", "-n", ns)
	claim := func() string {
		return s.kubectl(t, "get", "statefulset", "controlwatch", "-n", ns, "-o", "jsonpath={.spec.volumeClaimTemplates}")
	}
	before := claim()
	for _, set := range []string{"persistence.size=10Gi", "persistence.storageClass=fast", "persistence.annotations.a=b", "persistence.existingClaim=mine"} {
		out, err := s.try(t, "", "helm", "upgrade", "controlwatch", "controlwatch", "-n", ns, "--set", set)
		require.Error(t, err, set)
		require.Contains(t, out, "updates to statefulset spec for fields other than", set)
		require.Equal(t, before, claim())
	}
	// The way out that the README names.
	before = s.pod(t, ns, "")
	s.kubectl(t, "delete", "statefulset", "controlwatch", "-n", ns, "--cascade=orphan")
	require.Equal(t, before, s.pod(t, ns, ""), "the daemon goes on meanwhile")
	s.helm(t, "upgrade", "controlwatch", "controlwatch", "-n", ns, "--set", "persistence.size=10Gi")
	require.Contains(t, claim(), "10Gi")
}

func (s *apiServer) kustomized(t *testing.T) {
	folder := "../kustomize"
	s.apply(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: controlwatch}\n") // a dry run creates none
	require.NotContains(t, strings.ToLower(s.kubectl(t, "apply", "-k", folder, "--dry-run=server")), "warn")
	require.Empty(t, s.objects(t, "controlwatch"), "a dry run leaves nothing")
	s.kubectl(t, "apply", "-k", folder)
	require.Contains(t, s.objects(t, "controlwatch"), "StatefulSet/controlwatch")
	require.Equal(t, "restricted", s.kubectl(t, "get", "namespace", "controlwatch", "-o", `jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}`))
	s.kubectl(t, "apply", "-k", folder) // again: nothing is rolled out
	require.Equal(t, "1", s.kubectl(t, "get", "statefulset", "controlwatch", "-n", "controlwatch", "-o", "jsonpath={.metadata.generation}"))
	out, err := s.try(t, strings.ReplaceAll(privileged, "NAME", "intruder"), "kubectl", "apply", "-n", "controlwatch", "-f", "-")
	require.Error(t, err)
	require.Contains(t, out, `violates PodSecurity "restricted:latest"`)
	s.kubectl(t, "delete", "-k", folder, "--wait=false")
}

// objects are those that the chart makes in a namespace, as Kind/name.
func (s *apiServer) objects(t *testing.T, ns string) []string {
	t.Helper()
	found := map[string]bool{}
	for _, kind := range []string{
		"configmap", "networkpolicy", "poddisruptionbudget", "service", "serviceaccount", "statefulset", "cronjob", "job", "ingress",
		"persistentvolumeclaim", "prometheusrule", "servicemonitor", "podmonitor", "secret",
	} {
		out := s.kubectl(t, "get", kind, "-n", ns, "-o", `jsonpath={range .items[*]}{.kind}/{.metadata.name}{"\n"}{end}`)
		for line := range strings.Lines(out) {
			if name := strings.TrimSpace(line); !strings.HasPrefix(name, "Secret/sh.helm.release.") && !strings.HasSuffix(name, "kube-root-ca.crt") && name != "ServiceAccount/default" && name != "PersistentVolumeClaim/data-controlwatch-0" {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
