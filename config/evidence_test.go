package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	read := func(text string) (Config, error) {
		file := filepath.Join(t.TempDir(), "c.yaml")
		require.NoError(t, os.WriteFile(file, []byte("sources:\n- provider: aws\n"+text), 0o600))
		return Read(file, func(string) string { return "" })
	}
	for text, want := range map[string]int64{
		"":                                      1 << 30,
		"evidence: {answers: {budget: 0}}":      0,
		"evidence: {answers: {budget: 500MiB}}": 500 << 20,
		"evidence: {answers: {budget: 2 TiB, keep: 48h}}": 2 << 40,
	} {
		c, err := read(text)
		require.NoError(t, err, text)
		n, err := c.Evidence.Answers.Budget.Number()
		require.NoError(t, err)
		require.Equal(t, want, n, text)
	}
	c, err := read("")
	require.NoError(t, err)
	require.Equal(t, 24*time.Hour, time.Duration(c.Evidence.Answers.Keep))
	for text, want := range map[string]string{
		"evidence: {answers: {budget: much}}": "evidence.answers.budget: \"much\" is no amount of bytes",
		"evidence: {answers: {budget: -1}}":   "evidence.answers.budget",
		"evidence: {answers: {keep: 1m}}":     "evidence.answers.keep: expected between 1h and 2160h",
		"evidence: {answers: {keeps: 1m}}":    "keeps",
	} {
		_, err := read(text)
		require.ErrorContains(t, err, want, text)
	}
}
