package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// at runs a command over a company's store some time after its first look.
func (c *company) at(after time.Duration, args ...string) (code int, stdout, stderr string) {
	c.t.Helper()
	var out, err bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &err, now: func() time.Time { return sample.Day.Add(after) },
		env: func(string) string { return "" },
	}
	code = run(context.Background(), p, append(args, "--store", c.dsn))
	valid(c.t, out.String())
	return code, out.String(), err.String()
}

type accessRead struct {
	Schema     string                `json:"schema"`
	At         time.Time             `json:"at"`
	SampleData bool                  `json:"sample_data"`
	Complete   bool                  `json:"complete"`
	Unseen     []string              `json:"unseen"`
	Lists      []report.AccessListed `json:"lists"`
	Rows       int                   `json:"rows"`
	Access     []soc2.AccessRow      `json:"access"`
}

func (c *company) access(args ...string) accessRead {
	c.t.Helper()
	_, stdout, stderr := c.at(time.Hour, append([]string{"access", "-o", "json"}, args...)...)
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	var a accessRead
	require.NoError(c.t, d.Decode(&a), stderr)
	return a
}

func TestAccessOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	all := c.access()
	named := func(in accessRead, account string, what soc2.AccessWhat, target string) *soc2.AccessRow {
		for i, r := range in.Access {
			if r.Login.Provider+" "+r.Login.Label() == account && r.What == what && strings.HasPrefix(r.Target, target) {
				return &in.Access[i]
			}
		}
		return nil
	}

	t.Run("one person's accounts are joined across providers, each thing with its path", func(t *testing.T) {
		t.Parallel()
		grace := "grace@acme-robotics.example"
		cloud := named(all, "github grace", soc2.AccessRepository, "acme-robotics/cloud-api")
		require.Equal(t, grace, *cloud.Person)
		require.Equal(t, []string{"team platform"}, cloud.Paths)
		require.Equal(t, []string{"shop"}, cloud.Systems)
		require.Equal(t, []string{"customer-records"}, cloud.Data)
		role := named(all, "okta "+grace, soc2.AccessRole, "okta")
		require.Equal(t, soc2.PrivilegeAdmin, role.Privilege)
		require.True(t, *role.MFA)
		require.Equal(t, "2026-11-13", role.LastUse.At.Format(time.DateOnly))
		rosa := named(all, "github rosa-fieldworks", soc2.AccessRepository, "acme-robotics/ros-drivers")
		require.Empty(t, *rosa.Person, "nobody the company knows")
		require.Nil(t, rosa.LastUse)
		require.NotEmpty(t, rosa.NotSeen("last_use"))
		root := named(all, "aws 111122223333", soc2.AccessRoot, "aws")
		require.Nil(t, root.Person)
	})
	t.Run("that a list was cut short is said, and nothing narrows the saying", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "controlwatch.access/v1", all.Schema)
		require.True(t, all.SampleData)
		require.False(t, all.Complete)
		require.Contains(t, strings.Join(all.Unseen, "\n"), "github.collaborator of github/acme-robotics: denied")
		part := c.access("--person", "marie@acme-robotics.example", "--system", "shop")
		require.Equal(t, all.Unseen, part.Unseen)
		require.Equal(t, all.Rows, part.Rows)
		require.NotEmpty(t, part.Access)
		require.Less(t, len(part.Access), all.Rows)
		require.Len(t, all.Access, all.Rows)
	})
	t.Run("what was not seen may be privileged and unused", func(t *testing.T) {
		t.Parallel()
		privileged, unused := c.access("--privileged"), c.access("--unused", "30")
		for _, r := range all.Access {
			here := slices.ContainsFunc(privileged.Access, func(o soc2.AccessRow) bool { return o.Key == r.Key })
			require.Equal(t, r.Privilege == soc2.PrivilegeAdmin || r.NotSeen("privilege") != "", here, r.Key)
			here = slices.ContainsFunc(unused.Access, func(o soc2.AccessRow) bool { return o.Key == r.Key })
			require.Equal(t, r.LastUse == nil || r.LastUse.Never || r.LastUse.At.Before(sample.Day.AddDate(0, 0, -30)), here, r.Key)
		}
	})
	t.Run("CSV and XLSX hold the same, and the table fits", func(t *testing.T) {
		t.Parallel()
		code, stdout, _ := c.at(time.Hour, "access", "-o", "csv")
		require.Equal(t, exitIncomplete, code)
		rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, all.Rows+1)
		file := filepath.Join(t.TempDir(), "a.xlsx")
		_, _, stderr := c.at(time.Hour, "access", "-o", "xlsx", "-f", file)
		require.Empty(t, stderr)
		book, err := excelize.OpenFile(file)
		require.NoError(t, err)
		defer book.Close()
		sheet, err := book.GetRows("Access")
		require.NoError(t, err)
		require.Len(t, sheet, len(rows))
		_, stdout, _ = c.at(time.Hour, "access")
		require.Contains(t, stdout, "NOT COMPLETE")
		for line := range strings.Lines(stdout) {
			require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), report.MinWidth)
		}
	})
	t.Run("bad input is refused", func(t *testing.T) {
		t.Parallel()
		for want, args := range map[string][]string{
			`--system: there is no system "shpo"`: {"access", "--system", "shpo"},
			`"pdf" is not a format`:               {"access", "-o", "pdf"},
			"--unused: 0 is no number of days":    {"access", "--unused", "0"},
			"access review was ever started":      {"review", "status", "q3"},
			"is no sheet; expected a name":        {"review", "start", "--name", "q", "--reviewer", "x", "--by", "y", "-o", "q.pdf"},
			"--days: 0 is no number":              {"review", "start", "--name", "q", "--reviewer", "x", "--by", "y", "--days", "0"},
		} {
			code, _, stderr := c.at(time.Hour, args...)
			require.Equal(t, exitCannotRun, code, want)
			require.Contains(t, stderr, want)
		}
	})
}

