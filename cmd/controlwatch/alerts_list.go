package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/store"
)

// AlertsV1 names the contract of alerts list in JSON.
const AlertsV1 = "controlwatch.alerts/v1"

// listedNotice is a notice in the outbox.
type listedNotice struct {
	store.Outgoing
	Title  string       `json:"title"`
	Status alert.Status `json:"status"`
	Kind   alert.Kind   `json:"kind"`
}

func newAlertsList(p *program) *cobra.Command {
	var file, receiver, output string
	var all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List notices: what waits, what was refused and what was sent",
		Long: `List shows the outbox: notices that wait for their time, for the end of quiet hours
or for their receiver, those that a receiver refused, with its reason, and with
--all those that were sent within the last 30 days. A notice of an incident waits
for the one before it.`,
		Example: `  controlwatch alerts list -c controlwatch.yaml
  controlwatch alerts list --all --receiver ops -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			return p.listNotices(cmd.Context(), file, receiver, output, all)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&receiver, "receiver", "", "only of this receiver")
	cmd.Flags().BoolVar(&all, "all", false, "also what was sent or given up")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// alertsOut is what is in the outbox, as JSON.
type alertsOut struct {
	Schema  string         `json:"schema"`
	UpTo    int64          `json:"up_to"` // commit of the newest assessment whose drift was made into alerts; 0: none ever was
	Waiting int            `json:"waiting"`
	Refused int            `json:"refused"`
	Notices []listedNotice `json:"notices"`
}

func (p *program) listNotices(ctx context.Context, file, receiver, output string, all bool) (err error) {
	dsn, c, err := p.dsnOf(file)
	if err != nil {
		return err
	}
	if err := mustExist(dsn); err != nil {
		return err
	}
	s, err := store.OpenReading(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	upTo, _, err := s.AlertState(ctx)
	if err != nil {
		return err
	}
	found, err := noticesOf(ctx, s, c, receiver)
	if err != nil {
		return err
	}
	out := alertsOut{Schema: AlertsV1, UpTo: upTo, Notices: []listedNotice{}}
	for _, o := range found {
		switch o.State {
		case store.NoticeWaiting:
			out.Waiting++
		case store.NoticeRefused:
			out.Refused++
		default:
			if !all {
				continue
			}
		}
		one := listedNotice{Outgoing: o}
		var n alert.Notice
		if err := json.Unmarshal(o.Body, &n); err != nil {
			return fmt.Errorf("read notice %s: %w", o.Notice, err)
		}
		one.Title, one.Status, one.Kind = n.Title, n.Status, n.Kind
		out.Notices = append(out.Notices, one)
	}
	if output == "json" {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		return e.Encode(out)
	}
	for _, one := range out.Notices {
		p.fold(fmt.Sprintf("%-8s ", one.State), fmt.Sprintf("%s, %s, %s: %s", report.Safe(one.Receiver), one.Written.Format("2006-01-02 15:04"), one.Status, report.Text(one.Title)))
		p.fold("         ", outgoingLine(one.Outgoing, p.now()))
	}
	fmt.Fprintf(p.stdout, "%d wait, %d were refused\n", out.Waiting, out.Refused)
	if upTo == 0 {
		p.fold("", "Nothing was ever made into alerts here: a daemon does that, with alerts configured (controlwatch run, docs/alerts.md).")
	}
	return nil
}

// noticesOf is the outbox of one receiver, or of all. A name that is neither
// configured nor there is an error: that nothing waits for it says nothing.
func noticesOf(ctx context.Context, s *store.Store, c config.Config, receiver string) ([]store.Outgoing, error) {
	found, err := s.Outbox(ctx, receiver)
	if err != nil || len(found) > 0 {
		return found, err
	}
	if c.Alerts.Configured() {
		return nil, knownReceiver(c, receiver)
	}
	if receiver != "" {
		return nil, fmt.Errorf("--receiver: there never was a notice for %q; --config tells which receivers there are", receiver)
	}
	return nil, nil
}

// fold writes a text after a head, and goes on below it where the terminal ends.
func (p *program) fold(head, text string) {
	lines := []string{text}
	if p.width > 0 {
		lines = report.Wrap(text, p.width-len(head))
	}
	for _, line := range lines {
		fmt.Fprintf(p.stdout, "%s%s\n", head, line)
		head = strings.Repeat(" ", len(head))
	}
}

func outgoingLine(o store.Outgoing, now time.Time) string {
	line := o.Notice
	switch o.State {
	case store.NoticeWaiting:
		if o.Due.After(now) {
			line += ", due " + o.Due.Format(time.RFC3339)
		}
	case store.NoticeSent, store.NoticeGivenUp:
		line += ", " + o.State + " " + o.Done.Format(time.RFC3339)
	}
	if o.Attempts > 0 {
		line += fmt.Sprintf(", attempt %d at %s", o.Attempts, o.Tried.Format(time.RFC3339))
	}
	if o.Error != "" {
		line += ": " + report.Text(o.Error)
	}
	return line
}

func newAlertsRetry(p *program) *cobra.Command {
	var file, receiver string
	cmd := &cobra.Command{
		Use:   "retry",
		Short: "Try again what was refused or failed",
		Long: `Retry makes notices that were refused wait again, and those that failed be tried
by the daemon that runs or runs next: within a minute, or, where their receiver took
nothing three times in a row, when it is tried next, within a quarter of an hour. A
changed configuration or a restart does the same by itself, at once.`,
		Example: "  controlwatch alerts retry -c controlwatch.yaml --receiver ops",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			dsn, c, err := p.dsnOf(file)
			if err != nil {
				return err
			}
			s, err := store.Open(cmd.Context(), dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKey(dsn, c)})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			if _, err := noticesOf(cmd.Context(), s, c, receiver); err != nil {
				return err
			}
			n, err := s.Retry(cmd.Context(), receiver)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "%d to be tried again\n", n)
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&receiver, "receiver", "", "only of this receiver")
	return cmd
}

// dsnOf is the store of a configuration, or of flags and environment alone. It is there.
func (p *program) dsnOf(file string) (string, config.Config, error) {
	c := config.Default()
	if file != "" {
		var err error
		if c, err = config.Read(file, p.env); err != nil {
			return "", c, err
		}
	}
	dsn, err := p.storeDSN(c.Store)
	if err == nil {
		err = mustExist(dsn)
	}
	return dsn, c, err
}
