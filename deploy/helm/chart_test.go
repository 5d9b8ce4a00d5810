//go:build chart

package helm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestHelmFindsNoFault(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/values/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		out, err := helm(t, "lint", "controlwatch", "--strict", "-f", file)
		require.NoError(t, err, "%s: %s", file, out)
	}
}

func TestWhatIsRenderedIsKubernetes(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, text string, _ []object) {
		require.NoError(t, conforms(t, text))
		require.Error(t, conforms(t, strings.Replace(text, "replicas:", "replicaz:", 1)), "the judge refuses nothing")
	})
}

func conforms(t *testing.T, text string) error {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "kubeconform", "-strict", "-schema-location", "testdata/schemas/{{.ResourceKind}}{{.KindSuffix}}.json")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Log(string(out))
	}
	return err
}

// What kube-score asks and the chart does not do: a limit of CPU, which would only
// slow a judgement down, and pulling an image that has a digest or a version again.
func TestKubeScoreFindsNoFault(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, text string, _ []object) {
		faults := scored(t, text)
		if strings.Contains(text, "kind: NetworkPolicy") {
			require.Empty(t, faults)
			return
		}
		require.NotEmpty(t, faults, "least.yaml takes away what it asks: the judge finds nothing")
	})
}

func scored(t *testing.T, text string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "kube-score", "score", "--ignore-test", "container-image-pull-policy", "--ignore-container-cpu-limit", "-o", "ci", "-")
	cmd.Stdin = strings.NewReader(text)
	out, _ := cmd.Output() // fails when it finds something; what it found is judged
	require.Contains(t, string(out), "[OK]", "kube-score said nothing")
	var faults []string
	for line := range strings.SplitSeq(string(out), "\n") {
		if strings.HasPrefix(line, "[CRITICAL]") || strings.HasPrefix(line, "[WARNING]") {
			faults = append(faults, line)
		}
	}
	return faults
}

// Pod Security "restricted", and what it does not ask: a root that is not
// written to, no token, and an image that is the same for all.
func TestEveryPodIsRestricted(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, _ string, all []object) {
		images := map[any]bool{}
		for _, o := range all {
			pod := o.pod()
			if pod == nil {
				continue
			}
			require.Equal(t, false, pod["automountServiceAccountToken"], o.name())
			require.Equal(t, true, pod.at("securityContext", "runAsNonRoot"), o.name())
			require.EqualValues(t, 65532, pod.at("securityContext", "runAsUser"), o.name())
			require.Equal(t, "RuntimeDefault", pod.at("securityContext", "seccompProfile", "type"), o.name())
			require.Equal(t, "OnRootMismatch", pod.at("securityContext", "fsGroupChangePolicy"), o.name())
			for _, key := range []string{"hostNetwork", "hostPID", "hostIPC", "initContainers"} {
				require.NotContains(t, pod, key, o.name())
			}
			for _, v := range pod["volumes"].([]any) {
				require.NotContains(t, v, "hostPath", o.name())
			}
			for _, c := range pod.containers() {
				images[c["image"]] = true
				require.Equal(t, map[string]any{
					"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
					"capabilities": map[string]any{"drop": []any{"ALL"}},
				}, c["securityContext"], o.name())
				for _, m := range c["volumeMounts"].([]any) {
					require.NotContains(t, m, "subPath", "a subPath is never updated")
				}
			}
		}
		require.Len(t, images, 1)
	})
}

func TestTheDaemonReadsItsConfiguration(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, _ string, all []object) {
		for _, o := range all {
			if text, ok := o.at("data", "controlwatch.yaml").(string); ok {
				file := filepath.Join(t.TempDir(), "controlwatch.yaml")
				require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
				c, err := config.Read(file, func(string) string { return "given" })
				require.NoError(t, err)
				require.Equal(t, "0.0.0.0:9464", c.Listen)
				require.Equal(t, "0.0.0.0:9465", c.Web.Probes, "where the probes look")
				return
			}
		}
		require.Fail(t, "no configuration")
	})
}

