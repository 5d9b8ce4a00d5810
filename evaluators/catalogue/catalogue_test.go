package catalogue_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	require.Len(t, cat.Digest, 64)

	t.Run("what ships passes the lint that a user's passes", func(t *testing.T) {
		t.Parallel()
		linted, err := catalogue.Read(catalogue.Files())
		require.NoError(t, err)
		require.Equal(t, linted, cat)
	})
	t.Run("all 61 criteria are there", func(t *testing.T) {
		t.Parallel()
		var want, got []string
		for series, n := range map[string]int{
			"CC1": 5, "CC2": 3, "CC3": 4, "CC4": 2, "CC5": 3, "CC6": 8, "CC7": 5, "CC8": 1, "CC9": 2, "A1": 3, "C1": 2, "PI1": 5,
			"P1": 1, "P2": 1, "P3": 2, "P4": 3, "P5": 2, "P6": 7, "P7": 1, "P8": 1,
		} {
			for i := range n {
				want = append(want, series+"."+string(rune('1'+i)))
			}
		}
		for _, c := range cat.Criteria {
			got = append(got, c.ID)
		}
		require.ElementsMatch(t, want, got)
	})

	t.Run("controls are in the order of their ids", func(t *testing.T) {
		t.Parallel()
		for i := 1; i < len(cat.Controls); i++ {
			require.Less(t, cat.Controls[i-1].ID, cat.Controls[i].ID)
		}
	})
}

// whole is a small catalogue of its own: the shipped criteria and two controls.
func whole(t *testing.T) fstest.MapFS {
	t.Helper()
	criteria, err := fs.ReadFile(catalogue.Files(), "criteria.yaml")
	require.NoError(t, err)
	own, err := os.ReadFile("../testdata/own/sign-ins-are-strong.yaml")
	require.NoError(t, err)
	text := strings.Replace(string(own), "covers: []", "covers: [row-1]", 1)
	return fstest.MapFS{
		"criteria.yaml":                         {Data: criteria},
		"tests.csv":                             {Data: []byte("id,title\nrow-1,One\nrow-2,Two\n")},
		"manual.csv":                            {Data: []byte("id,title\nman-1,One\n")},
		"controls/cc6/sign-ins-are-strong.yaml": {Data: []byte(text)},
		"controls/cc6/sign-ins-are-strong.cases.yaml": {Data: []byte("not looked at here")},
		"controls/cc7/plans-are-rehearsed.yaml":       {Data: []byte(attested)},
	}
}

const attested = `id: plans-are-rehearsed
title: Plans are rehearsed
version: 1
statement: The plan is rehearsed.
rationale: What was never tried fails.
owner: Operations lead
nature: detective
frequency: P1Y
likelihood: 2
impact: 4
risk_reason: Rare and costly.
profile: growing
criteria:
  - {id: CC7.5, strength: supporting, why: It shows the plan works., residual: Whether it fits the real thing.}
attestation:
  question: Was it rehearsed?
  evidence: [The report]
  validity: P1Y
  covers: [man-1]
  reviewer: true
`

const control = "controls/cc6/sign-ins-are-strong.yaml"

func TestRead(t *testing.T) {
	t.Parallel()

	t.Run("a good catalogue is read", func(t *testing.T) {
		t.Parallel()
		cat, err := catalogue.Read(whole(t))
		require.NoError(t, err)
		require.Len(t, cat.Controls, 2)
		require.Equal(t, "plans-are-rehearsed", cat.Controls[0].ID)
		require.True(t, cat.Controls[0].AttestationAsked.Reviewer)
	})

	t.Run("the digest names criteria and controls, not cases", func(t *testing.T) {
		t.Parallel()
		digest := func(change func(fstest.MapFS)) string {
			files := whole(t)
			change(files)
			cat, err := catalogue.Read(files)
			require.NoError(t, err)
			return cat.Digest
		}
		plain := digest(func(fstest.MapFS) {})
		require.Equal(t, plain, digest(func(f fstest.MapFS) { f["controls/cc6/sign-ins-are-strong.cases.yaml"].Data = []byte("more") }))
		require.NotEqual(t, plain, digest(func(f fstest.MapFS) { f[control].Data = append(f[control].Data, "# note\n"...) }))
		require.NotEqual(t, plain, digest(func(f fstest.MapFS) {
			f["controls/cc8/plans-are-rehearsed.yaml"] = f["controls/cc7/plans-are-rehearsed.yaml"]
			delete(f, "controls/cc7/plans-are-rehearsed.yaml")
		}))
	})
}

