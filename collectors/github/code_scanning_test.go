package github_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestCodeScanningOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	s := lookAtSample(t)
	repo := func(t *testing.T, name string) *evidence.Repository {
		t.Helper()
		return body[evidence.Repository](t, s, "github.repository", "acme-robotics/"+name)
	}
	require.True(t, *repo(t, "cloud-api").CodeScanning.Managed)
	require.Nil(t, repo(t, "cloud-api").CodeScanning.LastAnalysis, "not read where it does not matter")
	require.Equal(t, []string{"Go", "Makefile", "TypeScript"}, repo(t, "cloud-api").Languages)
	require.False(t, *repo(t, "firmware").CodeScanning.Managed)
	require.Equal(t, time.Date(2026, 11, 14, 0, 0, 0, 0, time.UTC), repo(t, "firmware").CodeScanning.LastAnalysis.At)
	require.Equal(t, time.Date(2026, 8, 21, 0, 0, 0, 0, time.UTC), repo(t, "ros-drivers").CodeScanning.LastAnalysis.At, "one that ended with an error is none")
	require.True(t, repo(t, "infrastructure").CodeScanning.LastAnalysis.Never)
	require.False(t, *repo(t, "warehouse-ui").CodeScanning.Managed, "known to be off")
	require.True(t, repo(t, "warehouse-ui").CodeScanning.LastAnalysis.Never)
	require.Nil(t, repo(t, "website").CodeScanning.Managed)
	require.Equal(t, evidence.Denied, hole(t, s.fact(t, "github.repository", "acme-robotics/website"), "code_scanning.managed").Reason)
	require.Nil(t, repo(t, "legacy-controller").CodeScanning, "archived")
}

func TestCodeScanningThatIsOff(t *testing.T) {
	t.Parallel()
	for message, known := range map[string]bool{
		"Advanced Security must be enabled for this repository to use code scanning.": true,
		"Code Security must be enabled for this repository to use code scanning.":     true,
		"Code scanning is not enabled for this repository. Please enable it.":         true,
		"Resource not accessible by integration":                                      false,
		"Must have admin rights to Repository.":                                       false,
	} {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, only("firmware", func(*githubtest.Repository) {})), answer: func(operation string, _ *http.Request) *http.Response {
				if operation == "GET /repos/{owner}/{repo}/code-scanning/default-setup" {
					return collectorstest.Answer(http.StatusForbidden, "application/json", `{"message":"`+message+`"}`)
				}
				return nil
			}})
			got := body[evidence.Repository](t, s, "github.repository", "acme-robotics/firmware").CodeScanning.Managed
			if known {
				require.False(t, *got)
				return
			}
			require.Nil(t, got)
		})
	}
}

func TestAnalysesThatAllFailed(t *testing.T) {
	t.Parallel()
	s := lookAt(t, githubtest.New(t, only("firmware", func(r *githubtest.Repository) {
		r.Code.Analyses = nil
		for i := range 20 {
			r.Code.Analyses = append(r.Code.Analyses, githubtest.Analysis{At: now().AddDate(0, 0, -i), Error: "out of memory"})
		}
		r.Code.Analyses = append(r.Code.Analyses, githubtest.Analysis{At: now().AddDate(0, 0, -21)})
	})))
	f := s.fact(t, "github.repository", "acme-robotics/firmware")
	require.Nil(t, f.Body.(*evidence.Repository).CodeScanning.LastAnalysis)
	require.Equal(t, evidence.Truncated, hole(t, f, "code_scanning.last_analysis").Reason)
}
