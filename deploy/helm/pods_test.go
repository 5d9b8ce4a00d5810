//go:build kubernetes

package helm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What controllers make of the chart, up to the pod that a node would be given.
func (s *apiServer) controllersMakePods(t *testing.T) {
	ns := s.namespace(t, "controllers")
	s.helm(t, "install", "controlwatch", "controlwatch", "-n", ns, "--set", "backup.enabled=true,scanJob.enabled=true,image.tag=none")
	first := s.pod(t, ns, "")
	require.Equal(t, "5Gi", s.kubectl(t, "get", "pvc", "data-controlwatch-0", "-n", ns, "-o", "jsonpath={.spec.resources.requests.storage}"))
	s.made(t, ns, "app.kubernetes.io/component=scan")
	s.kubectl(t, "create", "job", "-n", ns, "now", "--from=cronjob/controlwatch-backup")
	s.made(t, ns, "app.kubernetes.io/component=backup")

	// No node runs it, so it was never ready: as with an image that does not exist. What mends it must replace it.
	s.helm(t, "upgrade", "controlwatch", "controlwatch", "-n", ns, "--set", "image.tag=v9")
	second := s.pod(t, ns, first)
	image := s.kubectl(t, "get", "pod", "controlwatch-0", "-n", ns, "-o", "jsonpath={.spec.containers[0].image}")
	require.True(t, strings.HasSuffix(image, ":v9"), image)
	// The daemon takes up a changed configuration itself: a restart would cost a pull under way.
	generation := func() string {
		return s.kubectl(t, "get", "statefulset", "controlwatch", "-n", ns, "-o", "jsonpath={.metadata.generation}")
	}
	before := generation()
	s.helm(t, "upgrade", "controlwatch", "controlwatch", "-n", ns, "--set", "image.tag=v9,config.scope.categories={Security,Availability}")
	require.Contains(t, s.kubectl(t, "get", "configmap", "controlwatch", "-n", ns, "-o", "yaml"), "Availability")
	require.Equal(t, before, generation())
	require.Equal(t, second, s.pod(t, ns, ""))

	s.helm(t, "uninstall", "controlwatch", "-n", ns)
	s.kubectl(t, "wait", "--for=delete", "pod/controlwatch-0", "-n", ns, "--timeout=60s")
	require.Equal(t, "persistentvolumeclaim/controlwatch-backup\npersistentvolumeclaim/data-controlwatch-0\n",
		s.kubectl(t, "get", "pvc", "-n", ns, "-o", "name"), "evidence outlives the release")
	s.kubectl(t, "delete", "namespace", ns, "--timeout=120s")
}

// pod is the daemon's, once it is there and another than the one before.
func (s *apiServer) pod(t *testing.T, ns, before string) string {
	t.Helper()
	var uid string
	require.Eventually(t, func() bool {
		out, err := s.try(t, "", "kubectl", "get", "pod", "controlwatch-0", "-n", ns, "-o", "jsonpath={.metadata.uid}")
		uid = out
		return err == nil && out != before
	}, time.Minute, 200*time.Millisecond)
	return uid
}

func (s *apiServer) made(t *testing.T, ns, label string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return s.kubectl(t, "get", "pod", "-n", ns, "-l", label, "-o", "name") != ""
	}, time.Minute, 200*time.Millisecond, label)
}
