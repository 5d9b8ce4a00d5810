package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"
	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/config"
)

func newConfigSchema(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of the configuration, for editors",
		Example: `  controlwatch config schema > controlwatch.schema.json`,
		Long: `Schema prints a JSON Schema of the configuration file with every provider's
settings. Editors that know the YAML language server complete and check with it:

  controlwatch config schema > controlwatch.schema.json
  # yaml-language-server: $schema=controlwatch.schema.json   (first line of the file)`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			schema, err := configSchema()
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(schema)
			return err
		},
	}
}

// configSchema describes the configuration file, with each provider's settings.
func configSchema() ([]byte, error) {
	r := &jsonschema.Reflector{ExpandedStruct: true, Anonymous: true, Mapper: written}
	schema := r.Reflect(&config.Config{})
	schema.Title = "controlwatch configuration"
	source := schema.Definitions["Source"]
	if source == nil {
		return nil, errors.New("describe the configuration: no sources in it")
	}
	for _, p := range collectors.Providers {
		settings := (&jsonschema.Reflector{ExpandedStruct: true, Anonymous: true, DoNotReference: true}).Reflect(p.Settings())
		settings.Version = ""
		properties := jsonschema.NewProperties()
		properties.Set("provider", &jsonschema.Schema{Const: p.Name})
		then := jsonschema.NewProperties()
		then.Set("settings", settings)
		source.AllOf = append(source.AllOf, &jsonschema.Schema{
			If: &jsonschema.Schema{Properties: properties}, Then: &jsonschema.Schema{Properties: then},
		})
	}
	provider, ok := source.Properties.Get("provider")
	if !ok {
		return nil, errors.New("describe the configuration: a source has no provider")
	}
	for _, name := range providerNames() {
		provider.Enum = append(provider.Enum, name)
	}
	schema.Definitions["Settings"] = &jsonschema.Schema{Type: "object"}
	b, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("describe the configuration: %w", err)
	}
	return append(b, '\n'), nil
}

// written describes the types that are texts in the file and none in Go.
func written(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[config.Duration]():
		return &jsonschema.Schema{Type: "string", Examples: []any{"90s", "15m", "24h"}}
	case reflect.TypeFor[config.Span]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{1,5}[hdw]$`, Examples: []any{"48h", "30d", "52w"}}
	case reflect.TypeFor[config.Secret]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\$\{(env|file):[^}]+\}$`, Examples: []any{"${env:NAME}", "${file:PATH}"}}
	case reflect.TypeFor[config.Date]():
		return &jsonschema.Schema{Type: "string", Description: "A day such as 2027-03-31, its end in UTC, or a moment in RFC 3339."}
	}
	return nil
}
