package evaluators_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators"
)

const (
	ownControl = "sign-ins-are-strong.yaml"
	ownCases   = "sign-ins-are-strong.cases.yaml"
)

func own(t *testing.T, change func(fstest.MapFS)) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{ownControl, ownCases} {
		b, err := os.ReadFile("testdata/own/" + name)
		require.NoError(t, err)
		files[name] = &fstest.MapFile{Data: b}
	}
	if change != nil {
		change(files)
	}
	return files
}

func replace(t *testing.T, files fstest.MapFS, name, from, to string) {
	t.Helper()
	text := string(files[name].Data)
	require.Contains(t, text, from)
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, from, to, 1))}
}

func TestOwnCases(t *testing.T) {
	t.Parallel()

	t.Run("a user's folder of controls is tested", func(t *testing.T) {
		t.Parallel()
		tested, err := evaluators.TestCases(t.Context(), own(t, nil))
		require.NoError(t, err)
		require.Len(t, tested.Cases, 9)
		require.Zero(t, tested.Failed(), "%+v", tested)
	})

	for name, c := range map[string]struct{ from, to, want string }{
		"a case that does not hold says what came of it": {"enabled: true}}}\n  expect: pass", "enabled: true}}}\n  expect: fail", "is pass: expected fail"},
		"a reason that is not given is wrong":            {"reason: throttled", "reason: denied", `expected "denied" in it`},
		"an unobserved that is a verdict shows why":      {"a list that was not read is unobserved\n  check: has-factor\n  facts: []\n  populations: [{type: aws.iam.user, hole: throttled}]\n  expect: unobserved\n  reason: throttled", "x\n  check: has-factor\n  facts: []\n  populations: [{type: aws.iam.user, hole: throttled}]\n  expect: not_applicable", "is unobserved: expected not_applicable (aws.iam.user: throttled)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := own(t, func(f fstest.MapFS) { replace(t, f, ownCases, c.from, c.to) })
			tested, err := evaluators.TestCases(t.Context(), files)
			require.NoError(t, err)
			require.NotZero(t, tested.Failed())
			var wrong []string
			for _, r := range tested.Cases {
				wrong = append(wrong, r.Wrong...)
			}
			require.Len(t, wrong, 1)
			require.Contains(t, wrong[0], c.want)
		})
	}

	t.Run("a check without a failing case is reported", func(t *testing.T) {
		t.Parallel()
		files := own(t, func(f fstest.MapFS) {
			replace(t, f, ownCases, "mfa: {enabled: false}", "mfa: {enabled: true}")
			replace(t, f, ownCases, "beside\n  check: has-factor", "beside\n  check: has-factor")
			replace(t, f, ownCases, "    - *good\n  expect: fail", "    - *good\n  expect: pass")
		})
		tested, err := evaluators.TestCases(t.Context(), files)
		require.NoError(t, err)
		require.Equal(t, []string{"check has-factor of control sign-ins-are-strong has no case that expects fail"}, tested.Missing)
	})
}

func TestCasesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	first := "{type: aws.iam.user, id: ada, body: {status: active, mfa: {enabled: true}}}"
	for want, c := range map[string]struct{ from, to string }{
		"sign-ins-are-strong.cases.yaml:4:72: unknown key \"enabledd\"; expected enabled, factors, strong": {first, strings.Replace(first, "enabled", "enabledd", 1)},
		`sign-ins-are-strong.cases.yaml:1:3: unknown key "nme"; expected check, expect`:                    {"- name: a user with", "- nme: a user with"},
		`unknown key "clas"; expected account, body, holes, id, kind, name, region, type`:                  {"id: ada", "clas: ada"},
		`has no check "has-faktor": expected one of has-factor, is-in-use`:                                 {"check: has-factor", "check: has-faktor"},
		`case "a user with a factor passes": expect is missing`:                                            {"  expect: pass\n", ""},
		`:5:11: expect: outcome: expected fail, unobserved, pass or not_applicable`:                        {"expect: pass", "expect: passes"},
		`fact 1: kind "Robot" does not exist`:                                                              {"id: ada", "kind: Robot"},
		`fact 1: type "user": expected provider.service.kind`:                                              {"type: aws.iam.user, id", "type: user, id"},
		`fact 1: hole: mfaa: User has no field "mfaa"`:                                                     {"field: mfa,", "field: mfaa,"},
		`reason "refused": expected one of`:                                                                {"reason: denied", "reason: refused"},
		`population 1: hole "gone": expected one of`:                                                       {"hole: throttled", "hole: gone"},
		`another case has this name`:                                                                       {"- name: nobody at all is not applicable", "- name: a user with a factor passes"},
		`has neither facts nor populations`:                                                                {"  populations: [{type: aws.iam.user}]\n", ""},
		`parameter max_idle_days is text: expected a whole number`:                                         {"{max_idle_days: 3}", "{max_idle_days: soon}"},
		`has no parameter "max_days": expected one of max_idle_days`:                                       {"{max_idle_days: 3}", "{max_days: 3}"},
		`check has-factor does not judge a User of type aws.iam.robot`:                                     {"type: aws.iam.user, id", "type: aws.iam.robot, id"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := evaluators.TestCases(t.Context(), own(t, func(f fstest.MapFS) { replace(t, f, ownCases, c.from, c.to) }))
			require.ErrorContains(t, err, want)
		})
	}

	t.Run("a derived field cannot be given", func(t *testing.T) {
		t.Parallel()
		_, err := evaluators.TestCases(t.Context(), own(t, func(f fstest.MapFS) {
			replace(t, f, ownCases, first, "{type: aws.s3.bucket, kind: Datastore, body: {public: false}}")
		}))
		require.ErrorContains(t, err, "public is derived: give what it is derived from")
	})

	t.Run("cases of no control are refused", func(t *testing.T) {
		t.Parallel()
		_, err := evaluators.TestCases(t.Context(), own(t, func(f fstest.MapFS) { f["other"+ownCases] = f[ownCases] }))
		require.ErrorContains(t, err, `there is no control "othersign-ins-are-strong": cases are called as their control`)
	})

	t.Run("a folder without controls is refused", func(t *testing.T) {
		t.Parallel()
		_, err := evaluators.TestCases(t.Context(), fstest.MapFS{})
		require.ErrorContains(t, err, "no control (*.yaml)")
	})
}
