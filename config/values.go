package config

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Duration is a length of time written as 90s, 15m, 24h.
type Duration time.Duration

// UnmarshalYAML reads a duration and says where a bad one stands.
func (d *Duration) UnmarshalYAML(n ast.Node) error { return strictyaml.Text(n, d.UnmarshalText) }

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	parsed, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("expected a duration such as 15m or 24h")
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText writes a duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Date is a day, written 2027-03-31 (its end in UTC counts), or a moment in RFC 3339.
type Date time.Time

// UnmarshalYAML reads a date and says where a bad one stands.
func (d *Date) UnmarshalYAML(n ast.Node) error { return strictyaml.Text(n, d.UnmarshalText) }

// UnmarshalText reads a date.
func (d *Date) UnmarshalText(b []byte) error {
	if day, err := time.Parse(time.DateOnly, string(b)); err == nil {
		*d = Date(day.AddDate(0, 0, 1))
		return nil
	}
	moment, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return fmt.Errorf("expected a date such as 2027-03-31")
	}
	*d = Date(moment.UTC())
	return nil
}

// MarshalText writes a date.
func (d Date) MarshalText() ([]byte, error) { return []byte(time.Time(d).Format(time.RFC3339)), nil }