func TestBadCatalogues(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct{ from, to string }{
		`sign-ins-are-strong.yaml:1:1: unknown key "idd"; expected after, attestation, checks`:                            {"id: sign-ins-are-strong", "idd: sign-ins-are-strong"},
		`sign-ins-are-strong.yaml:25:5: unknown key "passes"; expected covers, desired, effort, id, kind, observed, pass`: {"pass: self.mfa.enabled", "passes: self.mfa.enabled"},
		`sign-ins-are-strong.yaml:15:5: unknown key "strenght"; expected id, residual, strength, why`:                     {"strength: direct", "strenght: direct"},
		`sign-ins-are-strong.yaml:25:11: check has-factor: pass: undefined field 'enabledd' (column 9 of the expression)`: {"pass: self.mfa.enabled", "pass: self.mfa.enabledd"},
		`check has-factor: when: gives string: expected true or false`:                                                    {`when: self.status == "active"`, `when: self.status`},
		`check is-in-use: pass: undeclared reference to 'params.max_idle'`:                                                {"params.max_idle_days", "params.max_idle"},
		`parameter max_idle_days is used by no check`:                                                                     {"days(params.max_idle_days)", "days(90)"},
		`:19:17: parameter max_idle_days has no value`:                                                                    {"max_idle_days: 90", "max_idle_days:"},
		`parameter "maxIdle": expected lower-case words joined by underscores`:                                            {"max_idle_days: 90", "max_idle_days: 90\n  maxIdle: 1"},
		`:26:24: check has-factor: mfa.on: MFA has no field "on"`:                                                         {"[status, mfa.enabled]", "[status, mfa.on]"},
		`check is-in-use: {max_days} is no parameter`:                                                                     {"within {max_idle_days}", "within {max_days}"},
		`check has-factor: kind "Robot" does not exist`:                                                                   {"kind: User", "kind: Robot"},
		`id "sign-ins-are-weak" is not the file's name: expected "sign-ins-are-strong"`:                                   {"id: sign-ins-are-strong", "id: sign-ins-are-weak"},
		`id "Sign-Ins": expected lower-case words joined by hyphens`:                                                      {"id: sign-ins-are-strong", "id: Sign-Ins"},
		`"plans-are-rehearsed" is the id of the control in`:                                                               {"id: sign-ins-are-strong", "id: plans-are-rehearsed"},
		`:3:10: version 0: expected 1 or more`:                                                                            {"version: 1", "version: 0"},
		`title is missing`:                                                                                                {"title: Sign-ins are strong", "title: ''"},
		`nature "guessing": expected preventive, detective`:                                                               {"nature: preventive", "nature: guessing"},
		`profile "all": expected baseline, growing, established`:                                                          {"profile: baseline", "profile: all"},
		`frequency "daily": expected continuous, or an ISO 8601 duration`:                                                 {"frequency: continuous", "frequency: daily"},
		`likelihood 6: expected 1 to 5`:                                                                                   {"likelihood: 4", "likelihood: 6"},
		`impact 0: expected 1 to 5`:                                                                                       {"impact: 4", "impact: 0"},
		`criterion "CC6.9" does not exist: see evaluators/catalogue/criteria.yaml`:                                        {"id: CC6.1", "id: CC6.9"},
		`strength "strong": expected direct, supporting`:                                                                  {"strength: direct", "strength: strong"},
		`criterion CC6.1: why is missing`:                                                                                 {"why: It tests how people are told apart.", "why: ''"},
		`criterion CC6.1: residual is missing`:                                                                            {"residual: Whether the factor is in the right hands.", "residual: ' '"},
		`criterion CC6.1 is mapped twice`:                                                                                 {"parameters:", "  - {id: CC6.1, strength: supporting, why: x, residual: x}\nparameters:"},
		`claims 4 criteria as direct: expected at most 3`:                                                                 {"parameters:", "  - {id: CC6.2, strength: direct, why: x, residual: x}\n  - {id: CC6.3, strength: direct, why: x, residual: x}\n  - {id: CC6.6, strength: direct, why: x, residual: x}\nparameters:"},
		`check has-factor is defined twice`:                                                                               {"id: is-in-use", "id: has-factor"},
		`check id "attested": expected lower-case words joined by hyphens, other than attested`:                           {"id: is-in-use", "id: attested"},
		`check is-in-use judges the same as sign-ins-are-strong/has-factor`:                                               {"pass: now - self.last_active.at <= days(params.max_idle_days)", `when:  self.status   == "active"` + "\n    pass: self.mfa.enabled"},
		`effort "none": expected low, medium, high`:                                                                       {"effort: low", "effort: none"},
		`check has-factor: remediation for aws is missing`:                                                                {"{aws: Register a device.}", "{okta: Register a device.}"},
		`check has-factor: remediation for okta, whose resources it does not judge`:                                       {"{aws: Register a device.}", "{aws: x, okta: Register a device.}"},
		`check has-factor: desired is missing`:                                                                            {"desired: A second factor is active.", "desired: ''"},
		`:30:14: "row-9" is no row of tests.csv`:                                                                          {"[row-1]", "[row-9]"},
		`row row-1 is answered by sign-ins-are-strong too`:                                                                {"covers: []", "covers: [row-1]"},
		`:2:1: holds several documents, expected one`:                                                                     {"id: sign-ins-are-strong", "id: x\n---\nid: sign-ins-are-strong"},
		`:3:1: key "title" is there already, on line 2; remove one`:                                                       {"title: Sign-ins are strong", "title: Sign-ins are strong\ntitle: x"},
		`sign-ins-are-strong.yaml:9:13: likelihood: expected a whole number, found a text`:                                {"likelihood: 4", "likelihood: high"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			files := whole(t)
			text := string(files[control].Data)
			require.Contains(t, text, c.from)
			files[control].Data = []byte(strings.Replace(text, c.from, c.to, 1))
			_, err := catalogue.Read(files)
			require.ErrorContains(t, err, want)
		})
	}

	for name, c := range map[string]struct{ from, to string }{
		"field":     {"self.last_active.at", "self.last_active.when"},
		"parameter": {"params.max_idle_days", "params.max_idle"},
		"kind":      {"kind: User", "kind: Robot"},
	} {
		t.Run("a parameter is not called unused where a check names an unknown "+name, func(t *testing.T) {
			t.Parallel()
			files := whole(t)
			text := string(files[control].Data)
			require.Contains(t, text, c.from)
			files[control].Data = []byte(strings.ReplaceAll(text, c.from, c.to))
			_, err := catalogue.Read(files)
			require.ErrorContains(t, err, "check is-in-use")
			require.NotContains(t, err.Error(), "is used by no check")
		})
	}

	for want, change := range map[string]func(fstest.MapFS){
		`lists 60 criteria: expected 61`: func(f fstest.MapFS) {
			text := string(f["criteria.yaml"].Data)
			last := strings.LastIndex(text, "\n- id:")
			f["criteria.yaml"].Data = []byte(text[:last+1])
		},
		`validity "1 year": expected an ISO 8601 duration`: func(f fstest.MapFS) { edit(f, "validity: P1Y", "validity: 1 year") },
		`"man-9" is no row of manual.csv`:                  func(f fstest.MapFS) { edit(f, "[man-1]", "[man-9]") },
		`answers no row of manual.csv`:                     func(f fstest.MapFS) { edit(f, "[man-1]", "[]") },
		`asks for no evidence`:                             func(f fstest.MapFS) { edit(f, "[The report]", "[]") },
		`neither checks nor an attestation`:                func(f fstest.MapFS) { edit(f, attested[strings.Index(attested, "attestation:"):], "") },
		`is empty`:                                         func(f fstest.MapFS) { f["controls/cc7/empty.yaml"] = &fstest.MapFile{Data: []byte("# nothing\n")} },
		`stray.yml: would be ignored: call it .yaml`:       func(f fstest.MapFS) { f["controls/cc7/stray.yml"] = &fstest.MapFile{} },
		`lies in controls: expected controls/<series>`: func(f fstest.MapFS) {
			f["controls/plans-are-rehearsed.yaml"] = f["controls/cc7/plans-are-rehearsed.yaml"]
			delete(f, "controls/cc7/plans-are-rehearsed.yaml")
		},
		`tests.csv: row 3: "row-1" occurs twice`: func(f fstest.MapFS) { f["tests.csv"].Data = []byte("id\nrow-1\nrow-1\n") },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			files := whole(t)
			change(files)
			_, err := catalogue.Read(files)
			require.ErrorContains(t, err, want)
		})
	}

	t.Run("all that is wrong is reported at once", func(t *testing.T) {
		t.Parallel()
		files := whole(t)
		edit(files, "title: Plans are rehearsed", "title: ''")
		files[control].Data = []byte(strings.Replace(string(files[control].Data), "impact: 4", "impact: 9", 1))
		_, err := catalogue.Read(files)
		require.ErrorContains(t, err, "title is missing")
		require.ErrorContains(t, err, "impact 9")
	})
}