// A number that Helm takes for a float is another number in the evidence.
func TestNumbersOfTheConfigurationStayAsTheyAre(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "values.yaml")
	require.NoError(t, os.WriteFile(file, []byte("config: {sources: [{provider: aws, settings: {account: 123456789012, days: 30}}]}\n"), 0o600))
	_, all := render(t, "-f", file)
	text := named(t, all, "ConfigMap", "controlwatch").at("data", "controlwatch.yaml")
	require.Contains(t, text, "account: 123456789012\n")
	require.Contains(t, text, "days: 30\n")
}

// Every secret is named, never held; what a release needs is what the values say.
func TestSecretsAreReferences(t *testing.T) {
	t.Parallel()
	_, all := render(t, "-f", "testdata/values/eks.yaml")
	env := map[string]any{}
	for _, e := range named(t, all, "StatefulSet", "controlwatch").pod().containers()[0]["env"].([]any) {
		v := e.(map[string]any)
		env[v["name"].(string)] = object(v).at("valueFrom", "secretKeyRef", "name")
	}
	require.Equal(t, map[string]any{
		"CONTROLWATCH_LOG_KEY": "controlwatch-log", "CONTROLWATCH_API_TOKEN": "controlwatch-api", "GITHUB_TOKEN": "controlwatch-github",
		"CONTROLWATCH_STORE": nil, "TMPDIR": nil, "AWS_REGION": nil, "GOMEMLIMIT": nil,
	}, env)
	require.Contains(t, named(t, all, "ServiceAccount", "controlwatch").at("metadata", "annotations"), "eks.amazonaws.com/role-arn")

	_, all = render(t, "-f", "testdata/values/everything.yaml")
	require.Contains(t, named(t, all, "StatefulSet", "controlwatch").pod().containers()[0]["volumeMounts"],
		map[string]any{"name": "secret-controlwatch-okta", "mountPath": "/run/secrets/controlwatch-okta", "readOnly": true})
}

// A configuration names folders; whoever reads it must find them, and change nothing in them.
func TestWhoReadsTheConfigurationSeesItsFolders(t *testing.T) {
	t.Parallel()
	_, all := render(t, "-f", "testdata/values/everything.yaml")
	read := 0
	for _, o := range all {
		pod := o.pod()
		if pod == nil {
			continue
		}
		require.Contains(t, pod["volumes"], map[string]any{"name": "extra-facts", "configMap": map[string]any{"name": "controlwatch-facts"}}, o.name())
		for _, c := range pod.containers() {
			require.Contains(t, c["volumeMounts"], map[string]any{"name": "extra-facts", "mountPath": "/etc/controlwatch-facts", "readOnly": true}, o.name())
			read++
		}
	}
	require.Equal(t, 6, read)
}

// Whoever has the key can write another history in the log's name: a scan with a
// store of its own would.
func TestOnlyWritersOfTheLogHaveItsKey(t *testing.T) {
	t.Parallel()
	_, all := render(t, "-f", "testdata/values/eks.yaml", "--set", "backup.enabled=true,scanJob.enabled=true")
	holders := map[string][]string{}
	for _, o := range all {
		if pod := o.pod(); pod != nil {
			for _, c := range pod.containers() {
				for _, e := range c["env"].([]any) {
					variable := e.(map[string]any)["name"].(string)
					holders[variable] = append(holders[variable], c["name"].(string))
				}
			}
		}
	}
	require.ElementsMatch(t, []string{"controlwatch", "backup"}, holders["CONTROLWATCH_LOG_KEY"])
	require.Equal(t, []string{"controlwatch"}, holders["CONTROLWATCH_API_TOKEN"])
	require.Len(t, holders["GITHUB_TOKEN"], 6)
}

