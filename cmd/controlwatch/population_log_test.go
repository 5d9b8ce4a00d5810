package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/soc2"
)

// Somebody who came and went before anybody looked is in the population, by
// CloudTrail, and can be drawn.
func TestPopulationWithAnEventLog(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	exchanges, err := sampleExchanges()
	require.NoError(t, err)
	others, err := replay.Load(os.DirFS("../../collectors/aws/testdata/exchanges"))
	require.NoError(t, err)
	events := slices.DeleteFunc(others, func(e replay.Exchange) bool { return e.Operation != "cloudtrail:LookupEvents" })
	c.base = replay.New(append(slices.Clone(exchanges), events...))
	file, err := sample.Write(t.TempDir())
	require.NoError(t, err)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	regions := "      regions: [eu-west-1, us-east-1]\n"
	require.Contains(t, string(text), regions)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), regions, regions+"      event_log_days: 7\n", 1)), 0o600))
	read, err := config.Read(file, sample.Env)
	require.NoError(t, err)
	c.config = &read
	c.scan(0)
	c.scan(12 * time.Hour)

	asked := []string{"users", "--provider", "aws", "--from", "2026-11-15T08:00:00Z", "--to", "2026-11-16T20:00:00Z"}
	p := c.population(append([]string{"population"}, asked...)...)
	i := slices.IndexFunc(p.Items, func(item soc2.PopulationItem) bool { return item.FromLog })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, "migration-helper", p.Items[i].Resource.Name)
	require.Equal(t, "AIDACKCEVSQ6C2EXAMPLE", p.Items[i].Resource.ID)
	require.True(t, p.Items[i].Certain)
	for _, l := range p.Lists {
		if l.Type == "aws.iam.user" {
			require.Equal(t, &soc2.EventLogRecord{Name: "CloudTrail", NotRead: []soc2.ListHole{}, Entries: 2, OnlyThere: []string{p.Items[i].Key}, NotThere: []string{}}, l.EventLog)
		}
	}
	_, stdout, _ := c.ask(append([]string{"population"}, asked...)...)
	stdout = strings.Join(strings.Fields(stdout), " ")
	require.Contains(t, stdout, "event log CloudTrail: 2 entries; 1 item is in the list from there only")
	require.Contains(t, stdout, "began on 2026-11-15 09:00 UTC, as the provider says ended on 2026-11-15 10:00 UTC, as the provider says known from the event log only: no pull saw it")

	code, stdout, stderr := c.ask(append(append([]string{"sample"}, asked...), "--size", "99", "--seed", "1")...)
	require.NotEqual(t, exitCannotRun, code, stderr)
	require.Contains(t, stdout, "migration-helper")
	require.Contains(t, stdout, "iam:CreateUser", "the entry is its evidence")
	require.NotContains(t, stdout, "hunter2")
}
