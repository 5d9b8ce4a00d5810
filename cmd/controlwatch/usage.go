package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// teachUsage makes every command say what it expected: which arguments, which flags,
// and which subcommands there are. A command that only groups others refuses what is
// none of them: with cobra's own rule a misspelt one would print help, and exit 0 as
// if it had been done.
func teachUsage(cmd *cobra.Command) {
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.Args = cobra.NoArgs
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.SuggestionsMinimumDistance = 2 // letters; cobra sets it for its own words only
	if rule := cmd.Args; rule != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := rule(cmd, args); err != nil {
				return wrongArguments(cmd, args, err)
			}
			return nil
		}
	}
	for _, c := range cmd.Commands() {
		teachUsage(c)
	}
}

func wrongArguments(cmd *cobra.Command, args []string, err error) error {
	if !cmd.HasSubCommands() || len(args) == 0 {
		if len(args) > 0 && !strings.Contains(cmd.Use, " ") {
			return fmt.Errorf("%s takes no arguments, and %q is one; %s", cmd.CommandPath(), args[0], helpOf(cmd))
		}
		return fmt.Errorf("%w; expected %s", err, usageOf(cmd))
	}
	like := ";"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		like += " did you mean " + strings.Join(near, " or ") + "?"
	}
	return fmt.Errorf("unknown command %q for %q%s %s", args[0], cmd.CommandPath(), like, helpOf(cmd))
}

func usageOf(cmd *cobra.Command) string {
	return strings.TrimSuffix(cmd.UseLine(), " [flags]") + "; " + helpOf(cmd)
}

func helpOf(cmd *cobra.Command) string { return "`" + cmd.CommandPath() + " --help` tells more" }

func wrongFlag(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w; %s", err, helpOf(cmd))
}

var quotedFlag = regexp.MustCompile(`"([a-z-]+)"`)

// missingFlags turns cobra's words for flags that must be given into ours.
func missingFlags(cmd *cobra.Command, err error) error {
	told, is := strings.CutPrefix(err.Error(), "required flag(s) ")
	if !is {
		return err
	}
	var names []string
	for _, m := range quotedFlag.FindAllStringSubmatch(told, -1) {
		names = append(names, "--"+m[1])
	}
	return fmt.Errorf("%s: missing; %s", strings.Join(names, ", "), helpOf(cmd))
}
