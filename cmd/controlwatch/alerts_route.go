package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/report"
)

// AlertRoutesV1 names the contract of alerts route in JSON.
const AlertRoutesV1 = "controlwatch.alert-routes/v1"

func newAlertsRoute(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "route -c FILE",
		Short: "Show where alerts on what does not hold now would go",
		Long: `Route takes all that fails or is out of sight now, and shows which routes of the
configuration an alert on it would take, and to which receivers. Nothing is sent:
it is for writing routes. What a decision covers would not alert, and says so.`,
		Example: "  controlwatch alerts route -c controlwatch.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			return p.showRoutes(cmd.Context(), file, output)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration with alerts (required)")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// alertRoutesOut is what routes take, as JSON.
type alertRoutesOut struct {
	Schema   string          `json:"schema"`
	Findings []routedFinding `json:"findings"`
}

// routedFinding is one finding and where its alert would go.
type routedFinding struct {
	Control   string      `json:"control"`
	Check     string      `json:"check"`
	Class     alert.Class `json:"class"`
	Severity  string      `json:"severity"`
	Owner     string      `json:"owner,omitempty"`
	System    string      `json:"system,omitempty"`
	Criteria  []string    `json:"criteria"`
	Resource  string      `json:"resource"`
	Held      string      `json:"held,omitempty"` // by which decision it would not alert
	Routes    []string    `json:"routes"`
	Receivers []string    `json:"receivers"`
}

func (p *program) showRoutes(ctx context.Context, file, output string) (err error) {
	c, err := p.alertsConfig(file)
	if err != nil {
		return err
	}
	made, a, line, err := p.planNow(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	routes, err := alertRoutes(c, line.judge.catalogue)
	if err != nil {
		return err
	}
	all := []routedFinding{}
	for _, taken := range alerts.Dry(routes, alerts.Input{Assessment: &a, Plan: &made.plan, Now: p.now()}) {
		one := routedFinding{
			Control: taken.Alert.Control, Check: taken.Alert.Check, Class: taken.Alert.Class, Severity: taken.Alert.Severity.String(), Owner: taken.Alert.Owner,
			System: taken.Alert.System, Criteria: taken.Alert.Criteria, Resource: taken.Alert.Resource.Label(), Held: taken.Held, Routes: []string{}, Receivers: []string{},
		}
		for _, r := range taken.Routes {
			one.Routes, one.Receivers = append(one.Routes, r.Name), append(one.Receivers, r.Receivers...)
		}
		all = append(all, one)
	}
	if output == "json" {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		return e.Encode(alertRoutesOut{AlertRoutesV1, all})
	}
	return p.routeTable(all)
}

// routeTable has one line for findings of one control that go one way.
func (p *program) routeTable(all []routedFinding) error {
	type way struct{ control, class, severity, owner, held, routes, receivers string }
	counts := map[way]int{}
	var order []way
	for _, one := range all {
		w := way{one.Control, string(one.Class), one.Severity, one.Owner, one.Held, strings.Join(one.Routes, ", "), strings.Join(one.Receivers, ", ")}
		if counts[w] == 0 {
			order = append(order, w)
		}
		counts[w]++
	}
	for _, w := range order {
		owner := ""
		if w.owner != "" {
			owner = ", " + report.Safe(w.owner)
		}
		p.fold(fmt.Sprintf("%-8s ", w.severity), fmt.Sprintf("%s: %d %s%s", report.Safe(w.control), counts[w], w.class, owner))
		if w.held != "" {
			p.fold("         ", "no alert: "+report.Text(w.held))
			continue
		}
		p.fold("         ", fmt.Sprintf("route %s to %s", w.routes, w.receivers))
	}
	_, err := fmt.Fprintf(p.stdout, "%d findings fail or are out of sight; nothing was sent\n", len(all))
	return err
}
