// Package config reads the configuration file into a validated value. What is
// wrong is said with file, line, column, what was expected and what to do, and
// all of it at once. It knows no provider: their settings stay nodes that each
// provider decodes strictly itself.
package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Config is a whole configuration file.
type Config struct {
	Organization string     `yaml:"organization" json:"organization,omitempty" jsonschema:"description=Name of the company whose systems are looked at."`
	Scope        Scope      `yaml:"scope" json:"scope,omitzero"`
	Store        string     `yaml:"store" json:"store,omitempty" jsonschema:"description=Where evidence is kept: sqlite:PATH. The flag --store and CONTROLWATCH_STORE come first."`
	Listen       string     `yaml:"listen" json:"listen,omitempty" jsonschema:"description=Address of the status page and /metrics. Default 127.0.0.1:9464."`
	Web          Web        `yaml:"web" json:"web,omitzero" jsonschema:"description=Who may ask the daemon\\, and how they are known."`
	Timezone     string     `yaml:"timezone" json:"timezone,omitempty" jsonschema:"description=Time zone of the schedules\\, such as Europe/Berlin. Default UTC. What is written and served is always in UTC."`
	Network      Network    `yaml:"network" json:"network,omitzero"`
	AssessEvery  Duration   `yaml:"assess_every" json:"assess_every,omitempty" jsonschema:"description=Longest time between two assessments\\, at most 1h. Default 1h."`
	Confirm      Confirm    `yaml:"confirm" json:"confirm,omitzero" jsonschema:"description=How often drift must be seen before it is announced."`
	Sources      []Source   `yaml:"sources" json:"sources"`
	Controls     Controls   `yaml:"controls" json:"controls,omitzero"`
	Evidence     Evidence   `yaml:"evidence" json:"evidence,omitzero"`
	Decisions    []Decision `yaml:"decisions" json:"decisions,omitempty"`
	WarnExpiry   Span       `yaml:"warn_before_expiry" json:"warn_before_expiry,omitempty" jsonschema:"description=How long before its end a decision is reported as expiring\\, such as 30d. Default 30d."`
	Period       Period     `yaml:"period" json:"period,omitzero"`
	Sampling     Sampling   `yaml:"sampling" json:"sampling,omitzero"`
	Risk         Risk       `yaml:"risk" json:"risk,omitzero"`
	Plan         Plan       `yaml:"plan" json:"plan,omitzero"`
	Alerts       Alerts     `yaml:"alerts" json:"alerts,omitzero"`

	Identities []Identity `yaml:"identities" json:"identities,omitempty" jsonschema:"description=People who record\\, ask for or approve something\\, with their keys."`
	Change     Change     `yaml:"change" json:"change,omitzero"`

	File string `yaml:"-" json:"-"` // the path it was read from
	node strictyaml.Node
	text []byte
}

// Text is the file as it was read; nil: there is none.
func (c Config) Text() []byte { return c.text }

// Network is how providers are reached.
type Network struct {
	Proxy  string `yaml:"proxy" json:"proxy,omitempty" jsonschema:"description=HTTP proxy for everything that leaves this machine\\, such as http://proxy.example.com:3128. Without it: HTTPS_PROXY\\, HTTP_PROXY and NO_PROXY."`
	CAFile string `yaml:"ca_file" json:"ca_file,omitempty" jsonschema:"description=PEM file of certificates trusted besides the system's\\, relative to this file."`
}

// Source is one provider with its schedule and settings.
type Source struct {
	Provider string   `yaml:"provider" json:"provider"`
	Schedule string   `yaml:"schedule" json:"schedule,omitempty" jsonschema:"description=Cron expression of five fields\\, or @every 1h. Default: every six hours."`
	Timezone string   `yaml:"timezone" json:"timezone,omitempty" jsonschema:"description=Time zone of the schedule where it is another than the file's."`
	Jitter   Duration `yaml:"jitter" json:"jitter,omitempty" jsonschema:"description=Longest time by which this source runs later than its schedule\\, so that sources do not all run at once; the same for a source every time. At most 1h. Default none."`
	MaxAge   Duration `yaml:"max_age" json:"max_age,omitempty" jsonschema:"description=Evidence older than this counts as not seen. Default 24h."`
	Settings Settings `yaml:"settings" json:"settings,omitzero"`
}

