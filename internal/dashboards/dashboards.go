// Package dashboards reads the Grafana dashboards of deploy/grafana, for tests. It
// knows of a dashboard what a person sees and what is asked of Prometheus.
package dashboards

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Dashboard is one file.
type Dashboard struct {
	File        string `json:"-"`
	UID         string
	Title       string
	Description string
	Tags        []string
	Timezone    string
	Links       []Link
	Panels      []Panel
	Templating  struct{ List []Variable }
	Annotations struct{ List []Annotation }
}

// Link leads somewhere else.
type Link struct {
	Type, Title, URL string
	IncludeVars      bool
	KeepTime         bool
}

// Variable is a choice above the panels.
type Variable struct {
	Type, Name, Label string
	Datasource        *Source
	Multi, IncludeAll bool
	AllValue          string
	Query             json.RawMessage // a text, or an object with one
	Current           struct{ Value any }
}

// Source names a data source.
type Source struct{ Type, UID string }

// Annotation marks times in graphs.
type Annotation struct {
	Name, Expr      string
	Datasource      Source
	UseValueForTime bool
}

// Panel is one field of a dashboard.
type Panel struct {
	ID          int
	Type, Title string
	Description string
	Datasource  *Source
	GridPos     struct{ X, Y, W, H int }
	Targets     []Target
	Links       []Link
	FieldConfig struct {
		Defaults struct {
			Unit       string
			NoValue    string
			Mappings   []Mapping
			Thresholds struct {
				Steps []struct {
					Color string
					Value *float64
				}
			}
		}
		Overrides []struct {
			Matcher    struct{ ID, Options string }
			Properties []struct {
				ID    string
				Value json.RawMessage
			}
		}
	}
	Transformations []struct {
		ID      string
		Options struct {
			RenameByName  map[string]string
			ExcludeByName map[string]bool
		}
	}
}

// Mapping is words in place of values.
type Mapping struct {
	Type    string
	Options json.RawMessage
}

// Target is one query of a panel.
type Target struct {
	RefID, Expr, LegendFormat, Format string
	Range, Instant                    bool
	Datasource                        Source
}

// Read reads every dashboard of a folder.
func Read(folder string) ([]Dashboard, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []Dashboard
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		d := Dashboard{File: filepath.Base(file)}
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, d)
	}
	return all, nil
}

// Asks is what a variable asks the data source; empty for a choice of data sources.
func (v Variable) Asks() string {
	var of struct{ Query string }
	if v.Type != "query" || json.Unmarshal(v.Query, &of) != nil {
		return ""
	}
	return of.Query
}
