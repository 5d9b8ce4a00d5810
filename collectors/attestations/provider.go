// Package attestations reads what people state about controls that no machine
// can see: YAML files in a folder, with evidence files beside them. It checks
// that a statement is well formed and that its evidence is there, and has no
// opinion on what is stated.
package attestations

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

const (
	providerName    = "attestations"
	attestationType = "attestations.attestation"
	operation       = "read:directory"
	logOperation    = "read:log"
)

// Provider is a folder of attestations. It finds none by itself: which folder
// counts is for the configuration to say.
var Provider = connect.Provider{
	Name:       providerName,
	Title:      "Attestations",
	Discovery:  evidence.Collector{Name: "attestations_discovery", Doc: "Reads nothing: the folder is configured."},
	Collectors: collectors,
	Settings:   func() any { return new(Settings) },
	Open:       open,
	Starter:    starter,
}

var collectors = []evidence.Collector{attestationsCollector}

var attestationsCollector = evidence.Collector{
	Name:        "attestations",
	Doc:         "Reads every YAML file of the folder and hashes the evidence files it names; and what people recorded by command.",
	Populations: []evidence.Population{{Kind: "Attestation", Type: attestationType}},
	Reads:       []string{operation, logOperation},
}

// Settings is the configuration of one folder.
type Settings struct {
	// Directory holds the files; relative to the configuration file.
	Directory string `yaml:"directory" json:"directory" jsonschema:"required,description=Folder of attestations, relative to the configuration file. Every .yaml and .yml file in it and below is read."`
	// Organization names whose statements these are, where there is more than one folder.
	Organization string `yaml:"organization,omitempty" json:"organization,omitempty" jsonschema:"default=organization,description=Whose statements these are. Needed where more than one folder is read."`
}

const defaultOrganisation = "organization"

// open refuses a folder with a malformed file: it is the user's to mend, and
// mending is easiest before anything runs.
func open(o connect.Options) ([]connect.Source, error) {
	var s Settings
	if err := o.Decode(&s); err != nil {
		return nil, err
	}
	if s.Directory == "" {
		return nil, errors.New("directory: empty; name the folder that holds the attestations")
	}
	organisation := strings.TrimSpace(s.Organization)
	if organisation == "" {
		organisation = defaultOrganisation
	}
	if organisation == recordedAccount {
		return nil, fmt.Errorf("organization: %q stands for what is recorded by command; name it otherwise", organisation)
	}
	dir := s.Directory
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(o.Dir, dir)
	}
	if err := Check(dir, o.Clock()); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	src := &source{dir: dir, organisation: organisation, clock: o.Clock, commits: o.Commits}
	return []connect.Source{src.connect()}, nil
}

// source is one folder.
type source struct {
	dir          string
	organisation string
	clock        func() time.Time
	commits      connect.Commits
}

func (s *source) scope() evidence.Scope {
	return evidence.Scope{Provider: providerName, Account: s.organisation}
}

func (s *source) connect() connect.Source {
	return connect.Source{
		Name:     providerName + "/" + s.organisation,
		Provider: providerName,
		Scope:    s.scope(),
		Discover: func(context.Context, []evidence.FeedID) (connect.Discovery, error) {
			return connect.Discovery{Principal: "a reader of the folder " + filepath.Base(s.dir), Feeds: []connect.Feed{{Collector: attestationsCollector, Scope: s.scope(), Collect: s.collect}}}, nil
		},
	}
}
