package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
)

type initFlags struct {
	out        string
	yes, force bool
}

func newConfigInit(p *program) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a first configuration: finds credentials, asks, explains each line",
		Long: `Init looks for credentials already on this machine, asks what to look at, and
writes a commented configuration that ` + "`config check`" + ` accepts. Secrets are not
written: the file names the environment variables that hold them.`,
		Example: "  controlwatch config init\n  controlwatch config init --yes --out controlwatch.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.configInit(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.out, "out", "controlwatch.yaml", "file to write")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "ask nothing: take what was found")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace the file if it exists")
	return cmd
}

func (p *program) configInit(ctx context.Context, f initFlags) error {
	if _, err := os.Stat(f.out); err == nil && !f.force {
		return fmt.Errorf("%s exists already: name another with --out, or replace it with --force", f.out)
	}
	seam := transport.New(transport.Options{Base: p.base, Clock: p.now})
	a := &asker{out: p.stderr, in: bufio.NewReader(p.stdin), yes: f.yes}
	var blocks []string
	for _, provider := range collectors.Providers {
		block, err := p.initSource(ctx, a, provider, connect.Options{Env: p.env, Seam: seam, Clock: p.now})
		if err != nil {
			return err
		}
		if block != "" {
			blocks = append(blocks, block)
		}
	}
	if len(blocks) == 0 {
		return errors.New("nothing to look at was chosen, so nothing was written: run it again and configure at least one source")
	}
	organization := a.ask("Name of the company whose systems these are", "")
	if a.err != nil {
		return fmt.Errorf("read the answers: %w", a.err)
	}
	text := firstConfiguration(organization, blocks)
	if err := p.writeChecked(f.out, text, seam); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "wrote %s; next: controlwatch scan -c %s\n", f.out, f.out)
	return err
}

// initSource asks about one provider and gives its block, empty if it is left out.
func (p *program) initSource(ctx context.Context, a *asker, provider connect.Provider, o connect.Options) (string, error) {
	var detected connect.Detected
	if provider.Detect != nil {
		var err error
		if detected, err = provider.Detect(ctx, o); err != nil {
			return "", fmt.Errorf("look for %s credentials: %w", provider.Title, err)
		}
	}
	found := len(detected.Found) > 0
	if found {
		fmt.Fprintf(p.stderr, "%s: found %s\n", provider.Title, strings.Map(printable, detected.How))
	} else {
		fmt.Fprintf(p.stderr, "%s: nothing found\n", provider.Title)
	}
	if !a.agree("Look at "+provider.Title, found) {
		return "", nil
	}
	block := &strings.Builder{}
	fmt.Fprintf(block, "  - provider: %s\n    schedule: %q # five fields, in UTC\n    settings:\n", provider.Name, config.DefaultSchedule)
	for _, s := range provider.Starter {
		value := ""
		if s.Found != nil {
			value = s.Found(detected, p.env)
		}
		if s.Secret == "" {
			value = a.ask(s.Key+" ("+strings.TrimSuffix(s.Comment, ".")+")", value)
		}
		writeSetting(block, s, value)
	}
	return block.String(), nil
}

func writeSetting(b *strings.Builder, s connect.StarterSetting, value string) {
	fmt.Fprintf(b, "      # %s\n", s.Comment)
	prefix := "      "
	if value == "" && s.Secret == "" {
		value = s.Example
		if s.Optional {
			prefix += "# "
		}
	}
	switch {
	case s.Secret != "":
		value = "${env:" + s.Secret + "}"
	case s.List:
		var items []string
		for item := range strings.SplitSeq(value, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, strconv.Quote(item))
			}
		}
		value = "[" + strings.Join(items, ", ") + "]"
	default:
		value = strconv.Quote(value)
	}
	fmt.Fprintf(b, "%s%s: %s\n", prefix, s.Key, value)
}

func firstConfiguration(organization string, blocks []string) string {
	b := &strings.Builder{}
	b.WriteString("# What controlwatch looks at. `controlwatch config check FILE` checks it,\n# `controlwatch config schema` describes every key.\n")
	if organization != "" {
		fmt.Fprintf(b, "organization: %q\n", organization)
	}
	b.WriteString(firstScope)
	fmt.Fprintf(b, "\n# Address of the status page and /metrics.\nlisten: %s\n\nsources:\n", config.DefaultListen)
	b.WriteString(strings.Join(blocks, ""))
	b.WriteString(`
# Stricter or looser than the defaults, by control and parameter:
# controls:
#   parameters:
#     standing-credentials-are-short-lived: {max_key_age_days: 60}

# Announce drift only after so many pulls in a row have shown it, against flapping.
# Findings, counts and scans say so from the first look on. Default: 1, at once.
# confirm:
#   pulls: 2
#   by_severity: {critical: 1}
`)
	return b.String()
}

// writeChecked writes a configuration once it reads back without a problem. A
// secret that is not in the environment yet is not a problem of the file.
func (p *program) writeChecked(file, text string, seam *transport.Seam) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".controlwatch-*.yaml")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone already when all went well
	_, err = tmp.WriteString(text)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	env := func(name string) string {
		if v := p.env(name); v != "" {
			return v
		}
		return "not-set-yet"
	}
	checked := *p
	checked.env = env
	c, err := config.Read(tmp.Name(), env)
	if err == nil {
		_, err = checked.openSources(c, seam)
	}
	if err != nil {
		return fmt.Errorf("these answers make no working configuration, so nothing was written: %s", strings.ReplaceAll(err.Error(), tmp.Name(), file))
	}
	return os.Rename(tmp.Name(), file)
}
