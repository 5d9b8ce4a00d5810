package githubtest

import (
	_ "embed"
	"time"
)

// withCode gives the sample company's repositories what they hold: changes made
// as agreed and changes that were not, alerts handled and alerts forgotten.
func withCode(o *Organization) *Organization {
	for name, code := range acmeCode() {
		for i := range o.Repositories {
			if o.Repositories[i].Name == name {
				o.Repositories[i].Code = code
			}
		}
	}
	return o
}

// at is a moment of the sample's last months.
func at(month time.Month, d, hour int) time.Time {
	return time.Date(2026, month, d, hour, 12, 0, 0, time.UTC)
}

func acmeCode() map[string]Code {
	ada, grace, linus := Person{ID: 4100101, Login: "ada"}, Person{ID: 4100102, Login: "grace"}, Person{ID: 4100103, Login: "linus"}
	marie, kofi, yuki := Person{ID: 4100104, Login: "marie"}, Person{ID: 4100105, Login: "kofi"}, Person{ID: 4100106, Login: "yuki"}
	rosa := Person{ID: 5200201, Login: "rosa-fieldworks"}
	dependabot, queue := Person{ID: 49699333, Login: "dependabot[bot]"}, Person{ID: 118344674, Login: "github-merge-queue[bot]"}
	passed := func(t time.Time, names ...string) (runs []Run) {
		for _, name := range names {
			runs = append(runs, Run{Name: name, Conclusion: "success", Began: t.Add(-40 * time.Minute), Ended: t.Add(-20 * time.Minute)})
		}
		return runs
	}
	approved := func(by Person, t time.Time) Review {
		return Review{By: by, State: "APPROVED", At: t.Add(-10 * time.Minute)}
	}
	return map[string]Code{
		"cloud-api": {
			Languages: map[string]int{"Go": 812345, "TypeScript": 40312, "Makefile": 2101}, Scanning: "configured",
			Pulls: []Pull{
				{
					ID: 2100000412, Number: 412, Title: "Retry telemetry uploads", Author: marie, MergedBy: queue, MergedAt: at(11, 13, 10), Queued: true,
					Authors: []Person{marie, marie}, Runs: passed(at(11, 13, 10), "build", "integration"),
					Reviews: []Review{
						{By: grace, State: "CHANGES_REQUESTED", At: at(11, 12, 9), Old: true}, approved(grace, at(11, 13, 10)), approved(yuki, at(11, 13, 10)),
					},
				},
				{
					ID: 2100000415, Number: 415, Title: "Bump golang.org/x/net from 0.40.0 to 0.44.0", Author: dependabot, MergedBy: marie, MergedAt: at(11, 11, 14), Queued: true,
					Authors: []Person{dependabot}, Runs: passed(at(11, 11, 14), "build", "integration"), Reviews: []Review{approved(marie, at(11, 11, 14))},
				},
				{ID: 2100000410, Number: 410, Title: "Try another queue", Author: kofi, UpdatedAt: at(11, 9, 16), Authors: []Person{kofi}},
			},
			Workflows:  map[string]string{"ci.yml": goodWorkflow, "release.yaml": releaseWorkflow},
			CodeOwners: map[string]string{".github": "* @acme-robotics/platform\n/billing/ @ada-obi finance@acme-robotics.example\n"},
			Secrets: []SecretAlert{{
				Number: 1, Type: "aws_access_key_id", Name: "Amazon AWS Access Key ID", CreatedAt: at(9, 2, 8), Resolution: "revoked", ResolvedAt: at(9, 2, 11), Secret: "AKIA-example-1",
			}},
			Dependencies: []DependencyAlert{
				{
					Number: 7, State: "fixed", Severity: "high", Package: "go/golang.org/x/net", GHSA: "GHSA-4374-p667-p6c8", CVE: "CVE-2023-39325",
					Summary: "HTTP/2 rapid reset can cause excessive work in net/http", Scope: "runtime", CreatedAt: at(10, 30, 9), EndedAt: at(11, 11, 14), Patched: "0.17.0",
				},
				{
					Number: 9, State: "open", Severity: "medium", Package: "npm/vite", GHSA: "GHSA-859w-5945-r5v3", CVE: "CVE-2025-46565",
					Summary: "Vite's server.fs.deny bypassed with /. for files under project root", Scope: "development", CreatedAt: at(6, 1, 9), Patched: "6.3.4",
				},
			},
			Flaws: []CodeAlert{{
				Number: 3, State: "fixed", RuleID: "go/sql-injection", Rule: "Database query built from user-controlled sources", Severity: "error", SecuritySeverity: "high",
				CreatedAt: at(10, 1, 9), EndedAt: at(10, 3, 16),
			}},
		},
		"firmware": {
			Languages: map[string]int{"C": 2310877, "C++": 120034, "Python": 90123}, Analyses: []Analysis{{At: at(11, 14, 3)}},
			Pulls: []Pull{{
				ID: 2100000088, Number: 88, Title: "Limit joint torque on start", Author: yuki, MergedBy: yuki, MergedAt: at(11, 14, 9),
				Authors: []Person{yuki, yuki}, Runs: passed(at(11, 14, 9), "build"), Statuses: []Status{
					{Context: "hardware-in-the-loop", State: "pending", At: at(11, 14, 8)}, {Context: "hardware-in-the-loop", State: "success", At: at(11, 14, 8).Add(30 * time.Minute)},
				},
				Reviews: []Review{{By: grace, State: "APPROVED", At: at(11, 13, 15), Old: true}, {By: grace, State: "COMMENTED", At: at(11, 13, 16)}},
			}},
			Workflows: map[string]string{"build.yml": goodWorkflow},
		},
		"infrastructure": {
			Languages: map[string]int{"HCL": 230111, "Go": 12034},
			Pulls: []Pull{{
				ID: 2100000031, Number: 31, Title: "Open the bastion to the office", Author: ada, MergedBy: ada, MergedAt: at(11, 5, 18), Authors: []Person{ada},
			}},
			Pushes:    []Push{{By: ada, At: at(11, 10, 22), Paths: []string{"network/main.tf"}}},
			Workflows: map[string]string{"apply.yml": looseWorkflow},
			Dependencies: []DependencyAlert{{
				Number: 2, State: "dismissed", Severity: "low", Package: "go/github.com/docker/docker", GHSA: "GHSA-4vq8-7jfc-9cvp", CVE: "CVE-2025-54410",
				Summary: "Moby firewalld reload removes bridge network isolation", CreatedAt: at(8, 3, 9), EndedAt: at(8, 4, 9), Reason: "not_used",
			}},
		},
		"legacy-controller": {Languages: map[string]int{"C": 99012}},
		"ros-drivers": {
			Languages: map[string]int{"C++": 401234, "Python": 120912, "CMake": 9120}, Analyses: []Analysis{{At: at(10, 30, 3), Error: "out of memory"}, {At: at(8, 21, 3)}},
			Pulls: []Pull{{
				ID: 2100000019, Number: 19, Title: "Support the new lidar", Author: rosa, MergedBy: ada, MergedAt: at(10, 30, 11), Authors: []Person{rosa},
				Runs: []Run{
					{Name: "build", Conclusion: "failure", Began: at(10, 30, 9), Ended: at(10, 30, 10)},
					{Name: "build", Conclusion: "success", Began: at(10, 30, 13), Ended: at(10, 30, 14)},
				},
				Reviews: []Review{approved(ada, at(10, 30, 11))},
			}},
			Workflows: map[string]string{"pull-requests.yml": strangersWorkflow, "triage.yml": injectedWorkflow},
			Secrets: []SecretAlert{
				{Number: 1, Type: "slack_incoming_webhook_url", Name: "Slack Incoming Webhook URL", CreatedAt: at(10, 1, 8), Secret: "https://hooks.example/1"},
				{Number: 2, Type: "rsa_private_key", Name: "RSA Private Key", CreatedAt: at(11, 12, 8), Generic: true, Secret: "-----BEGIN-example"},
			},
			Dependencies: []DependencyAlert{{
				Number: 4, State: "open", Severity: "critical", Package: "pip/pyyaml", GHSA: "GHSA-8q59-q68h-6hv4", CVE: "CVE-2020-14343",
				Summary: "Improper input validation in PyYAML", Scope: "runtime", CreatedAt: at(9, 14, 9), Patched: "5.4",
			}},
			Flaws: []CodeAlert{
				{
					Number: 1, State: "open", RuleID: "cpp/overflow-buffer", Rule: "Call to memory access function may overflow buffer", Severity: "warning", SecuritySeverity: "high",
					CreatedAt: at(8, 21, 3),
				},
				{
					Number: 2, State: "dismissed", RuleID: "py/clear-text-logging-sensitive-data", Rule: "Clear-text logging of sensitive information", Severity: "error", SecuritySeverity: "high",
					CreatedAt: at(8, 21, 3), EndedAt: at(8, 25, 10), Reason: "false positive",
				},
			},
		},
		"warehouse-ui": {
			Languages: map[string]int{"TypeScript": 310234, "CSS": 20123}, Scanning: "off",
			Pulls: []Pull{{
				ID: 2100000007, Number: 7, Title: "Show picking routes", Author: linus, MergedBy: linus, MergedAt: at(11, 12, 17), Authors: []Person{linus, kofi},
				Reviews: []Review{approved(kofi, at(11, 12, 17))},
			}},
			Pushes:    []Push{{By: linus, At: at(10, 2, 20), Paths: []string{"src/app.ts"}}, {By: linus, At: at(11, 15, 19), Type: "force_push"}},
			Workflows: map[string]string{"deploy.yml": writeAllWorkflow},
		},
		"website": {
			Languages: map[string]int{"HTML": 80123, "CSS": 31111},
			Pulls: []Pull{{
				ID: 2100000005, Number: 5, Title: "Announce the gripper", Author: marie, MergedBy: marie, MergedAt: at(9, 1, 9), Authors: []Person{marie, {}},
				Reviews: []Review{approved(kofi, at(9, 1, 9))},
			}},
		},
	}
}

var (
	//go:embed testdata/workflows/good.yml
	goodWorkflow string
	//go:embed testdata/workflows/release.yaml
	releaseWorkflow string
	//go:embed testdata/workflows/loose.yml
	looseWorkflow string
	//go:embed testdata/workflows/strangers.yml
	strangersWorkflow string
	//go:embed testdata/workflows/injected.yml
	injectedWorkflow string
	//go:embed testdata/workflows/write-all.yml
	writeAllWorkflow string
)