// A volume of one node, and SQLite's shared memory: who opens the store stands
// beside the daemon, and who does not, need not.
func TestWhoOpensTheStoreStandsBesideTheDaemon(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, text string, all []object) {
		for _, o := range all {
			pod := o.pod()
			if pod == nil || o.kind() == "StatefulSet" {
				continue
			}
			opens := false
			for _, v := range pod["volumes"].([]any) {
				opens = opens || v.(map[string]any)["name"] == "data" && object(v.(map[string]any))["persistentVolumeClaim"] != nil
			}
			require.Equal(t, opens, pod.at("affinity", "podAffinity") != nil, o.name())
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ set, says string }{
		"a second replica":          {"replicas=2", "replicas"},
		"no replica":                {"replicas=0", "replicas"},
		"another store":             {"store.type=postgresql", "store/type"},
		"an address of its own":     {"config.listen=127.0.0.1:1", "config.listen is set by the chart"},
		"a store of its own":        {"config.store=sqlite:/tmp/x.db", "config.store is set by the chart"},
		"nothing to look at":        {"config.sources=null", "config.sources"},
		"a text that is no YAML":    {"configText=a: b: c", "configText"},
		"a text that listens apart": {"configText=sources: [{provider: aws}]", "listen must be"},
		"probes of its own":         {"config.web.probes=0.0.0.0:1", "config.web.probes is set by the chart"},
		"a text without probes":     {"configText=listen: 0.0.0.0:9464", "web.probes must be"},
		"nobody known, no policy":   {"networkPolicy.enabled=false", "nothing makes known who asks"},
		"a scheme that is none":     {"serviceMonitor.scheme=ftp", "serviceMonitor/scheme"},
		"two monitors":              {"serviceMonitor.enabled=true,podMonitor.enabled=true", "every series would be there twice"},
		"the log's key on a scan":   {"scanJob.enabled=true,config.evidence.log.key.env=KEY", "config.evidence.log.key"},
		"a secret as plain text":    {"env[0].name=GITHUB_TOKEN,env[0].value=x", "env/0/name"},
		"root":                      {"security.uid=0", "security/uid"},
		"a shared volume":           {"persistence.accessModes={ReadWriteMany}", "accessModes"},
		"a digest that is none":     {"image.digest=latest", "digest"},
		"a misspelt value":          {"replica=1", "replica"},
		"an Ingress for all hosts":  {"ingress.enabled=true", "ingress.host"},
		"a folder of the node":      {"extraVolumes[0].name=x,extraVolumes[0].hostPath.path=/", "hostPath"},
		"a mount over the evidence": {"extraVolumeMounts[0].name=x,extraVolumeMounts[0].mountPath=/data/x", "mountPath"},
		"too little time to stop":   {"terminationGracePeriodSeconds=1", "terminationGracePeriodSeconds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := helm(t, "template", "controlwatch", "controlwatch", "--set", c.set)
			require.Error(t, err)
			require.Contains(t, out, c.says)
		})
	}
}

// The rules are rendered when there are any, with their own templates untouched.
func TestRulesAreRenderedAsTheyAre(t *testing.T) {
	t.Parallel()
	chart := filepath.Join(t.TempDir(), "controlwatch")
	require.NoError(t, os.CopyFS(chart, os.DirFS("controlwatch")))
	rules := "groups:\n  - name: controlwatch\n    rules:\n      - alert: Down\n        expr: up == 0\n        annotations:\n          summary: '{{ $labels.job }} is down'\n"
	for text, rendered := range map[string]bool{rules: true, "": false, "\n": false} {
		require.NoError(t, os.WriteFile(filepath.Join(chart, "files", "rules.yaml"), []byte(text), 0o600))
		out, err := helm(t, "template", "controlwatch", chart, "--set", "prometheusRule.enabled=true")
		require.NoError(t, err, out)
		require.Equal(t, rendered, strings.Contains(out, "{{ $labels.job }} is down"))
		require.NoError(t, conforms(t, out))
	}
}

