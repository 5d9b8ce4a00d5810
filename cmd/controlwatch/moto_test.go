package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// expected is what a check must say of a resource that was made good or bad, by
// the provider's documentation.
type expected struct {
	check, resource string
	outcome         soc2.Outcome
}

var identityAndStorage = []expected{
	{"console-user-has-second-factor", "ada", soc2.Pass},
	{"console-user-has-second-factor", "marie", soc2.Pass},
	{"console-user-has-second-factor", "kofi", soc2.Pass},
	{"console-user-has-second-factor", "grace", soc2.Fail},
	{"console-user-has-second-factor", "linus", soc2.NotApplicable},
	{"console-user-has-second-factor", "ci-deploy", soc2.NotApplicable},
	{"bucket-is-not-public", "acme-robotics-website", soc2.Fail},
	{"bucket-is-not-public", "acme-robotics-legacy-exports", soc2.Fail},
	{"bucket-is-not-public", "acme-robotics-customer-data", soc2.Pass},
	{"bucket-is-not-public", "acme-robotics-logs", soc2.Pass},
	{"bucket-is-not-public", "acme-robotics-backups", soc2.Pass},
	{"bucket-refuses-plain-connections", "acme-robotics-customer-data", soc2.Pass},
	{"bucket-refuses-plain-connections", "acme-robotics-logs", soc2.Pass},
	{"bucket-refuses-plain-connections", "acme-robotics-website", soc2.Fail},
	{"bucket-refuses-plain-connections", "acme-robotics-backups", soc2.Fail},
	{"database-is-not-public", "orders", soc2.Pass},
	{"database-is-not-public", "reporting", soc2.Fail},
	{"database-is-encrypted", "orders", soc2.Pass},
	{"database-is-encrypted", "telemetry", soc2.Pass},
	{"database-is-encrypted", "reporting", soc2.Fail},
}

// The program against a live AWS API that nobody on the project wrote: each
// seeded resource, good or bad, is judged as it was made; with each service
// denied alone, and with all, no fail turns into a pass and each loss has a name.
// Each single read is denied over the sample company, whose answers do not take
// minutes: TestNoLossTurnsAFailIntoAPass.
func TestScanOfMoto(t *testing.T) {
	t.Parallel()
	moto := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: moto}.Seed()

	base := mototest.NewSupplement(t, moto, http.DefaultTransport, time.Now())
	healthy, code := scanMoto(t, moto, base)
	require.Equal(t, exitGap, code)
	for _, want := range slices.Concat(identityAndStorage, loggingExpected, dataExpected, computeExpected, identityExpected) {
		require.Equal(t, want.outcome, outcomeOf(t, healthy, want.check, want.resource), "%s on %s", want.check, want.resource)
	}

	for _, service := range awsServices() {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			of := func(asked string) bool { return strings.HasPrefix(asked, service+":") }
			without, _ := scanMoto(t, moto, denying{base: base, denied: of})
			requireNoneGreener(t, healthy, without)
			require.True(t, slices.ContainsFunc(without.Holes, func(h report.Hole) bool {
				return h.Reason == evidence.Denied && strings.Contains(h.Detail, service+":")
			}), "no hole names %s", service)
		})
	}
	t.Run("all of them", func(t *testing.T) {
		t.Parallel()
		without, code := scanMoto(t, moto, denying{base: base, denied: func(string) bool { return true }})
		requireNoneGreener(t, healthy, without)
		require.Zero(t, without.Summary.Outcomes.Pass)
		require.Zero(t, without.Summary.Outcomes.Fail)
		require.Equal(t, exitIncomplete, code)
	})
}

func awsServices() []string {
	var services []string
	for _, c := range append([]evidence.Collector{aws.Provider.Discovery}, aws.Provider.Collectors...) {
		for _, op := range c.Reads {
			service, _, _ := strings.Cut(op, ":")
			services = append(services, service)
		}
	}
	slices.Sort(services)
	return slices.Compact(services)
}

func outcomeOf(t *testing.T, s report.Scan, check, resource string) soc2.Outcome {
	t.Helper()
	for _, f := range s.Findings {
		if f.Check == check && f.Resource.Name == resource {
			return f.Outcome
		}
	}
	require.Fail(t, "no finding", "%s on %s", check, resource)
	return soc2.Unobserved
}

// motoScan is how moto is looked at: in which regions (none: the company's two), how
// long after now, and with which parameters of controls.
type motoScan struct {
	regions    []string
	after      time.Duration
	parameters string // in YAML's flow style
}

// scanMoto runs `controlwatch scan -o json` in the company's regions with a store of its own.
func scanMoto(t *testing.T, moto mototest.Server, base http.RoundTripper) (report.Scan, int) {
	t.Helper()
	return motoScan{}.run(t, moto, base)
}

func (m motoScan) run(t *testing.T, moto mototest.Server, base http.RoundTripper) (report.Scan, int) {
	t.Helper()
	if m.regions == nil {
		m.regions = []string{"eu-west-1", "us-east-1"}
	}
	settings := "sources: [{provider: aws, settings: {regions: [" + strings.Join(m.regions, ", ") + "]}}]\n"
	if m.parameters != "" {
		settings += "controls: {parameters: " + m.parameters + "}\n"
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, []byte(settings), 0o600))
	env := map[string]string{
		"AWS_ENDPOINT_URL": moto.Endpoint, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "sample", "AWS_REGION": "us-east-1",
	}
	var out, messages bytes.Buffer
	p := &program{
		stdout: &out, stderr: io.MultiWriter(&messages), base: mototest.Base{To: base},
		now: func() time.Time { return time.Now().Add(m.after) },
		env: func(name string) string { return env[name] },
	}
	code := run(t.Context(), p, []string{"scan", "-c", file, "-o", "json", "--store", "sqlite:" + filepath.Join(dir, "c.db")})
	require.NotEqual(t, exitCannotRun, code, "%s", messages.String())
	scan, err := report.Read(&out)
	require.NoError(t, err)
	return scan, code
}
