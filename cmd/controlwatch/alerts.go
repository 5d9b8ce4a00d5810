package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
)

func newAlerts(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Who is told when something drifts: try it, see what waits, write routes",
		Long: `The daemon tells receivers what drifts: what began to fail, what nobody can see any
more, and when either ended. Things that began together for one cause are one
incident, with one notice when it begins and one when it has ended.

  alerts test    send a test notice through each receiver
  alerts route   where alerts on what does not hold now would go
  alerts list    what waits, what was refused and what was sent
  alerts retry   try again what was refused or failed

All of them work beside a running daemon. Nothing mutes but a recorded decision:
controlwatch accept. docs/alerts.md has the configuration.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAlertsTest(p), newAlertsRoute(p), newAlertsList(p), newAlertsRetry(p))
	return cmd
}

// alertsConfig reads a configuration that must have alerts.
func (p *program) alertsConfig(file string) (config.Config, error) {
	if file == "" {
		return config.Config{}, errors.New("--config: missing; receivers and routes stand there, under alerts")
	}
	c, err := config.Read(file, p.env)
	if err == nil && !c.Alerts.Configured() {
		err = c.Problem([]any{"alerts"}, "alerts: is not configured; nobody is told anything without it (docs/alerts.md)")
	}
	return c, err
}

func knownReceiver(c config.Config, name string) error {
	var names []string
	for _, r := range c.Alerts.Receivers {
		if names = append(names, r.Name); r.Name == name {
			return nil
		}
	}
	if name == "" {
		return nil
	}
	return fmt.Errorf("--receiver: there is no %q; expected one of %v", name, names)
}
