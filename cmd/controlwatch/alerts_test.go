package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// Every kind that a configuration can name has a receiver, in the order it is listed.
func TestEveryKindOfReceiverIsMade(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, k := range receiverKinds {
		kinds = append(kinds, k.kind)
		require.NotNil(t, k.make)
	}
	require.Equal(t, config.ReceiverKinds, kinds)
	schema, err := configSchema()
	require.NoError(t, err)
	for _, kind := range kinds {
		require.Contains(t, string(schema), `"`+kind+`"`)
	}
}

type saidReceiver struct {
	name string
	got  *[]alert.Notice
	err  error
}

func (r saidReceiver) Name() string { return r.name }
func (r saidReceiver) Kind() string { return "slack" }
func (r saidReceiver) Send(_ context.Context, n alert.Notice) error {
	*r.got = append(*r.got, n)
	return r.err
}

const alertsConfig = `sources:
  - provider: aws
store: sqlite:%s
alerts:
  receivers:
    - name: ops
      kind: slack
      slack: {webhook_url: "${env:SLACK}"}
    - name: board
      kind: teams
      teams: {webhook_url: "${env:TEAMS}"}
  routes:
    - {name: access, match: {criteria: [%s]}, receivers: [ops]}
    - {name: default, receivers: [board]}
`

func TestAlertsTest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, alertsConfig, filepath.Join(dir, "cw.db"), "CC6"), 0o600))
	var got []alert.Notice
	var out, problems bytes.Buffer
	p := &program{
		stdout: &out, stderr: &problems, now: func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) },
		env: func(string) string { return "" },
		alertKinds: []receiverKind{
			{"slack", func(r config.Receiver, _ *outbound.Client) (alertPlace, error) {
				return saidReceiver{r.Name, &got, nil}, nil
			}},
			{"teams", func(r config.Receiver, _ *outbound.Client) (alertPlace, error) {
				return saidReceiver{r.Name, &got, fmt.Errorf("%w: 404", alert.ErrRefused)}, nil
			}},
		},
	}
	require.Equal(t, exitIncomplete, run(t.Context(), p, []string{"alerts", "test", "-c", file}))
	require.Equal(t, "ops (slack): taken\nboard (slack): NOT TAKEN: the receiver refuses it: 404 (it will not be taken as it is: correct its settings under alerts.receivers)\n", out.String())
	require.Len(t, got, 2)
	require.Equal(t, alert.Test, got[0].Kind)
	require.Equal(t, 0, run(t.Context(), p, []string{"alerts", "test", "-c", file, "--receiver", "ops"}))
	require.Len(t, got, 3)
	require.NotZero(t, run(t.Context(), p, []string{"alerts", "test", "-c", file, "--receiver", "opps"}))
	require.Contains(t, problems.String(), `there is no "opps"`)
}

func TestAlertRoutesMustNameWhatThereIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, alertsConfig, filepath.Join(dir, "cw.db"), "CC66"), 0o600))
	c, err := config.Read(file, func(string) string { return "" })
	require.NoError(t, err)
	j, err := newJudge(c)
	require.NoError(t, err)
	_, err = alertRoutes(c, j.catalogue)
	require.ErrorContains(t, err, `criteria: no criterion begins with "CC66"`)
}

// The example of the configuration has every kind, and each is made of it.
func TestReceiversAreMadeOfTheirSettings(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"SLACK_URL": "https://hooks.slack.com/services/T00000000/B00000000/xxxxxxxxxxxxxxxxxxxxxxxx", "PAGERDUTY_KEY": "0123456789abcdef0123456789abcdef", "AM_TOKEN": "token", "MAIL_PASSWORD": "password",
		"TEAMS_URL":   "https://prod-00.westeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sig=x",
		"HOOK_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "HOOK_SECRET_NEXT": "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
	}
	env := func(name string) string { return values[name] }
	c, err := config.Read("../../config/testdata/alerts.ok.yaml", env)
	require.NoError(t, err)
	p := &program{env: env, now: time.Now}
	receivers, mirrors, err := p.alertPlaces(c)
	require.NoError(t, err)
	require.Len(t, receivers, 5)
	require.Len(t, mirrors, 1)
	for i, r := range receivers {
		require.Equal(t, c.Alerts.Receivers[i+1].Kind, r.Kind())
	}
	require.Equal(t, "alertmanager", mirrors[0].Kind())
}

// A pager takes no digest: whoever configures that is told, and not the pager later.
func TestNoDigestIsRoutedToAPager(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "controlwatch.yaml")
	const text = `sources:
  - provider: aws
store: sqlite:%s
alerts:
  receivers:
    - name: pager
      kind: pagerduty
      pagerduty: {routing_key: "${env:KEY}"}
  routes:
    - {name: default, receivers: [pager]%s}
`
	for digest, refused := range map[string]bool{"": false, `, digest: {schedule: "0 8 * * *", timezone: UTC}`: true} {
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, text, filepath.Join(dir, "cw.db"), digest), 0o600))
		env := func(string) string { return "0123456789abcdef0123456789abcdef" }
		c, err := config.Read(file, env)
		require.NoError(t, err)
		j, err := newJudge(c)
		require.NoError(t, err)
		_, err = (&program{env: env, now: time.Now}).alerting(c, nil, j)
		if refused {
			require.ErrorContains(t, err, "pager is a pagerduty, which takes no digests")
		} else {
			require.NoError(t, err)
		}
	}
}
