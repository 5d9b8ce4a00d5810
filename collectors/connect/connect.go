// Package connect is what a provider offers so that it can be run: how its
// settings are read, which credentials it finds by itself, and which feeds it
// plans. It knows no provider, and providers know nothing of each other.
package connect

import (
	"context"
	"io"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// Provider is one cloud, identity provider, code host or other origin of evidence.
type Provider struct {
	Name  string // "aws"
	Title string // "Amazon Web Services"
	// Discovery declares the reads made to find out who we are and which feeds
	// there are. It owns no population.
	Discovery evidence.Collector
	// Collectors lists everything the provider can read, in the order of the reference.
	Collectors []evidence.Collector
	// Settings returns a pointer to an empty settings struct, for the
	// configuration's schema and documentation.
	Settings func() any
	// Open turns settings into sources. It does no network calls; an error is
	// the user's to mend and names the field.
	Open func(Options) ([]Source, error)
	// Detect looks for credentials already present. No credentials is not an
	// error: Found is empty and Looked says where it looked.
	Detect func(context.Context, Options) (Detected, error)
	// Narrowing are the settings that leave something unread; each is told in every
	// report unless a decision is recorded for it.
	Narrowing []NarrowingSetting
	// Starter are the settings that a first configuration asks for.
	Starter []StarterSetting
}

// NarrowingSetting is a setting that leaves something unread.
type NarrowingSetting struct {
	Key     string // in the settings: "regions"
	Default any    // what it is without being given; nil: left out, it leaves nothing unread
}

// StarterSetting is one setting of a first configuration. Secrets are never
// asked for: the file refers to the variable that holds them.
type StarterSetting struct {
	Key      string // in the settings: "organizations"
	Comment  string // one line, written above it
	List     bool   // several values are possible
	Optional bool   // left out, as a comment, where no value is given
	Secret   string // the environment variable that holds it; it is not asked for
	Example  string // a value that could be given
	// Found is the value to suggest from what was detected; nil or "": none.
	Found func(Detected, func(string) string) string
}

// Options is what a provider is opened with.
type Options struct {
	Decode func(into any) error // reads the settings strictly; nil when detecting
	Dir    string               // the configuration file's folder, for relative paths
	Env    func(string) string
	Stdin  io.Reader // for rows that are handed over; nil: there is none
	Seam   *transport.Seam
	Clock  func() time.Time
	// Commits tells who committed files; nil: nobody looks.
	Commits Commits
}

// Detected is what was found without configuration.
type Detected struct {
	Found  []Source
	How    string // "GITHUB_TOKEN in the environment", empty if nothing was found
	Looked string // where it looked, one line
	Give   string // how to give credentials, one line
}

// Source is one account, organisation or tenant with its credentials. One
// source failing costs that source only.
type Source struct {
	Name     string // unique and stable, "github/acme"; the store remembers plans under it
	Provider string
	// Scope stands for the source when it cannot even be found out what it holds.
	Scope evidence.Scope
	// Discover asks who we are and plans the feeds. known are the feeds of the
	// last plan: where a list of scopes (regions, repositories' shards) cannot be
	// read, they stay planned, and a feed with Err set says what is not known.
	Discover func(ctx context.Context, known []evidence.FeedID) (Discovery, error)
}

// Discovery is what a source holds today.
type Discovery struct {
	Principal       string   // as whom we look: ARN, login, client id
	PrincipalScopes []string // rights the provider says we have, where it says so
	Feeds           []Feed
}

// Feed is one collector over one scope.
type Feed struct {
	Collector evidence.Collector
	Scope     evidence.Scope
	// Collect reads the scope. It records what it obtains as it goes and returns
	// the error that stopped it, if any; what was recorded is kept.
	Collect func(context.Context, *evidence.Recorder) error
	// Err, if set, says why this feed cannot be read at all; Collect is not called.
	Err error
}

// ID names the feed.
func (f Feed) ID() evidence.FeedID {
	return evidence.FeedID{Collector: f.Collector.Name, Scope: f.Scope}
}
