package admin

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

const canary = "canary-4f1d"

func read(t *testing.T, text string) config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	c, err := config.Read(file, func(name string) string { return canary + " of " + name })
	require.NoError(t, err)
	return c
}

func of(t *testing.T, text, key string, env map[string]string) Settings {
	t.Helper()
	s, err := Of(Input{
		Config: read(t, text), Program: Program{Version: "v1", SHA256: "abc"}, Conceal: Concealer{Key: []byte(key)},
		Env: func(name string) string { return env[name] },
	})
	require.NoError(t, err)
	return s
}

// Every text that a provider's settings can hold is a canary at one time, written
// down and from the environment. What is shown of it must be on the list of what
// holds no secret, and the list of what is shown is told here once more.
func TestNoSettingThatMayBeSecretIsShown(t *testing.T) {
	t.Parallel()
	secret := map[string]bool{}
	for _, provider := range collectors.Providers {
		for _, leaf := range leaves(reflect.TypeOf(provider.Settings()).Elem(), "") {
			for _, value := range []string{canary, "${env:X}"} {
				text := fmt.Sprintf("sources:\n  - provider: %s\n    settings: %s\n", provider.Name, nested(strings.Split(leaf, "."), value))
				settings := of(t, text, "key", nil)
				entries, err := Step{Before: Settings{}, After: settings}.Records()
				require.NoError(t, err)
				b, err := json.Marshal(entries)
				require.NoError(t, err)
				if strings.Contains(string(b), canary) {
					require.Contains(t, plainSettings[provider.Name], leaf)
				} else {
					secret[provider.Name+" "+leaf] = true
				}
			}
		}
	}
	require.Equal(t, map[string]bool{"aws roles.external_id": true, "github token": true, "okta token": true}, secret,
		"a new setting: put it into plainSettings if it can hold no secret, here if it can")
}

// leaves are the paths of texts and numbers in a struct of settings.
func leaves(t reflect.Type, at string) []string {
	switch {
	case t.Kind() == reflect.Pointer:
		return leaves(t.Elem(), at)
	case t.Kind() == reflect.Slice:
		return leaves(t.Elem(), at)
	case t.Kind() != reflect.Struct:
		return []string{strings.TrimPrefix(at, ".")}
	}
	var out []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			out = append(out, leaves(field.Type, at+"."+name)...)
		}
	}
	return out
}

func nested(path []string, value string) string {
	if len(path) == 1 {
		return "{" + path[0] + `: "` + value + `"}`
	}
	return "{" + path[0] + ": [" + nested(path[1:], value) + "]}"
}

// The rest of the file: where a secret can stand it is a canary, and none is shown.
func TestNoSecretOfTheFileIsShown(t *testing.T) {
	t.Parallel()
	settings := of(t, `
network: {proxy: "http://user:`+canary+`@proxy.example.com:3128"}
sources: [{provider: github, settings: {organizations: [acme], token: "`+canary+`", base_url: "https://u:`+canary+`@github.example.com/api?token=`+canary+`"}}]
evidence:
  log:
    anchors:
      - name: witness
        webhook: {url: "https://hooks.example.com/`+canary+`", secret: "${env:HOOK}"}
      - name: bucket
        s3: {bucket: acme-log, region: eu-west-1, credentials: {access_key_id: "${env:ID}", secret_access_key: "${env:KEY}"}}
`, "key", map[string]string{"HOOK": canary, "ID": canary, "KEY": canary, "GITHUB_TOKEN": canary, "CONTROLWATCH_API_TOKEN": canary})
	b, err := json.Marshal(settings)
	require.NoError(t, err)
	require.NotContains(t, string(b), canary)
	require.Contains(t, settings["network.proxy"], "http://proxy.example.com:3128, and not shown (digest ")
	require.Contains(t, settings["evidence.log.anchors.witness.webhook.secret"], "from ${env:HOOK}")
	require.Contains(t, settings["environment.GITHUB_TOKEN"], "not shown (digest ")
	require.Equal(t, "acme", settings["sources.github.settings.organizations[0]"])
	require.Equal(t, "acme-log", settings["evidence.log.anchors.bucket.s3.bucket"])
}

