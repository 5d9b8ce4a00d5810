package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
)

func newFacts(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "facts",
		Short: "Describe the kinds of facts, for evidence of your own",
		Long: `Facts that live elsewhere (devices, leavers, trainings, vendors) come in through
the provider files: a folder with a record of each set, NAME.set.yaml, and its
rows as CSV, XLSX or JSON beside it:

  kind: Device
  system: jamf                      # the source system
  query: all managed computers      # how the rows were asked for
  extracted_at: 2026-11-15T18:00:00Z
  rows: 52                          # how many the system said there are
  preparer: marie@example.com       # who took them out
  data: devices.csv                 # or - for standard input
  id: Serial Number                 # for CSV and XLSX: the column that identifies a row
  fields: {encrypted: FileVault}    # and those that hold fields`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(newFactsKinds(p), newFactsSchema(p))
	return cmd
}

func newFactsKinds(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "kinds",
		Short:   "List the kinds of facts",
		Example: `  controlwatch facts kinds`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			t := table.NewWriter()
			t.SetStyle(table.StyleLight)
			t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: max(p.width, 80) - 30, WidthMaxEnforcer: text.WrapSoft}})
			t.AppendHeader(table.Row{"KIND", "WHAT IT IS"})
			for _, k := range evidence.Kinds {
				t.AppendRow(table.Row{k.Kind, k.Doc})
			}
			_, err := fmt.Fprintln(p.stdout, t.Render())
			return err
		},
	}
}

func newFactsSchema(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "schema KIND",
		Short: "Print the JSON Schema of one kind's rows",
		Long: `Schema prints the JSON Schema of a row of one kind: id, name, and the kind's
fields. A field that is left out, or null, was not observed; it is never "no".
In CSV a column is a field's path, such as mfa.enabled.`,
		Example: "  controlwatch facts schema Device",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, k := range evidence.Kinds {
				names = append(names, string(k.Kind)+"\t"+k.Doc)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			kind, ok := evidence.KindOf(evidence.Kind(args[0]))
			if !ok {
				return fmt.Errorf("%q is not a kind of fact; `controlwatch facts kinds` lists them", args[0])
			}
			b, err := json.MarshalIndent(rowSchema(kind), "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, string(b))
			return err
		},
	}
}

// rowSchema describes a row of a kind.
func rowSchema(kind evidence.KindInfo) *jsonschema.Schema {
	r := &jsonschema.Reflector{ExpandedStruct: true, Anonymous: true, DoNotReference: true}
	schema := r.Reflect(kind.New())
	schema.Title, schema.Description = string(kind.Kind), kind.Doc
	t := kind.Type()
	for f := range t.Fields() {
		if f.Tag.Get("derived") == "true" {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			schema.Properties.Delete(name)
		}
	}
	optional(schema)
	schema.Properties.Set("name", &jsonschema.Schema{Type: "string", Description: "What people call it."})
	schema.Properties.Set("id", &jsonschema.Schema{Type: "string", Description: "What identifies it in the source system, for ever."})
	for _, last := range []string{"name", "id"} {
		_ = schema.Properties.MoveToFront(last) // it was set above
	}
	schema.Required = []string{"id"}
	return schema
}

// optional lets every field be left out or null: it was not observed then.
func optional(s *jsonschema.Schema) {
	s.Required = nil
	if s.Properties == nil {
		return
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		optional(pair.Value)
	}
}