// Controls adjusts the catalogue.
type Controls struct {
	Parameters map[string]map[string]any `yaml:"parameters" json:"parameters,omitempty" jsonschema:"description=By control: parameter and value instead of its default."`
}

// Decision is a recorded act of narrowing; see soc2.Decision.
type Decision struct {
	ID           string   `yaml:"id" json:"id"`
	Kind         string   `yaml:"kind" json:"kind" jsonschema:"enum=acceptance,enum=exclusion,enum=relaxation,enum=skip,enum=scope"`
	Control      string   `yaml:"control" json:"control,omitempty"`
	Check        string   `yaml:"check" json:"check,omitempty" jsonschema:"description=Only this check of the control."`
	Select       Selector `yaml:"select" json:"select,omitzero"`
	Parameter    string   `yaml:"parameter" json:"parameter,omitempty" jsonschema:"description=Of a relaxation: the parameter of the control that is not the catalogue's."`
	Value        any      `yaml:"value" json:"value,omitempty" jsonschema:"description=Of a relaxation: the value that is decided on. Of a skip: the setting's value; without it any."`
	Source       string   `yaml:"source" json:"source,omitempty" jsonschema:"description=Of a skip: the provider whose setting leaves something unread."`
	Setting      string   `yaml:"setting" json:"setting,omitempty" jsonschema:"description=Of a skip: that setting\\, such as regions."`
	LeavesOut    string   `yaml:"leaves_out" json:"leaves_out,omitempty" jsonschema:"description=Of kind scope: the Trust Services category or the system that is left out."`
	Reason       string   `yaml:"reason" json:"reason"`
	Compensating string   `yaml:"compensating" json:"compensating,omitempty"`
	Requester    string   `yaml:"requester" json:"requester"`
	Approver     string   `yaml:"approver" json:"approver"`
	Expires      Date     `yaml:"expires" json:"expires"`
}

// Selector picks the resources a decision is about; empty fields pick all.
type Selector struct {
	Provider string `yaml:"provider" json:"provider,omitempty"`
	Account  string `yaml:"account" json:"account,omitempty"`
	Region   string `yaml:"region" json:"region,omitempty"`
	Type     string `yaml:"type" json:"type,omitempty"`
	ID       string `yaml:"id" json:"id,omitempty"`
	Name     string `yaml:"name" json:"name,omitempty"`
}

// Categories are the five Trust Services categories.
var Categories = []string{"Security", "Availability", "Confidentiality", "Processing Integrity", "Privacy"}

// The defaults of what is left out.
const (
	DefaultListen      = "127.0.0.1:9464"
	DefaultSchedule    = "0 */6 * * *"
	DefaultMaxAge      = 24 * time.Hour
	DefaultAssessEvery = time.Hour
)

// Default is the configuration without a file.
func Default() Config {
	c := Config{}
	c.fill()
	return c
}

// Read reads and validates a file. env looks up environment variables for
// ${env:NAME} in settings.
func Read(file string, env func(string) string) (Config, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	return parse(file, src, env)
}

