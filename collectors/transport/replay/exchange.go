// Package replay answers requests from exchanges kept in files, so that the
// real clients and collectors run without a provider. Each file states where
// its exchanges come from. A request that no exchange fits is an error: a replay
// never makes up an answer.
package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Exchange is one request and its answer. The request's fields say what fits:
// query and form must fit entirely, so that the second page's request is never
// answered with the first page.
type Exchange struct {
	// Origin says what gave the answer: a server and its version, a vendor's
	// published example, or the documentation it was written from.
	Origin string `yaml:"-"`

	Operation string            `yaml:"operation"`         // as the guard names it
	Account   string            `yaml:"account,omitempty"` // of the running pull's scope; empty: any
	Region    string            `yaml:"region,omitempty"`  // of the running pull's scope; empty: any
	Host      string            `yaml:"host,omitempty"`    // empty: any
	Method    string            `yaml:"method"`            // "GET"
	Path      string            `yaml:"path"`              // escaped, as sent
	Query     map[string]string `yaml:"query,omitempty"`   // all of it; "*" fits any value; repeated keys joined by ","
	Form      map[string]string `yaml:"form,omitempty"`    // all fields of a form body, likewise
	Contains  string            `yaml:"body_contains,omitempty"`
	Response  Response          `yaml:"response"`
}

// Response is the answer of an exchange.
type Response struct {
	Status  int               `yaml:"status"`
	Headers map[string]string `yaml:"headers,omitempty"`
	Body    string            `yaml:"body,omitempty"`
}

// file is the form of a file of exchanges.
type file struct {
	Origin    string     `yaml:"origin"`
	Exchanges []Exchange `yaml:"exchanges"`
}

// Load reads every .yaml and .yml file of a file system, in the order of their
// paths, strictly: unknown keys, missing fields and files without an origin are
// errors with their place. A file holds at most strictyaml.MaxBytes.
func Load(fsys fs.FS) ([]Exchange, error) {
	var all []Exchange
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" {
			return nil
		}
		exchanges, err := readFile(fsys, name)
		if err != nil {
			return err
		}
		all = append(all, exchanges...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load exchanges: %w", err)
	}
	return all, nil
}

func readFile(fsys fs.FS, name string) ([]Exchange, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	whole, err := strictyaml.Parse(name, b)
	if err != nil {
		return nil, err
	}
	var f file
	if err := whole.Decode(&f); err != nil {
		return nil, err
	}
	if strings.TrimSpace(f.Origin) == "" {
		return nil, whole.At("origin").Problem("origin is missing: say what gave these answers")
	}
	if len(f.Exchanges) == 0 {
		return nil, whole.At("exchanges").Problem("exchanges are missing")
	}
	var problems []error
	for i := range f.Exchanges {
		if err := f.Exchanges[i].valid(); err != nil {
			problems = append(problems, whole.At("exchanges", i).Problem("exchange %d: %v", i+1, err))
		}
		f.Exchanges[i].Origin = f.Origin
	}
	return f.Exchanges, errors.Join(problems...)
}

func (e Exchange) valid() error {
	switch {
	case e.Operation == "":
		return fmt.Errorf("operation is missing")
	case e.Method == "" || e.Method != strings.ToUpper(e.Method):
		return fmt.Errorf("%s: method is missing or not in capitals", e.Operation)
	case !strings.HasPrefix(e.Path, "/"):
		return fmt.Errorf("%s: path must start with /", e.Operation)
	case strings.Contains(e.Path, "?"):
		return fmt.Errorf("%s: the query goes into query, not into path", e.Operation)
	case http.StatusText(e.Response.Status) == "":
		return fmt.Errorf("%s: response.status %d is no HTTP status", e.Operation, e.Response.Status)
	}
	return nil
}
