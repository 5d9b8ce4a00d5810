// Package peertest finds the programs of others that tests are judged by.
package peertest

import (
	"os"
	"os/exec"
	"testing"
)

// packages are the Debian packages that programs come with.
var packages = map[string]string{
	"aiosmtpd":                "python3-aiosmtpd",
	"amtool":                  "prometheus-alertmanager",
	"curl":                    "curl",
	"git":                     "git",
	"gpg":                     "gpg",
	"icalendar":               "python3-icalendar",
	"openssl":                 "openssl",
	"pdfinfo":                 "poppler-utils",
	"pdftotext":               "poppler-utils",
	"prometheus":              "prometheus",
	"prometheus-alertmanager": "prometheus-alertmanager",
	"promtool":                "prometheus",
	"ssh-agent":               "openssh-client",
	"ssh-keygen":              "openssh-client",
}

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
