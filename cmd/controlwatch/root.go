package main

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
)

func newRoot(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "controlwatch",
		Short: "See which SOC 2 controls hold, which do not, and what could not be seen",
		Long: `controlwatch pulls configuration from clouds, identity providers and code hosts
(read-only), keeps it as evidence, judges it against the 61 Trust Services
Criteria, and reports gaps and drift. What could not be seen is never a pass.

Start here:
  controlwatch demo          the whole thing on a sample company, no credentials needed
  controlwatch config init   write a first configuration
  controlwatch scan          once, with the credentials already on this machine
  controlwatch report gap    the gap analysis, as a page, PDF or workbook
  controlwatch plan          what to do about it: who, until when, in which steps
  controlwatch diff -7d now  what changed within a week, and why
  controlwatch explain ID    why a control or check says what it says
  controlwatch replay        prove that stored evidence gives the verdicts that were kept
  controlwatch run -c FILE   as a daemon, with schedules, metrics and a status page
  controlwatch verify        that no evidence was altered since it was kept
  controlwatch export        evidence of a window of time, for an auditor

Exit codes: 0 no gap and all seen · 1 a gap · 2 could not run · 3 something was not seen ·
4 another daemon took the store over (run only)`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&p.store, "store", "",
		"where evidence is kept, sqlite:PATH (CONTROLWATCH_STORE; default: your data directory)")
	for i, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Look and judge:", []*cobra.Command{newDemo(p), newScan(p), newRun(p), newAlerts(p), newDiff(p), newExplain(p), newEvidence(p)}},
		{"Close gaps:", []*cobra.Command{newPlan(p), newReport(p), newInventory(p), newAccess(p), newReview(p), newControls(p)}},
		{"Record what people say:", []*cobra.Command{
			newAttest(p), newAttestations(p), newQuestionnaire(p), newWalkthrough(p), newAccept(p), newApprove(p), newDecisions(p), newIdentity(p),
		}},
		{"Stand an audit:", []*cobra.Command{newPeriod(p), newPopulation(p), newSample(p), newExport(p), newVerify(p), newReplay(p), newLogCommand(p)}},
		{"Set up and look after:", []*cobra.Command{
			newConfig(p), newFacts(p), newKey(p), newStore(p), newBackup(p), newRestore(p), newPrune(p), newHold(p), newErase(p), newMan(p), newVersion(p),
		}},
	} {
		id := strconv.Itoa(i)
		cmd.AddGroup(&cobra.Group{ID: id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = id
		}
		cmd.AddCommand(g.commands...)
	}
	cmd.InitDefaultCompletionCmd()
	cmd.SetFlagErrorFunc(wrongFlag)
	teachUsage(cmd)
	return cmd
}

// storeDSN is where evidence is kept: the flag, the environment, the
// configuration, the user's data directory, in that order.
func (p *program) storeDSN(configured string) (string, error) {
	for _, dsn := range []string{p.store, p.env("CONTROLWATCH_STORE"), configured} {
		if dsn != "" {
			return dsn, nil
		}
	}
	if dir := p.env("XDG_DATA_HOME"); dir != "" {
		return "sqlite:" + filepath.Join(dir, "controlwatch", "controlwatch.db"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return "sqlite:" + filepath.Join(home, ".local", "share", "controlwatch", "controlwatch.db"), nil
}
