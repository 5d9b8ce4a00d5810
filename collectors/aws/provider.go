package aws

import (
	"context"
	"fmt"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// Provider is Amazon Web Services.
var Provider = connect.Provider{
	Name:       "aws",
	Title:      "Amazon Web Services",
	Discovery:  discovery,
	Narrowing:  []connect.NarrowingSetting{{Key: "regions"}, {Key: "skip_own_account"}},
	Collectors: declarations(),
	Settings:   func() any { return new(Settings) },
	Open:       open,
	Detect:     detect,
	Starter:    starter,
}

func open(o connect.Options) ([]connect.Source, error) {
	var s Settings
	if o.Decode != nil {
		if err := o.Decode(&s); err != nil {
			return nil, err
		}
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("aws: %w", err)
	}
	cfg, err := load(context.Background(), o, s)
	if err != nil {
		return nil, fmt.Errorf("aws: %w", err)
	}
	var out []connect.Source
	if !s.SkipOwnAccount {
		name := "default"
		if s.Profile != "" {
			name = s.Profile
		}
		out = append(out, connection{name: "aws/" + name, config: cfg, regions: s.Regions, events: s.eventLog(o)}.source())
	}
	for _, role := range s.Roles {
		id, err := role.account()
		if err != nil {
			return nil, fmt.Errorf("aws: %w", err)
		}
		out = append(out, connection{name: "aws/" + id, account: id, config: assume(cfg, role), regions: s.Regions, events: s.eventLog(o)}.source())
	}
	return out, nil
}

// eventLog is nil where the event history is not to be read.
func (s Settings) eventLog(o connect.Options) *connect.EventLog {
	if s.EventLogDays == 0 {
		return nil
	}
	return &connect.EventLog{Days: s.EventLogDays, Clock: o.Clock}
}

// source makes the connection's source. Until an account number is known, the
// scope that stands for it carries the name of the credentials.
func (c connection) source() connect.Source {
	id := c.account
	if id == "" {
		id = c.name[len("aws/"):]
	}
	return connect.Source{
		Name: c.name, Provider: "aws",
		Scope:    evidence.Scope{Provider: "aws", Account: id},
		Discover: c.discover,
	}
}
