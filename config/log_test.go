package config_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestReadOfAnchors(t *testing.T) {
	t.Parallel()
	env := map[string]string{"ANCHOR_KEY_ID": "AKIA", "WITNESS_SECRET": "hunter2"}
	c, err := config.Read("testdata/anchors.ok.yaml", func(name string) string { return env[name] })
	require.NoError(t, err)
	log := c.Evidence.Log
	require.Len(t, log.Anchors, 4)
	require.Equal(t, "controlwatch-log", log.Key.KMS.Credentials.Profile)
	require.False(t, log.Key.KMS.Credentials.AccessKeyID.Given())
	require.True(t, log.Anchors[1].Directory.OperatorCannotWrite)
	for want, secret := range map[string]config.Secret{
		"AKIA":    log.Anchors[2].S3.Credentials.AccessKeyID,
		"sekret":  log.Anchors[2].S3.Credentials.SecretAccessKey,
		"hunter2": log.Anchors[3].Webhook.Secret,
		"":        {},
	} {
		value, err := secret.Value()
		require.NoError(t, err)
		require.Equal(t, want, value)
	}
	b, err := json.Marshal(c)
	require.NoError(t, err)
	require.Contains(t, string(b), "${env:WITNESS_SECRET}")
	require.NotContains(t, string(b), "hunter2")
	require.NotContains(t, string(b), "sekret")

	delete(env, "WITNESS_SECRET")
	_, err = log.Anchors[3].Webhook.Secret.Value()
	require.EqualError(t, err, "testdata/anchors.ok.yaml:28:19: ${env:WITNESS_SECRET}: the environment variable is not set; set it, or use ${file:PATH}")
}

func TestWithoutAnAnchorThereIsNone(t *testing.T) {
	t.Parallel()
	require.Empty(t, config.Default().Evidence.Log.Anchors)
}