// A secret that was replaced is a change of credentials; nothing else is.
func TestASecretThatWasReplacedIsSeen(t *testing.T) {
	t.Parallel()
	const file = "sources: [{provider: github, settings: {organizations: [acme], token: %s}}]\n"
	one, two := of(t, fmt.Sprintf(file, "ghp_one"), "key", nil), of(t, fmt.Sprintf(file, "ghp_two"), "key", nil)
	changes := Changes(one, two)
	require.Len(t, changes, 1)
	require.Len(t, changes[Secrets], 1)
	require.Equal(t, "sources.github.settings.token", changes[Secrets][0].Path)
	require.False(t, changes[Secrets][0].Unknown)
	require.Equal(t, one, of(t, fmt.Sprintf(file, "ghp_one"), "key", nil))
	other := Changes(one, of(t, fmt.Sprintf(file, "ghp_one"), "another key", nil))
	require.True(t, other[Secrets][0].Unknown, "digests under two keys say nothing")
}

func TestEachChangeIsOfItsKind(t *testing.T) {
	t.Parallel()
	const before = `
scope: {categories: [Security]}
sources:
  - {provider: aws, schedule: "0 * * * *", settings: {regions: [eu-west-1]}}
decisions:
  - {id: D-1, kind: acceptance, control: c, reason: r, requester: Ada, approver: Grace, expires: 2027-01-01}
`
	for kind, text := range map[string]string{
		Scope:     strings.Replace(before, "eu-west-1", "eu-west-2", 1),
		Schedule:  strings.Replace(before, `"0 * * * *"`, `"5 * * * *"`, 1),
		Decisions: strings.Replace(before, "2027-01-01", "2027-02-01", 1),
		Params:    before + "controls: {parameters: {people-use-multi-factor-sign-in: {days: 3}}}\n",
		People:    before + "identities: [{name: Ada}]\n",
		Retention: before + "evidence: {answers: {keep: 48h}}\n",
		Generic:   before + "listen: 127.0.0.1:1\n",
		Routing:   before + "confirm: {pulls: 3}\n",
	} {
		changes := Changes(of(t, before, "key", nil), of(t, text, "key", nil))
		require.Len(t, changes, 1, "%s: %v", kind, changes)
		require.NotEmpty(t, changes[kind])
	}
	program := Changes(Settings{"program.sha256": "a", "catalogue.x": "1"}, Settings{"program.sha256": "b", "catalogue.x": "2"})
	require.Len(t, program[Upgrade], 1)
	require.Len(t, program[Catalogue], 1)
}

func TestRecordsSayWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	cfg := read(t, `
sources: [{provider: aws}]
identities: [{name: Ada}, {name: Grace}]
decisions:
  - {id: D-1, kind: acceptance, control: c, reason: r, requester: Ada, approver: Grace, expires: 2027-01-01}
  - {id: D-2, kind: acceptance, control: c, reason: r, requester: Ada, approver: Linus, expires: 2027-01-01}
`)
	step := Step{
		Before: Settings{"decisions.D-1.reason": "x", "change.reference": "CHG-1"}, After: Settings{"change.reference": "CHG-1"}, Config: cfg,
		Actor: evidence.Actor{Name: "root"}, Change: soc2.ChangeReference{Reference: "CHG-1", ApprovedBy: "Grace"},
	}
	entries, err := step.Records()
	require.NoError(t, err)
	require.Len(t, entries, 2)
	act := Act(entries[0])
	require.Equal(t, Decisions, act.Kind)
	require.True(t, act.Change.Reused, "the reference is that of an earlier change")
	require.Contains(t, strings.Join(act.Notes, "\n"), "only that their names differ: D-2")
	require.Equal(t, "root (identity not verified)", act.Actor.String())
	step.After = step.Before
	entries, err = step.Records()
	require.NoError(t, err)
	require.Empty(t, entries, "nothing changed")
}
