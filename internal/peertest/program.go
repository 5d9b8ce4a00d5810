// Package peertest finds the programs of others that tests are judged by.
package peertest

import (
	"os"
	"os/exec"
	"testing"
)

// packages are the Debian packages that programs come with.
var packages = map[string]string{"openssl": "openssl", "ssh-keygen": "openssh-client", "ssh-agent": "openssh-client", "pdftotext": "poppler-utils", "pdfinfo": "poppler-utils", "icalendar": "python3-icalendar", "git": "git", "gpg": "gpg", "promtool": "prometheus", "prometheus": "prometheus", "amtool": "prometheus-alertmanager", "prometheus-alertmanager": "prometheus-alertmanager", "aiosmtpd": "python3-aiosmtpd"}

// Need skips a test where a program is not installed, with a line saying how to
// get it. In CI it must be there.
func Need(tb testing.TB, program string) {
	tb.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	get := program + " is not installed: apt-get install " + packages[program]
	if os.Getenv("CI") != "" {
		tb.Fatal(get)
	}
	tb.Skip(get)
}
