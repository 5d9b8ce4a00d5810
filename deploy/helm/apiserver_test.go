//go:build kubernetes

package helm_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// apiServer is a Kubernetes without a node: objects are admitted, validated and kept, and
// controllers make pods of them. No scheduler places these, and no kubelet runs any.
type apiServer struct {
	dir     string
	address string
}

// start runs etcd and kube-apiserver until the test ends.
func start(t *testing.T) *apiServer {
	t.Helper()
	for program, get := range map[string]string{
		"etcd": "apt-get install etcd-server", "kube-apiserver": "make kubernetes builds it",
		"kube-controller-manager": "make kubernetes builds it", "helm": "make kubernetes builds it", "kubectl": "apt-get install kubernetes-client",
	} {
		_, err := exec.LookPath(program)
		require.NoError(t, err, get)
	}
	s := &apiServer{dir: t.TempDir(), address: "127.0.0.1:" + freePort(t)}
	store, peers := "http://127.0.0.1:"+freePort(t), "http://127.0.0.1:"+freePort(t)
	s.daemon(t, "etcd", "--data-dir", filepath.Join(s.dir, "etcd"), "--listen-client-urls", store, "--advertise-client-urls", store,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default="+peers)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signer := s.file(t, "sa.key", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	_, port, err := net.SplitHostPort(s.address)
	require.NoError(t, err)
	s.daemon(t, "kube-apiserver", "--etcd-servers="+store, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port="+port,
		"--cert-dir="+filepath.Join(s.dir, "certs"), "--service-account-issuer=https://"+s.address, "--service-account-key-file="+signer,
		"--service-account-signing-key-file="+signer, "--token-auth-file="+s.file(t, "tokens.csv", `admin,admin,uid,"system:masters"`),
		"--authorization-mode=RBAC", "--allow-privileged=true", "--service-cluster-ip-range=10.0.0.0/24")
	s.file(t, "kubeconfig", fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: test\n"+
		"clusters: [{name: test, cluster: {server: \"https://%s\", insecure-skip-tls-verify: true}}]\n"+
		"users: [{name: test, user: {token: admin}}]\ncontexts: [{name: test, context: {cluster: test, user: test}}]\n", s.address))
	require.Eventually(t, func() bool {
		out, err := s.try(t, "", "kubectl", "get", "--raw", "/readyz")
		return err == nil && out == "ok"
	}, time.Minute, 200*time.Millisecond, "see %s", s.dir)
	s.customResources(t)
	s.daemon(t, "kube-controller-manager", "--kubeconfig="+filepath.Join(s.dir, "kubeconfig"), "--leader-elect=false", "--secure-port=0",
		"--service-account-private-key-file="+signer, "--controllers=statefulset-controller,job-controller,cronjob-controller,"+
			"serviceaccount-controller,namespace-controller,garbage-collector-controller,disruption-controller,persistentvolumeclaim-protection-controller")
	return s
}

// customResources are those of the Prometheus operator, from its module.
func (s *apiServer) customResources(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/prometheus-operator/prometheus-operator@v0.85.0")
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	out, err := cmd.Output()
	require.NoError(t, err)
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &module))
	for _, name := range []string{"servicemonitors", "podmonitors", "prometheusrules"} {
		s.kubectl(t, "apply", "--server-side", "-f", filepath.Join(module.Dir, "example", "prometheus-operator-crd", "monitoring.coreos.com_"+name+".yaml"))
		s.kubectl(t, "wait", "--for=condition=Established", "crd/"+name+".monitoring.coreos.com")
	}
}

// namespace is a new one in which Pod Security "restricted" is in force, as in deploy/kustomize.
func (s *apiServer) namespace(t *testing.T, name string) string {
	t.Helper()
	s.apply(t, fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n  labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted}\n", name))
	return name
}

func (s *apiServer) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.try(t, "", "kubectl", args...)
	require.NoError(t, err, "kubectl %s: %s", args, out)
	return out
}

func (s *apiServer) apply(t *testing.T, text string, args ...string) {
	t.Helper()
	out, err := s.try(t, text, "kubectl", append([]string{"apply", "-f", "-"}, args...)...)
	require.NoError(t, err, out)
}

// helm must succeed and be told of nothing: Pod Security only warns of a workload
// whose pods it is going to refuse.
func (s *apiServer) helm(t *testing.T, args ...string) {
	t.Helper()
	out, err := s.try(t, "", "helm", args...)
	require.NoError(t, err, "helm %s: %s", args, out)
	require.NotContains(t, strings.ToLower(out), "warn", "helm %s", args)
}

// try gives all that the program says.
func (s *apiServer) try(t *testing.T, input, program string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &out
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(s.dir, "kubeconfig"), "HOME="+s.dir,
		"HELM_CACHE_HOME="+s.dir, "HELM_CONFIG_HOME="+s.dir, "HELM_DATA_HOME="+s.dir)
	err := cmd.Run()
	return out.String(), err
}

func (s *apiServer) file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// daemon ends with the test, the last one started first: without etcd the API server hangs.
func (s *apiServer) daemon(t *testing.T, program string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(s.dir, program+".log"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, s.dir
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // ended by a signal
		require.NoError(t, log.Close())
	})
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}