func parse(file string, src []byte, env func(string) string) (Config, error) {
	node, err := strictyaml.Parse(file, src)
	if err != nil {
		return Config{}, err
	}
	c := Config{File: file, node: node, text: src}
	if err := node.Decode(&c); err != nil {
		return Config{}, err
	}
	c.fill()
	for i := range c.Sources {
		s := &c.Sources[i].Settings
		s.Node.File, s.dir, s.env = file, filepath.Dir(file), env
	}
	c.Evidence.Log.within(file, env)
	c.Plan.within(file, env)
	c.Web.within(file, env)
	c.Alerts.within(file, env)
	if err := c.validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func (c *Config) fill() {
	if len(c.Scope.Categories) == 0 {
		c.Scope.Categories = []string{"Security"}
	}
	if c.Listen == "" {
		c.Listen = DefaultListen
	}
	if c.Confirm.Pulls == 0 && !c.node.At("confirm").Has("pulls") {
		c.Confirm.Pulls = DefaultConfirmPulls
	}
	c.Evidence.Answers.fill()
	c.Evidence.Retention.fill()
	c.Plan.fill()
	c.fillAlerts()
	if c.AssessEvery == 0 {
		c.AssessEvery = Duration(DefaultAssessEvery)
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Schedule == "" {
			s.Schedule = DefaultSchedule
		}
		if s.MaxAge == 0 {
			s.MaxAge = Duration(DefaultMaxAge)
		}
		if s.Timezone == "" && zone(c.Timezone) {
			s.Timezone = c.Timezone
		}
	}
}

func (c *Config) validate() error {
	var errs []error
	wrong := func(path []any, format string, args ...any) {
		errs = append(errs, c.node.At(path...).Problem(format, args...))
	}
	c.scopeProblems(wrong)
	c.webProblems(wrong)
	if d := time.Duration(c.AssessEvery); d < time.Second || d > time.Hour {
		wrong([]any{"assess_every"}, "assess_every: expected between 1s and 1h, because keys age and attestations expire between pulls")
	}
	for _, problem := range c.Confirm.problems() {
		wrong(problem.path, "%s", problem.text)
	}
	if !zone(c.Timezone) {
		wrong([]any{"timezone"}, "timezone: %q is not in the IANA time zone database; expected a name such as Europe/Berlin", c.Timezone)
	}
	if len(c.Sources) == 0 {
		wrong([]any{"sources"}, "sources: nothing to look at; add at least one `- provider: NAME`")
	}
	for i, s := range c.Sources {
		if s.Provider == "" {
			wrong([]any{"sources", i}, "sources[%d].provider is missing", i)
		}
		problems := s.problems()
		for _, field := range slices.Sorted(maps.Keys(problems)) {
			wrong([]any{"sources", i, field}, "%s", problems[field])
		}
	}
	for frequency, problem := range c.Sampling.problems() {
		wrong([]any{"sampling", "sizes", frequency}, "%s", problem)
	}
	if _, err := c.Evidence.FileLimit(); err != nil {
		wrong([]any{"evidence", "max_file_size"}, "evidence.max_file_size: %v", err)
	}
	for field, problem := range c.Evidence.Answers.problems() {
		wrong([]any{"evidence", "answers", field}, "evidence.answers.%s: %s", field, problem)
	}
	for field, problem := range c.Evidence.Retention.problems() {
		wrong([]any{"evidence", "retention", field}, "evidence.retention.%s: %s", field, problem)
	}
	for _, p := range c.Evidence.Log.problems() {
		wrong(append([]any{"evidence", "log"}, p.path...), "%s", p.text)
	}
	ids := map[string]bool{}
	for i, d := range c.Decisions {
		for _, problem := range d.problems() {
			wrong([]any{"decisions", i, problem.field}, "decisions[%d].%s: %s", i, problem.field, problem.text)
		}
		if ids[d.ID] {
			wrong([]any{"decisions", i, "id"}, "decisions[%d].id: %q is used twice", i, d.ID)
		}
		ids[d.ID] = true
	}
	c.peopleProblems(wrong)
	c.periodProblems(wrong)
	c.riskProblems(wrong)
	c.planProblems(wrong)
	c.alertProblems(wrong)
	return errors.Join(errs...)
}

// Problem says something is wrong at a path of keys and indexes, for those who
// know more than this package: which providers and controls exist.
func (c *Config) Problem(path []any, format string, args ...any) error {
	return c.node.At(path...).Problem(format, args...)
}
