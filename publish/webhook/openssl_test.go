package webhook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
)

// The steps that the documentation gives are run as they stand there.
func TestTheDocumentedStepsVerifyAnEvent(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "openssl")
	page, err := os.ReadFile("../../docs/alert-receivers.md")
	require.NoError(t, err)
	steps := regexp.MustCompile("(?s)<!-- verify -->\n```sh\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, steps, "docs/alert-receivers.md has no steps between <!-- verify --> and the end of the block")

	body, header := receivertest.Request(t, place(), receivertest.Notice())
	verify := func(body []byte, secret string) error {
		folder := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(folder, "body"), body, 0o600))
		shell := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", string(steps[1]))
		shell.Dir = folder
		shell.Env = append(os.Environ(), "SECRET="+secret, "ID="+header.Get("webhook-id"), "TIMESTAMP="+header.Get("webhook-timestamp"), "SIGNATURE="+header.Get("webhook-signature"))
		out, err := shell.CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	require.NoError(t, verify(body, secret))
	require.NoError(t, verify(body, next))
	require.Error(t, verify(append(body, '\n'), secret))
	require.Error(t, verify(body, "whsec_bm90IHRoZSBzZWNyZXQgb2YgYW55Ym9keSBoZXJl"))
}
