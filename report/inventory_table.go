package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// inventoryColumns are the columns of CSV and XLSX. They are a contract: new ones
// are added at the end.
var inventoryColumns = []string{
	"as_of", "provider", "account", "region", "kind", "type", "id", "name", "systems", "owner", "owner_known_by", "environment",
	"data", "exposed", "privileged", "version", "configuration", "missing", "last_seen", "tags", "sample_data",
}

func (in *Inventory) cells(item *soc2.InventoryItem) []string {
	r := item.Resource
	tags := ""
	if item.Tags != nil {
		b, err := json.Marshal(item.Tags)
		if err == nil {
			tags = string(b)
		}
	}
	var missing []string
	for _, m := range item.Missing() {
		missing = append(missing, string(m))
	}
	return []string{
		csvTime(&in.At), r.Provider, r.Account, r.Region, string(r.Kind), r.Type, r.ID, r.Name, strings.Join(item.Systems, " "), item.Owner, item.OwnerBy,
		item.Environment, strings.Join(item.Data, " "), truthCell(item.Exposed), truthCell(item.Privileged), item.Version, string(item.Shows),
		strings.Join(missing, " "), csvTime(&item.Seen), tags, strconv.FormatBool(in.SampleData),
	}
}

// truthCell is empty where nobody knows.
func truthCell(v *bool) string {
	if v == nil {
		return ""
	}
	return strconv.FormatBool(*v)
}

// InventoryCSV writes every asset as a row, guarded as CSV is.
func InventoryCSV(w io.Writer, in *Inventory) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	buffered.Write(csvRow(inventoryColumns)) //nolint:errcheck // Flush says so
	err := in.rows(func(item *soc2.InventoryItem) error {
		_, err := buffered.Write(csvRow(in.cells(item)))
		return err
	})
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// InventoryXLSX writes a workbook: the assets, the gaps, and what was not seen.
func InventoryXLSX(w io.Writer, in *Inventory) error {
	var rows, gaps, unseen [][]string
	err := in.rows(func(item *soc2.InventoryItem) error {
		rows = append(rows, in.cells(item))
		return nil
	})
	if err != nil {
		return err
	}
	for _, g := range in.gaps.All() {
		var examples []string
		for _, r := range g.Examples {
			examples = append(examples, r.Label())
		}
		gaps = append(gaps, []string{g.System, string(g.Missing), strconv.Itoa(g.Count), strings.Join(examples, "\n")})
	}
	for _, h := range in.Unseen() {
		unseen = append(unseen, []string{h.Provider, h.Account, h.Region, h.Collector, h.Hole.Type, string(h.Hole.Reason), csvTime(&h.Hole.Since), h.Hole.Detail})
	}
	return writeXLSX(w, []sheet{
		{"Assets", inventoryColumns, rows},
		{"Gaps", []string{"system", "missing", "count", "examples"}, gaps},
		{"Not seen", []string{"provider", "account", "region", "collector", "type", "reason", "since", "detail"}, unseen},
	})
}

// InventorySchemaV1 is the schema of an inventory in JSON.
const InventorySchemaV1 = "controlwatch.inventory/v1"

// inventoryTail is what follows the assets in controlwatch.inventory/v1.
type inventoryTail struct {
	// Over all assets, whatever the filter picks.
	Counts soc2.AssetCounts `json:"counts"`
	// What is not known of how many assets of each system.
	Gaps []soc2.AssetGap `json:"gaps"`
	// Lists of assets that were not seen to their end.
	Unseen []Hole `json:"unseen"`
}

// inventoryReport is controlwatch.inventory/v1, of which no value is ever made: it is
// written as it comes.
type inventoryReport struct {
	Schema     string           `json:"schema"`
	At         time.Time        `json:"at"`
	SampleData bool             `json:"sample_data"`
	Assets     []InventoryAsset `json:"assets"`
	inventoryTail
}

// InventoryAsset is one asset.
type InventoryAsset struct {
	Resource Resource `json:"resource"`
	// The systems that claim it; none: unscoped.
	Systems []string `json:"systems"`
	// Who owns it; empty: nobody is known.
	Owner string `json:"owner"`
	// How the owner is known: "tag owner", "its own record", "system payments", "rule".
	OwnerBy string `json:"owner_by"`
	// production, staging, development; empty: not known.
	Environment string `json:"environment"`
	// Classes of data, and levels; none: not classified.
	Data []string `json:"data"`
	// Whether the internet reaches it; null: not seen, or the kind cannot tell.
	Exposed *bool `json:"exposed"`
	// Whether it administers others; null: not seen, or the kind cannot tell.
	Privileged *bool `json:"privileged"`
	// As the provider spells it; empty: none, or not seen.
	Version string `json:"version"`
	// Field to value, or to {"unseen": reason}.
	Configuration json.RawMessage `json:"configuration"`
	// What should be known of it and is not: system, owner, classification.
	Missing []soc2.Missing `json:"missing"`
	// When a pull last confirmed it.
	LastSeen *time.Time `json:"last_seen"`
	// Null: not seen, or the kind has none.
	Tags map[string]string `json:"tags"`
}

// InventoryJSON writes an inventory as it comes: not all of it is ever in memory.
func InventoryJSON(w io.Writer, in *Inventory) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprintf(buffered, "{\n  \"schema\": %q,\n  \"at\": %q,\n  \"sample_data\": %v,\n  \"assets\": [", InventorySchemaV1, csvTime(&in.At), in.SampleData)
	separator := "\n    "
	err := in.rows(func(item *soc2.InventoryItem) error {
		r := item.Resource
		b, err := indented(InventoryAsset{
			Resource: Resource{Provider: r.Provider, Account: r.Account, Region: r.Region, Kind: r.Kind, Type: r.Type, ID: r.ID, Name: r.Name},
			Systems:  list(item.Systems), Owner: item.Owner, OwnerBy: item.OwnerBy, Environment: item.Environment, Data: list(item.Data),
			Exposed: item.Exposed, Privileged: item.Privileged, Version: item.Version, Configuration: item.Shows,
			Missing: list(item.Missing()), LastSeen: known(item.Seen), Tags: item.Tags,
		}, "    ")
		if err != nil {
			return err
		}
		_, err = buffered.WriteString(separator + string(b))
		separator = ",\n    "
		return err
	})
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	end := "],\n"
	if in.shown > 0 {
		end = "\n  ],\n"
	}
	tail := inventoryTail{Counts: in.counts, Gaps: list(in.gaps.All()), Unseen: []Hole{}}
	if tail.Counts.Systems == nil {
		tail.Counts.Systems = map[string]int{}
	}
	for _, h := range in.Unseen() {
		tail.Unseen = append(tail.Unseen, holeOf(h))
	}
	b, err := indented(tail, "")
	if err == nil {
		buffered.WriteString(end)                  //nolint:errcheck // Flush says so
		buffered.WriteString(string(b[2:]) + "\n") //nolint:errcheck // Flush says so
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
