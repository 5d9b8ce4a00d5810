package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/soc2"
)

// ask runs a command over a company's store a day after its first look.
func (c *company) ask(args ...string) (code int, stdout, stderr string) {
	c.t.Helper()
	var out, err bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &err, now: func() time.Time { return sample.Day.Add(24 * time.Hour) },
		env: func(name string) string { return map[string]string{"USER": "linus"}[name] },
	}
	code = run(context.Background(), p, append(args, "--store", c.dsn))
	valid(c.t, out.String())
	return code, out.String(), err.String()
}

var (
	inNovember = []string{"--from", "2026-11-01", "--to", "2026-11-15"}
	onTheDay   = []string{"--from", "2026-11-16T09:00:00Z", "--to", "2026-11-16T20:00:00Z"}
)

func (c *company) population(args ...string) soc2.Population {
	c.t.Helper()
	_, stdout, stderr := c.ask(append(args, "-o", "json")...)
	var p struct {
		Schema string `json:"schema"`
		soc2.Population
	}
	require.NoError(c.t, json.Unmarshal([]byte(stdout), &p), stderr)
	require.Equal(c.t, "controlwatch.population/v1", p.Schema)
	return p.Population
}

func TestPopulationOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	c.scan(12 * time.Hour)

	t.Run("merged changes of a time before the first look are there, because each pull looks back", func(t *testing.T) {
		t.Parallel()
		p := c.population(append([]string{"population", "merged-changes"}, inNovember...)...)
		require.NotEmpty(t, p.Items)
		require.True(t, p.Complete, p.Lists)
		require.True(t, p.SampleData)
		require.Empty(t, p.ReconciledWith)
		for _, item := range p.Items {
			require.True(t, item.Certain)
			require.False(t, item.At.Before(p.From))
			require.True(t, item.At.Before(p.To))
		}
	})

	t.Run("leavers come from HR, with the preparer, and unconfirmed", func(t *testing.T) {
		t.Parallel()
		p := c.population("population", "leavers", "--from", "2026-06-01", "--to", "2026-11-16")
		var names []string
		for _, item := range p.Items {
			names = append(names, item.Resource.Name)
		}
		require.ElementsMatch(t, []string{"Petra Novak", "Tomas Silva", "Pavel Horak"}, names)
		require.False(t, p.Complete, "nobody looked before the 16th")
		require.Equal(t, 1, p.Unconfirmed)
		require.Equal(t, "yuki@acme-robotics.example", p.Lists[0].Exports[0].Preparer)
		require.Equal(t, 12, *p.Lists[0].ProviderTotal)
	})

	t.Run("where nobody says who administers, everybody may", func(t *testing.T) {
		t.Parallel()
		p := c.population(append([]string{"population", "admin-grants"}, onTheDay...)...)
		byProvider := map[string]map[bool]int{"aws": {}, "github": {}, "okta": {}}
		for _, item := range p.Items {
			byProvider[item.Resource.Provider][item.Certain]++
		}
		require.Zero(t, byProvider["aws"][true])
		require.NotZero(t, byProvider["aws"][false])
		require.NotZero(t, byProvider["github"][true])
		require.NotZero(t, byProvider["okta"][true])
	})

	t.Run("the canonical form has the digest, and every format the same items", func(t *testing.T) {
		t.Parallel()
		args := append([]string{"population", "users"}, onTheDay...)
		p := c.population(args...)
		_, canonical, _ := c.ask(append(args, "-o", "canonical")...)
		sum := sha256.Sum256([]byte(canonical))
		require.Equal(t, p.Digest, hex.EncodeToString(sum[:]))
		_, rows, _ := c.ask(append(args, "-o", "csv")...)
		records, err := csv.NewReader(strings.NewReader(rows)).ReadAll()
		require.NoError(t, err)
		require.Len(t, records, len(p.Items)+1)
		file := filepath.Join(t.TempDir(), "users.xlsx")
		_, _, stderr := c.ask(append(args, "-o", "xlsx", "-f", file)...)
		require.Empty(t, stderr)
		book, err := excelize.OpenFile(file)
		require.NoError(t, err)
		defer book.Close()
		sheet, err := book.GetRows("Items")
		require.NoError(t, err)
		require.Len(t, sheet, len(p.Items)+1)
		for i, record := range records[1:] {
			require.Equal(t, strings.TrimPrefix(record[8], "'"), sheet[i+1][8])
			require.Equal(t, p.Items[i].Key, sheet[i+1][8])
		}
		require.Equal(t, strings.Join(records[0], " "), strings.Join(sheet[0], " "))
		_, _, stderr = c.ask(append(args, "-o", "xlsx", "-f", file)...)
		require.Contains(t, stderr, "is there already", "nothing is written over")
	})

	t.Run("bad input is refused with what to do", func(t *testing.T) {
		t.Parallel()
		for want, args := range map[string][]string{
			`there is no population "userz": there is users, admin-grants`: append([]string{"population", "userz"}, onTheDay...),
			"--from and --to are required":                                 {"population", "users"},
			"--to: 2026-01-01 is not after --from 2026-02-01":              {"population", "users", "--from", "2026-02-01", "--to", "2026-01-01"},
			"the period has not begun":                                     {"population", "users", "--from", "2027-02-01", "--to", "2027-03-01"},
			`there is no account with a list of users "typo": there is`:    append([]string{"population", "users", "--account", "typo"}, onTheDay...),
			`"pdf" is not a format`:                                        append([]string{"population", "users", "-o", "pdf"}, onTheDay...),
		} {
			code, stdout, stderr := c.ask(args...)
			require.Equal(t, exitCannotRun, code, want)
			require.Contains(t, stderr, want)
			require.Empty(t, stdout)
		}
	})
}