// Without a request the runtime would be told of a limit of 0.
func TestTheMemoryLimitIsThatOfTheRequest(t *testing.T) {
	t.Parallel()
	text, _ := render(t)
	require.Contains(t, text, "resource: requests.memory")
	text, _ = render(t, "-f", "testdata/values/least.yaml", "--set", "tests.verify=false")
	require.NotContains(t, text, "GOMEMLIMIT")
}

// Selected twice, each series would be there twice; and rules ask for job="controlwatch".
func TestTheDaemonIsScrapedOnce(t *testing.T) {
	t.Parallel()
	for monitor, kinds := range map[string][]string{"ServiceMonitor": {"Service"}, "PodMonitor": {"StatefulSet", "Job", "CronJob", "Pod"}} {
		value := strings.ToLower(monitor[:1]) + monitor[1:] + ".enabled=true"
		text, err := helm(t, "template", "acme", "controlwatch", "--set", value+",scanJob.enabled=true,backup.enabled=true")
		require.NoError(t, err, text)
		all := objects(t, text)
		spec := object(named(t, all, monitor, "acme-controlwatch").at("spec").(map[string]any))
		var selected []string
		for _, o := range all {
			if !slices.Contains(kinds, o.kind()) {
				continue
			}
			labels := o.at("metadata", "labels").(map[string]any)
			for _, path := range [][]string{{"spec", "template", "metadata", "labels"}, {"spec", "jobTemplate", "spec", "template", "metadata", "labels"}} {
				if of, made := o.at(path...).(map[string]any); made {
					labels = of
				}
			}
			matches := true
			for key, value := range spec.at("selector", "matchLabels").(map[string]any) {
				matches = matches && labels[key] == value
			}
			if matches {
				selected = append(selected, o.kind()+"/"+o.name())
				require.Equal(t, "controlwatch", labels[spec.at("jobLabel").(string)])
			}
		}
		require.Equal(t, []string{kinds[0] + "/acme-controlwatch"}, selected)
	}
}

// Nothing is served to anybody in silence: the reason stands in the configuration.
func TestWhoMayAskIsSaid(t *testing.T) {
	t.Parallel()
	for set, reason := range map[string]string{
		"networkPolicy.enabled=true":                                               "allow_unauthenticated: the NetworkPolicy of this release says who reaches it",
		"config.web.config_file=/run/web.yaml":                                     "config_file: /run/web.yaml",
		"config.web.bearer_tokens[0]=${env:TOKEN}":                                 "- ${env:TOKEN}",
		"networkPolicy.enabled=false,config.web.allow_unauthenticated=a mesh asks": "allow_unauthenticated: a mesh asks",
	} {
		_, all := render(t, "--set", set)
		text := named(t, all, "ConfigMap", "controlwatch").at("data", "controlwatch.yaml")
		require.Contains(t, text, reason, set)
		require.Equal(t, strings.Contains(reason, "allow_unauthenticated"), strings.Contains(text.(string), "allow_unauthenticated"), set)
	}
}

func TestPrometheusSignsIn(t *testing.T) {
	t.Parallel()
	_, all := render(t, "-f", "testdata/values/everything.yaml")
	endpoint := named(t, all, "ServiceMonitor", "controlwatch").at("spec", "endpoints").([]any)[0].(map[string]any)
	require.Equal(t, "https", endpoint["scheme"])
	require.Equal(t, "ca.crt", object(endpoint).at("tlsConfig", "ca", "secret", "key"))
	require.Equal(t, "scraper", object(endpoint).at("basicAuth", "password", "name"))
	_, all = render(t, "-f", "testdata/values/eks.yaml")
	endpoint = named(t, all, "PodMonitor", "controlwatch").at("spec", "podMetricsEndpoints").([]any)[0].(map[string]any)
	require.Equal(t, "token", object(endpoint).at("authorization", "credentials", "key"))
}