// without answers as GitHub does once somebody is no member any more.
type without struct {
	base  http.RoundTripper
	login string
}

func (l without) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.base.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/members") || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	var people, left []map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&people); err != nil {
		return nil, err
	}
	for _, p := range people {
		if p["login"] != l.login {
			left = append(left, p)
		}
	}
	b, err := json.Marshal(left)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	answer.Header.Del("Content-Length")
	return answer, err
}

type reviewRead struct {
	Items []report.ReviewedItem `json:"items"`
	New   []report.ReviewedNew  `json:"new"`
	report.ReviewCounts
}

func (c *company) review(after time.Duration) (code int, r reviewRead) {
	c.t.Helper()
	code, stdout, stderr := c.at(after, "review", "status", "q4", "-o", "json")
	require.NoError(c.t, json.Unmarshal([]byte(stdout), &r), stderr)
	return code, r
}

func (r reviewRead) of(account string, what soc2.AccessWhat) report.ReviewedItem {
	for _, i := range r.Items {
		if i.Access.Login.Provider+" "+i.Access.Login.Name == account && i.Access.What == what {
			return i
		}
	}
	return report.ReviewedItem{}
}

// fill decides on every item of a sheet.
func fill(t *testing.T, file string, decide func(cells map[string]string) string) {
	t.Helper()
	book, err := excelize.OpenFile(file)
	require.NoError(t, err)
	defer book.Close()
	rows, err := book.GetRows("Review")
	require.NoError(t, err)
	column := slices.Index(rows[0], "decision") + 1
	for i, row := range rows[1:] {
		cells := map[string]string{}
		for j, value := range row {
			cells[rows[0][j]] = value
		}
		cell, err := excelize.CoordinatesToCellName(column, i+2)
		require.NoError(t, err)
		require.NoError(t, book.SetCellStr("Review", cell, decide(cells)))
	}
	rules, err := book.GetDataValidations("Review")
	require.NoError(t, err)
	require.Len(t, rules, 1)
	require.Equal(t, `"keep,revoke,change"`, rules[0].Formula1)
	require.NoError(t, book.Save())
}

func TestAccessReviewOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.kept = true
	c.scan(0)
	file := filepath.Join(t.TempDir(), "q4.xlsx")
	code, _, stderr := c.at(time.Hour, "review", "start", "--name", "q4", "--reviewer", "olga@acme-robotics.example", "--reviewer", "kofi@acme-robotics.example", "--by", "Yuki", "-o", file)
	require.Equal(t, exitIncomplete, code, stderr)
	require.Contains(t, stderr, "NOT COMPLETE")
	revoked := func(cells map[string]string) bool {
		return cells["provider"] == "github" && cells["account"] == "kofi" && cells["what"] != string(soc2.AccessRepository)
	}
	fill(t, file, func(cells map[string]string) string {
		switch {
		case revoked(cells):
			return "Revoke"
		case cells["account"] == "tom-freelance" && cells["what"] == string(soc2.AccessRepository):
			return "change"
		case cells["provider"] == "okta" && cells["what"] == string(soc2.AccessRole):
			return ""
		}
		return "keep"
	})
	refused := func(want string, args ...string) {
		t.Helper()
		before := c.entries()
		code, _, stderr := c.at(2*time.Hour, args...)
		require.Equal(t, exitCannotRun, code)
		require.Contains(t, stderr, want)
		require.Equal(t, before, c.entries(), "nothing is recorded in part")
	}
	refused("KOFI@acme-robotics.example cannot decide on access of their own", "review", "import", file, "--by", "KOFI@acme-robotics.example")
	refused("mallory is no reviewer of it", "review", "import", file, "--by", "mallory")
	refused("there is an access review \"q4\"", "review", "start", "--name", "q4", "--reviewer", "a", "--by", "b", "-o", filepath.Join(t.TempDir(), "x.csv"))
	code, stdout, stderr := c.at(2*time.Hour, "review", "import", file, "--by", "olga@acme-robotics.example")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "2 revoke, 1 change; 3 are left undecided")
	code, stdout, _ = c.at(2*time.Hour, "review", "import", file, "--by", "olga@acme-robotics.example")
	require.Zero(t, code)
	require.Contains(t, stdout, "nothing is new")
	refused("3 items undecided", "review", "close", "q4", "--by", "Yuki")
	refused("--reason: missing", "review", "close", "q4", "--by", "Yuki", "--incomplete")
	code, _, stderr = c.at(3*time.Hour, "review", "close", "q4", "--by", "Yuki", "--incomplete", "--reason", "the owner of okta is away")
	require.Zero(t, code, stderr)
	refused("was closed by Yuki", "review", "import", file, "--by", "kofi@acme-robotics.example")
	_, r := c.review(4 * time.Hour)
	require.Equal(t, soc2.ReviewWaiting, r.of("github kofi", soc2.AccessAccount).State)
	require.Empty(t, r.New)
	require.Equal(t, soc2.ReviewCannotTell, r.of("github tom-freelance", soc2.AccessRepository).State, "a list of collaborators is denied")

	branch := func(t *testing.T, base http.RoundTripper) *company {
		t.Helper()
		other := newCompany(t)
		other.inherit(c)
		other.base = base
		other.scan(12 * time.Hour)
		other.scan(36 * time.Hour)
		return other
	}
	t.Run("a revocation is proven by the first complete pull that does not show it", func(t *testing.T) {
		t.Parallel()
		gone := branch(t, without{c.base, "kofi"})
		_, r := gone.review(20 * 24 * time.Hour)
		for _, what := range []soc2.AccessWhat{soc2.AccessAccount, soc2.AccessBase} {
			item := r.of("github kofi", what)
			require.Equal(t, soc2.ReviewCannotTell, item.State, "the newest pull is stale by then")
			require.True(t, item.Overdue)
		}
		code, r := gone.review(37 * time.Hour)
		require.Equal(t, exitIncomplete, code, "of tom it cannot be told")
		for _, what := range []soc2.AccessWhat{soc2.AccessAccount, soc2.AccessBase} {
			item := r.of("github kofi", what)
			require.Equal(t, soc2.ReviewRevoked, item.State, item.Why)
			require.Equal(t, sample.Day.Add(12*time.Hour), item.Proof.At)
			require.NotEmpty(t, item.Proof.Pulls)
			require.False(t, item.Overdue || item.Late)
		}
		gone.clean()
	})
	t.Run("what is denied proves nothing", func(t *testing.T) {
		t.Parallel()
		blind := branch(t, deny(without{c.base, "kofi"}, "GET /orgs/{org}/members"))
		code, r := blind.review(37 * time.Hour)
		require.Equal(t, exitIncomplete, code)
		for _, what := range []soc2.AccessWhat{soc2.AccessAccount, soc2.AccessBase} {
			item := r.of("github kofi", what)
			require.Equal(t, soc2.ReviewCannotTell, item.State)
			require.Nil(t, item.Proof)
			require.Contains(t, strings.Join(item.Why, " "), "denied")
		}
		blind.clean()
	})
	t.Run("a source that is gone proves nothing", func(t *testing.T) {
		t.Parallel()
		lost := newCompany(t)
		lost.inherit(c)
		cfg := *c.config
		cfg.Sources = slices.DeleteFunc(slices.Clone(cfg.Sources), func(s config.Source) bool { return s.Provider == "github" })
		lost.config = &cfg
		lost.scan(12 * time.Hour)
		_, r := lost.review(13 * time.Hour)
		item := r.of("github kofi", soc2.AccessAccount)
		require.NotContains(t, []soc2.ReviewState{soc2.ReviewRevoked, soc2.ReviewChanged}, item.State)
	})
	t.Run("what is seen is still there, and overdue in time", func(t *testing.T) {
		t.Parallel()
		there := branch(t, c.base)
		_, r := there.review(37 * time.Hour)
		item := r.of("github kofi", soc2.AccessAccount)
		require.Equal(t, soc2.ReviewStillThere, item.State)
		require.Equal(t, sample.Day.Add(36*time.Hour), *item.LastThere)
		require.False(t, item.Overdue)
		require.Empty(t, r.New)
		there.scan(9 * 24 * time.Hour)
		_, r = there.review(9*24*time.Hour + time.Hour)
		require.True(t, r.of("github kofi", soc2.AccessAccount).Overdue)
		_, stdout, _ := there.at(9*24*time.Hour+time.Hour, "review", "status", "q4")
		require.Contains(t, stdout, "OVERDUE")
		require.Contains(t, stdout, "STILL THERE")
	})
}

// inherit goes on with another company's store and the key that signs it.
func (c *company) inherit(other *company) {
	c.t.Helper()
	c.remember(other)
	key, err := os.ReadFile(logKeyFile(other.dsn))
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(logKeyFile(c.dsn), key, 0o600))
	c.kept, c.config = true, other.config
}

// clean requires that the log verifies, and that every assessment replays.
func (c *company) clean() {
	c.t.Helper()
	code, stdout, stderr := c.at(37*time.Hour, "verify")
	require.Zero(c.t, code, stdout+stderr)
	code, stdout, stderr = c.at(37*time.Hour, "replay", "--from", "2026-11-16")
	require.Zero(c.t, code, stdout+stderr)
}

// entries counts what was recorded.
func (c *company) entries() (n int) {
	c.t.Helper()
	s, err := store.Open(c.t.Context(), c.dsn, store.Options{Clock: time.Now})
	require.NoError(c.t, err)
	defer s.Close()
	for _, err := range s.Entries(c.t.Context()) {
		require.NoError(c.t, err)
		n++
	}
	return n
}