// A company of three devices: what is not looked at is not none, and what comes and
// goes is dated by the looks around it.
func TestPopulationOfDevices(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "true", "false")
	o.scan()
	o.now = o.now.Add(12 * time.Hour)
	o.write("facts/d.csv", "id,name,encrypted\nC1,device-1,true\nC2,device-2,true\nC9,=cmd(),true\n")
	o.scan()
	o.now = o.now.Add(time.Hour)
	code, stdout, stderr := o.run("population", "users", "--from", "2026-11-01T09:30:00Z", "--to", "now")
	require.Equal(t, exitIncomplete, code, stderr)
	require.Contains(t, stdout, "NOT SEEN: no source that was ever looked at lists User facts")
	_, stdout, _ = o.run("sample", "users", "--from", "2026-11-01T09:30:00Z", "--to", "now", "--size", "3", "--seed", "1", "--drawn-by", "marie")
	require.Empty(t, stdout)

	code, stdout, stderr = o.run("population", "devices", "--from", "2026-11-01T09:30:00Z", "--to", "2026-11-01T22:00:00Z")
	require.Equal(t, exitOK, code, stderr)
	text := strings.Join(strings.Fields(stdout), " ")
	require.Contains(t, text, "4 items, 1 of them not certain")
	require.Contains(t, text, "device-3 · files.device · files/organization ended between 2026-11-01 09:00 UTC and 2026-11-01 21:00 UTC "+
		"NOT CERTAIN last seen before the period; it had gone when the list was next looked at")
	require.Contains(t, text, "=cmd() · files.device · files/organization began between 2026-11-01 09:00 UTC and 2026-11-01 21:00 UTC")
	require.Contains(t, text, "NOT CONFIRMED: 2 exports", "the rows changed, so it is another export")
	require.Contains(t, text, "what existed for less than 12h01m can be missed", "rounded up")
	_, stdout, _ = o.run("population", "devices", "--from", "2026-11-01T09:30:00Z", "--to", "2026-11-01T22:00:00Z", "-o", "csv")
	require.Contains(t, stdout, ",\"'=cmd()\",")

	t.Log("the size of a frequency is the company's own")
	o.write("controlwatch.yaml", "sources:\n  - provider: files\n    settings: {directory: facts}\nsampling:\n  sizes: {daily: 2}\n")
	config := filepath.Join(o.dir, "controlwatch.yaml")
	draw := []string{"sample", "devices", "--from", "2026-11-01T09:30:00Z", "--to", "2026-11-01T22:00:00Z", "--seed", "s", "-c", config, "--drawn-by", "marie"}
	code, stdout, stderr = o.run(append(draw, "--frequency", "daily")...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "2 items (the company's setting for daily)")
	code, _, stderr = o.run(append(draw, "--frequency", "weekly")...)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, `has no "weekly"; it has daily`)
	code, _, stderr = o.run(append(draw[:len(draw)-2:len(draw)-2], "--size", "1")...)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "--drawn-by: missing")
}

func TestPopulationConfirm(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	leavers := []string{"population", "leavers", "--from", "2026-06-01", "--to", "2026-11-16"}
	code, _, stderr := c.ask("population", "confirm", "personio/employment", "--by", " Yuki@acme-robotics.example")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "yuki@acme-robotics.example prepared the list; a second person has to confirm it")
	code, _, stderr = c.ask("population", "confirm", "payroll/employment", "--by", "noor")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, `there is no list "payroll/employment": there is jamf/device, personio/employment`)
	_, stdout, _ := c.ask(leavers...)
	require.Contains(t, stdout, "NOT CONFIRMED")

	code, stdout, stderr = c.ask("population", "confirm", "people", "--by", "noor")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "identity not verified")
	p := c.population(leavers...)
	require.Zero(t, p.Unconfirmed)
	require.Equal(t, "noor", p.Lists[0].Exports[0].Confirmed.By)
	require.Contains(t, stdout, p.Lists[0].Exports[0].Digest)
	_, stdout, _ = c.ask(leavers...)
	require.NotContains(t, stdout, "NOT CONFIRMED")
	require.Contains(t, stdout, "confirmed by noor (identity not verified)")
}

func TestSampleOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	changes := append([]string{"sample", "merged-changes"}, inNovember...)
	code, stdout, stderr := c.ask(append(changes, "--size", "3", "--seed", "5f0c1e", "-o", "json")...)
	require.Equal(t, exitOK, code, stderr)
	var s struct {
		Schema   string `json:"schema"`
		ID       string `json:"id"`
		Title    string `json:"title"`
		Evidence []struct {
			Fact     map[string]any   `json:"fact"`
			Pull     map[string]any   `json:"pull"`
			Findings []map[string]any `json:"findings"`
			NotRead  []string         `json:"not_read"`
		} `json:"evidence"`
		soc2.Sample
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &s))
	require.Equal(t, "controlwatch.sample/v1", s.Schema)
	require.Equal(t, "management's pre-test", s.Title)
	require.Len(t, s.Items, 3)
	for i, e := range s.Evidence {
		require.Empty(t, e.NotRead)
		require.Equal(t, s.Items[i].Resource.ID, e.Fact["resource"].(map[string]any)["id"])
		require.Equal(t, s.Items[i].Pull, e.Pull["id"])
		require.NotEmpty(t, e.Findings)
	}
	p := c.population(append([]string{"population", "merged-changes"}, inNovember...)...)
	require.Equal(t, p.Digest, s.Digest)

	t.Log("the same seed gives the same, and that it is not the first is said")
	code, again, stderr := c.ask(append(changes, "--size", "3", "--seed", "5f0c1e", "--auditor", "Ash & Co")...)
	require.Equal(t, exitOK, code, stderr)
	for _, item := range s.Items {
		require.Contains(t, again, item.Resource.ID)
	}
	require.Contains(t, again, "sample drawn by the seed of the auditor Ash & Co")
	require.Contains(t, again, "It is not the first")
	require.Contains(t, again, s.ID)

	t.Log("a list that names what the population does not have")
	list := filepath.Join(t.TempDir(), "list.txt")
	require.NoError(t, os.WriteFile(list, []byte("# chosen by hand\n"+s.Items[1].Key+"\nacme/website#999\n"), 0o600))
	code, stdout, _ = c.ask(append(changes, "--items", list)...)
	require.Equal(t, exitIncomplete, code)
	require.Contains(t, stdout, "NOT IN THE POPULATION: acme/website#999")
	require.Contains(t, stdout, "management's pre-test")

	t.Log("deviations")
	code, _, stderr = c.ask("sample", "deviation", s.ID, "2", "--by", "noor", "--cause", "incident")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "--extent: missing")
	deviation := []string{"--by", "noor", "--cause", "incident", "--extent", "this one", "--compensating-control", "review next day"}
	code, _, stderr = c.ask(append([]string{"sample", "deviation", s.ID, "4"}, deviation...)...)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, `has no item "4"`)
	code, _, stderr = c.ask(append([]string{"sample", "deviation", s.ID, "2"}, deviation...)...)
	require.Equal(t, exitOK, code, stderr)
	_, stdout, _ = c.ask("sample", "show", s.ID)
	require.Contains(t, stdout, "DEVIATION")
	require.Contains(t, stdout, "compensating control: review next day")
	require.Contains(t, strings.Join(strings.Fields(stdout), " "), "noor (identity not verified)")

	t.Log("holes come first")
	code, stdout, _ = c.ask("sample", "leavers", "--from", "2026-06-01", "--to", "2026-11-16", "--size", "2", "--by", "quarter", "--seed", "1")
	require.Equal(t, exitIncomplete, code)
	lines := strings.Split(stdout, "\n")
	require.Contains(t, lines[1], "The population has 1 hole", stdout[:200])
	for want, args := range map[string][]string{
		"--seed: missing":                      append(changes, "--size", "3"),
		"--size: missing":                      append(changes, "--seed", "1"),
		"the sizes are in the configuration":   append(changes, "--seed", "1", "--frequency", "daily"),
		"a list is not drawn":                  append(changes, "--seed", "1", "--items", list),
		`"week" is not a part of a period`:     append(changes, "--seed", "1", "--size", "1", "--by", "week"),
		`there is no sample "e9.9"`:            {"sample", "show", "e9.9"},
		"there is nothing to draw from hires:": {"sample", "hires", "--from", "2020-01-01", "--to", "2020-01-02", "--size", "1", "--seed", "1"},
	} {
		code, _, stderr := c.ask(args...)
		require.Equal(t, exitCannotRun, code, want)
		require.Contains(t, stderr, want)
	}
}