func edit(f fstest.MapFS, from, to string) {
	name := "controls/cc7/plans-are-rehearsed.yaml"
	f[name].Data = []byte(strings.Replace(string(f[name].Data), from, to, 1))
}

func TestFed(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Read(whole(t))
	require.NoError(t, err)
	users := evidence.Population{Kind: "User", Type: "aws.iam.user"}
	require.NoError(t, catalogue.Fed(cat, []evidence.Population{users, {Kind: "Attestation", Type: "attestations.attestation"}}))
	for want, delivered := range map[string][]evidence.Population{
		"no collector delivers aws.iam.user as User":                         {{Kind: "AccessKey", Type: "aws.iam.user"}},
		"github.repository (Repository) is collected and judged by no check": {users, {Kind: "Repository", Type: "github.repository"}},
		"okta.user (User) is collected and judged by no check":               {users, {Kind: "User", Type: "okta.user"}},
		"aws.iam.user (AccessKey) is collected and judged by no check":       {users, {Kind: "AccessKey", Type: "aws.iam.user"}},
	} {
		require.ErrorContains(t, catalogue.Fed(cat, delivered), want)
	}
	open := soc2.Catalogue{Controls: []soc2.Control{{ID: "c", Checks: []soc2.Check{{ID: "k", Kind: "User", Remediation: map[string]string{"aws": "x"}}}}}}
	require.ErrorContains(t, catalogue.Fed(open, []evidence.Population{users, {Kind: "User", Type: "okta.user"}}), "remediation for okta is missing, which delivers okta.user")
}
