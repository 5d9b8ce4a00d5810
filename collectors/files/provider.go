// Package files takes facts that live elsewhere from a folder: devices from a
// management system, leavers from HR, trainings, vendors. Each set of rows comes
// with a record of where it is from, so that its completeness can be tested like
// that of any other pull. It has no opinion on what the rows say.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

const (
	providerName = "files"
	operation    = "read:directory"
)

// Provider is a folder of facts. It finds none by itself: which folder counts
// is for the configuration to say.
var Provider = connect.Provider{
	Name:       providerName,
	Title:      "Files of your own",
	Discovery:  evidence.Collector{Name: "files_discovery", Doc: "Reads the records of the sets in the folder."},
	Collectors: []evidence.Collector{collector},
	Settings:   func() any { return new(Settings) },
	Open:       open,
	Starter: []connect.StarterSetting{{
		Key: "directory", Comment: "Folder with a NAME.set.yaml for each set of facts; relative to this file.", Example: "facts",
	}},
}

// collector is what every set is read by. The populations named here are those
// that controls of the catalogue judge; a set may be of any kind.
var collector = evidence.Collector{
	Name: "files",
	Doc:  "Reads a set of facts, CSV, XLSX or JSON, and the record of where it comes from.",
	Populations: []evidence.Population{
		{Kind: "Device", Type: "files.device"},
		{Kind: "Employment", Type: "files.employment"},
		{Kind: "Training", Type: "files.training"},
		{Kind: "Vendor", Type: "files.vendor"},
	},
	Reads: []string{operation},
}

// Settings is the configuration of one folder.
type Settings struct {
	// Directory holds the sets; relative to the configuration file.
	Directory string `yaml:"directory" json:"directory" jsonschema:"required,description=Folder of sets of facts\\, relative to the configuration file: a NAME.set.yaml for each\\, with its data beside it."`
	// Organization names whose facts these are, where there is more than one folder.
	Organization string `yaml:"organization,omitempty" json:"organization,omitempty" jsonschema:"default=organization,description=Whose facts these are. Needed where more than one folder is read."`
}

const defaultOrganisation = "organization"

// open refuses a folder with a malformed record: it is the user's to mend, and
// mending is easiest before anything runs.
func open(o connect.Options) ([]connect.Source, error) {
	var s Settings
	if err := o.Decode(&s); err != nil {
		return nil, err
	}
	if s.Directory == "" {
		return nil, errors.New("directory: empty; name the folder that holds the sets of facts")
	}
	src := &source{dir: s.Directory, organisation: strings.TrimSpace(s.Organization), clock: o.Clock}
	if src.organisation == "" {
		src.organisation = defaultOrganisation
	}
	if !filepath.IsAbs(src.dir) {
		src.dir = filepath.Join(o.Dir, src.dir)
	}
	sets, err := readSets(src.dir)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	for _, set := range sets {
		if set.Data == standardInput && o.Stdin == nil {
			return nil, fmt.Errorf("directory: %s: data: there is no standard input to read", set.file)
		}
	}
	// It can be read only once, and is looked at again at every pull.
	src.input = sync.OnceValues(func() ([]byte, error) { return readInput(o.Stdin) })
	return []connect.Source{src.connect()}, nil
}

// largestInput bounds what is taken from standard input.
const largestInput = 512 << 20

func readInput(in io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, largestInput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read standard input: %w", err)
	case len(b) > largestInput:
		return nil, fmt.Errorf("standard input is larger than %d MiB; put it into a file", largestInput>>20)
	}
	return b, nil
}

// source is one folder.
type source struct {
	dir          string
	organisation string
	clock        func() time.Time
	input        func() ([]byte, error) // standard input
}

func (s *source) connect() connect.Source {
	return connect.Source{
		Name:     providerName + "/" + s.organisation,
		Provider: providerName,
		Scope:    evidence.Scope{Provider: providerName, Account: s.organisation},
		Discover: s.discover,
	}
}

// discover plans one feed for each set. A record that cannot be read stops it,
// so that what was planned before stays planned: a set is never given up because
// of a typing mistake.
func (s *source) discover(context.Context, []evidence.FeedID) (connect.Discovery, error) {
	sets, err := readSets(s.dir)
	if err != nil {
		return connect.Discovery{}, unseen(err)
	}
	d := connect.Discovery{Principal: "a reader of the folder " + filepath.Base(s.dir)}
	for _, set := range sets {
		c := collector
		c.Populations = []evidence.Population{set.population()}
		d.Feeds = append(d.Feeds, connect.Feed{
			Collector: c, Scope: set.scope(s.organisation),
			Collect: func(ctx context.Context, r *evidence.Recorder) error { return s.collect(ctx, r, set) },
		})
	}
	return d, nil
}
