package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// tryWithin is how long one receiver may take for a test.
const tryWithin = 30 * time.Second

func newAlertsTest(p *program) *cobra.Command {
	var file, receiver string
	cmd := &cobra.Command{
		Use:   "test -c FILE",
		Short: "Send a test notice through each receiver, and say what became of it",
		Long: `Test sends one notice, which says that it is a test, through each receiver or the
one that is named, at once: routes, digests and quiet hours do not count. An
Alertmanager is shown an alert of severity low that ends after a minute.

That a receiver took it does not say that somebody read it: look there.

Exit codes: 0 all took it · 2 it could not be tried · 3 one did not take it`,
		Example: `  controlwatch alerts test -c controlwatch.yaml
  controlwatch alerts test -c controlwatch.yaml --receiver ops`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.tryReceivers(cmd.Context(), file, receiver) },
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration with alerts (required)")
	cmd.Flags().StringVar(&receiver, "receiver", "", "only this one")
	return cmd
}

func (p *program) tryReceivers(ctx context.Context, file, only string) error {
	c, err := p.alertsConfig(file)
	if err != nil {
		return err
	}
	if err := knownReceiver(c, only); err != nil {
		return err
	}
	receivers, mirrors, err := p.alertPlaces(c)
	if err != nil {
		return err
	}
	n := testNotice(p.now().UTC(), c.Alerts.Link)
	missed := false
	try := func(to alertPlace, send func(context.Context) error) {
		if only != "" && to.Name() != only {
			return
		}
		trying, cancel := context.WithTimeoutCause(ctx, tryWithin, fmt.Errorf("no answer within %s", tryWithin))
		defer cancel()
		err := send(trying)
		if err == nil {
			fmt.Fprintf(p.stdout, "%s (%s): taken\n", report.Safe(to.Name()), to.Kind())
			return
		}
		missed = true
		hint := "it may be away: notices wait in the outbox until it is back"
		if errors.Is(err, alert.ErrRefused) {
			hint = "it will not be taken as it is: correct its settings under alerts.receivers"
		}
		fmt.Fprintf(p.stdout, "%s (%s): NOT TAKEN: %s (%s)\n", report.Safe(to.Name()), to.Kind(), report.Text(err.Error()), hint)
	}
	for _, r := range receivers {
		try(r, func(ctx context.Context) error { return r.Send(ctx, n) })
	}
	for _, m := range mirrors {
		try(m, func(ctx context.Context) error { return m.Show(ctx, n.Alerts, time.Minute) })
	}
	if missed {
		return exitError{exitIncomplete}
	}
	return nil
}

func testNotice(at time.Time, link string) alert.Notice {
	key := fmt.Sprintf("t%x", at.UnixMicro())
	a := alert.Alert{
		ID: key, Status: alert.Firing, Class: alert.Failing, Change: soc2.Opened, Cause: soc2.CauseSystem, Control: "controlwatch-alerts-test",
		Title: "A test of alerts, nothing has happened", Check: "test", Severity: soc2.Low, From: soc2.Pass, To: soc2.Fail, StartsAt: at, Link: link,
		Resource: evidence.Resource{Provider: "controlwatch", Account: "test", Kind: evidence.KindScope, Type: "test", ID: key, Name: "test"},
	}
	return alert.Notice{
		ID: key + "-1", Key: key, Number: 1, Kind: alert.Test, Status: alert.Firing, Class: alert.Failing, At: at, Severity: soc2.Low, StartsAt: at, Link: link,
		Title: "Test: controlwatch can send alerts here", Summary: "Somebody ran controlwatch alerts test. Nothing has happened, and nothing is to be done.",
		Alerts: []alert.Alert{a}, Total: 1,
	}
}
