package main

import (
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

type inventoryRead struct {
	Schema     string                  `json:"schema"`
	At         time.Time               `json:"at"`
	SampleData bool                    `json:"sample_data"`
	Assets     []report.InventoryAsset `json:"assets"`
	Counts     soc2.AssetCounts        `json:"counts"`
	Gaps       []soc2.AssetGap         `json:"gaps"`
	Unseen     []report.Hole           `json:"unseen"`
}

func (c *company) inventory(args ...string) inventoryRead {
	c.t.Helper()
	code, stdout, stderr := c.ask(append([]string{"inventory", "-o", "json"}, args...)...)
	require.Equal(c.t, exitIncomplete, code, "the keys of a repository were not seen: %s", stderr)
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	var in inventoryRead
	require.NoError(c.t, dec.Decode(&in))
	return in
}

func (in inventoryRead) named(name string) report.InventoryAsset {
	i := slices.IndexFunc(in.Assets, func(a report.InventoryAsset) bool { return a.Resource.Name == name })
	if i < 0 {
		return report.InventoryAsset{}
	}
	return in.Assets[i]
}

func TestInventoryOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	scan := c.scan(0)
	all := c.inventory()

	t.Run("everything that was seen is in it, with its system and owner", func(t *testing.T) {
		t.Parallel()
		require.True(t, all.SampleData)
		require.Len(t, all.Assets, all.Counts.Assets)
		api := all.named("acme-robotics/cloud-api")
		require.Equal(t, []string{"shop"}, api.Systems)
		require.Equal(t, []string{"commerce", "system shop"}, []string{api.Owner, api.OwnerBy})
		require.Equal(t, []string{"customer-records"}, api.Data)
		require.Equal(t, "production", api.Environment)
		require.False(t, *api.Exposed)
		shop := all.named("shop")
		require.True(t, *shop.Exposed, "a load balancer on the internet")
		reporting := all.named("reporting")
		require.Equal(t, []soc2.Missing{soc2.MissingSystem, soc2.MissingOwner, soc2.MissingClassification}, reporting.Missing)
		require.Equal(t, "8.0.39", reporting.Version)
		require.NotNil(t, reporting.Exposed)
		require.JSONEq(t, `true`, string(field(t, reporting.Configuration, "public")))
		require.Len(t, all.Unseen, 1)
	})
	t.Run("findings name the systems and owner that the inventory has", func(t *testing.T) {
		t.Parallel()
		byID := map[string]report.InventoryAsset{}
		for _, a := range all.Assets {
			byID[a.Resource.Provider+string(a.Resource.Kind)+a.Resource.Region+a.Resource.ID] = a
		}
		compared := 0
		for _, f := range scan.Findings {
			a, ok := byID[f.Resource.Provider+string(f.Resource.Kind)+f.Resource.Region+f.Resource.ID]
			if !ok {
				continue
			}
			compared++
			require.Equal(t, a.Systems, f.Systems, f.Resource.Name)
			require.Equal(t, a.Owner, f.Owner, f.Resource.Name)
		}
		require.Greater(t, compared, 300)
	})
	t.Run("counts and gaps are of all, whatever is shown", func(t *testing.T) {
		t.Parallel()
		unscoped, unowned, unclassified := 0, 0, 0
		for _, a := range all.Assets {
			if len(a.Systems) == 0 {
				unscoped++
			}
			if a.Owner == "" {
				unowned++
			}
			if slices.Contains(a.Missing, soc2.MissingClassification) {
				unclassified++
			}
		}
		for _, asked := range []struct {
			flags []string
			want  int
		}{
			{[]string{"--unscoped"}, unscoped},
			{[]string{"--unowned"}, unowned},
			{[]string{"--unclassified"}, unclassified},
			{[]string{"--system", "shop"}, all.Counts.Systems["shop"]},
			{[]string{"--kind", "Vendor"}, 8},
		} {
			part := c.inventory(asked.flags...)
			require.Len(t, part.Assets, asked.want, asked.flags)
			require.Equal(t, all.Counts, part.Counts)
			require.Equal(t, all.Gaps, part.Gaps)
		}
		require.Equal(t, soc2.AssetCounts{
			Assets: len(all.Assets), Systems: all.Counts.Systems, Unscoped: unscoped, Unowned: unowned, Unclassified: unclassified,
		}, all.Counts)
	})
	t.Run("the table fits a terminal and names the gaps", func(t *testing.T) {
		t.Parallel()
		code, stdout, _ := c.ask("inventory")
		require.Equal(t, exitIncomplete, code)
		require.Contains(t, stdout, "SAMPLE DATA")
		require.Contains(t, stdout, "that no system claims")
		require.Contains(t, stdout, "Not seen")
		for line := range strings.Lines(stdout) {
			require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), report.MinWidth)
		}
	})
	t.Run("CSV and XLSX hold the same", func(t *testing.T) {
		t.Parallel()
		_, stdout, _ := c.ask("inventory", "-o", "csv")
		rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, len(all.Assets)+1)
		file := filepath.Join(t.TempDir(), "i.xlsx")
		code, _, stderr := c.ask("inventory", "-o", "xlsx", "-f", file)
		require.Equal(t, exitIncomplete, code, stderr)
		book, err := excelize.OpenFile(file)
		require.NoError(t, err)
		defer book.Close()
		sheet, err := book.GetRows("Assets")
		require.NoError(t, err)
		require.Len(t, sheet, len(rows))
		for i := range sheet {
			for j := range sheet[i] {
				require.Equal(t, rows[i][j], sheet[i][j])
			}
		}
	})
	t.Run("with another configuration, by its scope", func(t *testing.T) {
		t.Parallel()
		file, err := sample.Write(t.TempDir())
		require.NoError(t, err)
		_, stdout, stderr := c.ask("inventory", "-c", file, "--system", "shop", "-o", "json")
		require.NotEmpty(t, stdout, stderr)
	})
	t.Run("bad input is refused", func(t *testing.T) {
		t.Parallel()
		for want, args := range map[string][]string{
			`--system: there is no system "shpo": there is`:               {"--system", "shpo"},
			`--kind: there is no kind of asset "Datastores": there is `:   {"--kind", "Datastores"},
			`--output: "yaml" is not a format; expected table, csv, json`: {"-o", "yaml"},
			`--as-of: "never" is no moment`:                               {"--as-of", "never"},
			"the store knows nothing as of":                               {"--as-of", "2020-01-01"},
		} {
			code, _, stderr := c.ask(append([]string{"inventory"}, args...)...)
			require.Equal(t, exitCannotRun, code)
			require.Contains(t, stderr, want)
		}
	})
}

func field(t *testing.T, object json.RawMessage, name string) json.RawMessage {
	t.Helper()
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(object, &all))
	return all[name]
}
