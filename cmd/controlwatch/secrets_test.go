package main

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon/metrics"
)

// secretsAt are secrets where a provider's answers hold them: what is replaced in an
// operation's answers, by what, and what must be found nowhere.
var secretsAt = []struct{ operation, in, out, secret string }{
	{"lambda:ListFunctions", `"Runtime"`, `"Environment": {"Variables": {"DB_PASSWORD": "canary-lambda-hunter2", "KEY": "AKIAQQ7CANARY4KEYS5A"}}, "Runtime"`, "canary-lambda-hunter2"},
	{"lambda:ListFunctions", `"FunctionName"`, `"Description": "posts with ghp_canarylambdax7x7x7x7x7x7x7x7x7x7x7", "FunctionName"`, "ghp_canarylambda"},
	{"ec2:DescribeInstances", "<instanceType>", "<userData>canary-user-data-hunter2</userData><instanceType>", "canary-user-data"},
	{"ec2:DescribeInstances", "<instanceType>", "<reason>-----BEGIN RSA PRIVATE KEY-----MIIcanarykeyx7x7-----END RSA PRIVATE KEY-----</reason><instanceType>", "MIIcanarykey"},
	{"rds:DescribeDBInstances", "<Engine>", "<PendingModifiedValues><MasterUserPassword>canary-rds-hunter2</MasterUserPassword></PendingModifiedValues><Engine>", "canary-rds-hunter2"},
	{"GET /orgs/{org}/hooks", `"insecure_ssl"`, `"secret": "canary-hook-secret", "password": "canary-hook-password", "insecure_ssl"`, "canary-hook-"},
	{"GET /repos/{owner}/{repo}/hooks", "https://", "https://ci:canaryhookhunter2@", "canaryhookhunter2"},
	{"GET /orgs/{org}/secret-scanning/alerts", `"secret_type"`, `"secret": "canary-found-secret", "secret_type"`, "canary-found-secret"},
	{"GET /orgs/{org}/repos", `"full_name"`, `"temp_clone_token": "canary-clone-token", "full_name"`, "canary-clone-token"},
	{"GET /api/v1/users", `"profile"`, `"credentials": {"password": {"value": "canary-okta-hunter2"}, "recovery_question": {"answer": "canary-okta-answer"}}, "profile"`, "canary-okta-"},
	{"GET /api/v1/api-tokens", `"name"`, `"token": "00canaryoktax7x7x7x7x7x7x7x7x7x7x7x7x7x7x7", "name"`, "canaryokta"},
	{"GET /api/v1/apps", `"label"`, `"settings": {"app": {"password": "canary-app-hunter2"}}, "label"`, "canary-app-hunter2"},
}

// answeringWithSecrets puts them there.
type answeringWithSecrets struct{ base http.RoundTripper }

func (a answeringWithSecrets) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.base.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	text := string(body)
	for _, s := range secretsAt {
		if s.operation == transport.Operation(req.Context()) {
			text = strings.ReplaceAll(text, s.in, s.out)
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	return resp, nil
}

// Secrets that providers answer are in no file of the store, packed or not, no
// output, metric or word of progress.
func TestNoSecretIsStoredOrShown(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	dir := t.TempDir()
	file, err := sample.Write(dir)
	require.NoError(t, err)
	var said bytes.Buffer
	p := &program{stdout: &said, stderr: &said, env: sample.Env, now: func() time.Time { return sample.Day }}
	cfg, err := config.Read(file, p.env)
	require.NoError(t, err)
	measures := metrics.New("test")
	sources, err := p.openSources(cfg, transport.New(transport.Options{Base: answeringWithSecrets{base: c.base}, Clock: p.now, Unpaced: true, Observe: measures.ObserveCall}))
	require.NoError(t, err)
	line, err := p.newPipeline(t.Context(), pipelineOptions{dsn: c.dsn, config: cfg, sources: sources, sampleData: true, progress: func(e collectors.Event) {
		b, err := json.Marshal(e)
		if err == nil {
			said.Write(b)
		}
	}})
	require.NoError(t, err)
	a, err := line.once(t.Context(), bare(sources))
	require.NoError(t, err)
	for _, f := range formats {
		require.NoError(t, f.write(p, &said, a))
	}
	path := strings.TrimPrefix(c.dsn, "sqlite:")
	var kept bytes.Buffer
	for _, name := range []string{path, path + "-wal"} { // while it is open, most is in the second
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		kept.Write(b)
	}
	unpackInto(t, &kept, path)
	require.NoError(t, line.close())

	gathered, err := measures.Gatherer().Gather()
	require.NoError(t, err)
	for _, family := range gathered {
		said.WriteString(family.String())
	}

	// What stands behind a finding is shown, redacted.
	for _, output := range []string{"table", "json"} {
		for _, asked := range [][2]string{{"people-use-multi-factor-sign-in", "753lc58drc11ertj5pht"}} {
			root := newRoot(p)
			root.SetArgs([]string{"evidence", "show", asked[0], asked[1], "--store", c.dsn, "-c", file, "-o", output, "--all"})
			before := said.Len()
			require.NoError(t, root.ExecuteContext(t.Context()))
			shown := said.String()[before:]
			require.Contains(t, shown, "list-mfa-devices --user-name linus")
			require.Contains(t, shown, "iam:ListUsers")
		}
	}

	require.Contains(t, kept.String(), "[removed]", "the answers are there, without what they held")
	require.Contains(t, kept.String(), "Functions[].Environment secret")
	for _, s := range secretsAt {
		require.NotContains(t, kept.String(), s.secret, "stored: %s", s.operation)
		require.NotContains(t, said.String(), s.secret, "shown: %s", s.operation)
	}
	require.NotContains(t, kept.String(), "AKIAQQ7CANARY")
}

// unpackInto adds every body as it was before it was packed.
func unpackInto(t *testing.T, into *bytes.Buffer, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT body FROM blob")
	require.NoError(t, err)
	defer rows.Close()
	packed := 0
	for rows.Next() {
		var body []byte
		require.NoError(t, rows.Scan(&body))
		if len(body) > 2 && body[0] == 0x1f && body[1] == 0x8b {
			r, err := gzip.NewReader(bytes.NewReader(body))
			require.NoError(t, err)
			_, err = io.Copy(into, r)
			require.NoError(t, err)
			packed++
			continue
		}
		into.Write(body)
	}
	require.NoError(t, rows.Err())
	require.Greater(t, packed, 20, "answers are packed")
}
