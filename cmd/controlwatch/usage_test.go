package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
)

func everyCommand(cmd *cobra.Command, each func(*cobra.Command)) {
	each(cmd)
	for _, c := range cmd.Commands() {
		everyCommand(c, each)
	}
}

func entered(t *testing.T, args ...string) (code int, messages string) {
	t.Helper()
	var said bytes.Buffer
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &said, env: func(string) string { return "" }}
	return run(t.Context(), p, args), said.String()
}

// A subcommand that does not exist was not run, and does not exit as if it had.
func TestAMisspeltCommandIsAnError(t *testing.T) {
	t.Parallel()
	var groups [][]string
	everyCommand(newRoot(&program{}), func(cmd *cobra.Command) {
		takesMore := strings.Contains(strings.TrimSuffix(cmd.Use, " [flags]"), " ") // the argument of its own
		if cmd.HasSubCommands() && !takesMore {
			groups = append(groups, strings.Fields(cmd.CommandPath())[1:])
		}
	})
	require.Greater(t, len(groups), 10)
	for _, group := range groups {
		code, messages := entered(t, append(group, "shwo")...)
		require.Equal(t, exitCannotRun, code, "%v", group)
		require.Contains(t, messages, `unknown command "shwo" for "`+strings.Join(append([]string{"controlwatch"}, group...), " ")+`"`)
	}
	_, messages := entered(t, "scann")
	require.Contains(t, messages, "did you mean scan?")
}

// What a command expected stands in its complaint.
func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"plan", "set"}, "expected controlwatch plan set GAP; `controlwatch plan set --help` tells more"},
		{[]string{"evidence", "show", "x"}, "expected controlwatch evidence show CONTROL[/CHECK] RESOURCE;"},
		{[]string{"attest", "x", "--result", "met"}, "--by, --covers, --performed: missing; `controlwatch attest --help` tells more"},
		{[]string{"scan", "--foo"}, "unknown flag: --foo; `controlwatch scan --help` tells more"},
		{[]string{"scan", "here"}, `controlwatch scan takes no arguments, and "here" is one;`},
	} {
		code, messages := entered(t, c.args...)
		require.Equal(t, exitCannotRun, code)
		require.Contains(t, messages, c.want)
	}
}

var (
	exampleFlag = regexp.MustCompile(`--([a-z][a-z-]*)`)
	statement   = regexp.MustCompile(`\b[a-z]+(?:-[a-z]+){2,}\b`)
)

// Examples are typed as they stand: their commands, flags and controls are there.
func TestExamplesNameWhatThereIs(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	ids := map[string]bool{"met-with-findings": true}
	for _, c := range cat.Controls {
		ids[c.ID] = true
		for _, check := range c.Checks {
			ids[check.ID] = true
		}
	}
	root := newRoot(&program{})
	everyCommand(root, func(cmd *cobra.Command) {
		if !cmd.HasSubCommands() && !cmd.Hidden && cmd.Parent() != nil && cmd.Parent().Name() != "completion" {
			require.NotEmpty(t, cmd.Example, "%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(strings.ReplaceAll(cmd.Example, "\\\n", " ")) {
			if !strings.HasPrefix(strings.TrimSpace(line), "controlwatch ") {
				continue
			}
			words := strings.Fields(line)[1:]
			found, _, err := root.Find(words)
			require.NoError(t, err, line)
			require.NotEqual(t, root, found, line)
			line, _, _ = strings.Cut(line, "|")
			for _, m := range exampleFlag.FindAllStringSubmatch(line, -1) {
				flag := found.Flag(m[1])
				if flag == nil {
					flag = root.PersistentFlags().Lookup(m[1])
				}
				require.NotNil(t, flag, "--%s in: %s", m[1], line)
			}
			for _, id := range statement.FindAllString(exampleFlag.ReplaceAllString(line, ""), -1) {
				require.True(t, ids[id], "there is no %s: %s", id, line)
			}
		}
	})
}

func TestOutputNeverReplacesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &program{stdout: io.Discard}
	hello := func(w io.Writer) error {
		_, err := io.WriteString(w, "hello")
		return err
	}
	require.EqualError(t, p.emitTo(dir, hello), "--out: "+dir+" is a folder: name a file in it")
	require.ErrorContains(t, p.emitTo(filepath.Join(dir, "no", "x"), hello), "there is no folder "+filepath.Join(dir, "no"))

	// A link to a device, so that a mistake costs the link only.
	null := filepath.Join(dir, "null")
	require.NoError(t, os.Symlink(os.DevNull, null))
	require.NoError(t, p.emitTo(null, hello))
	info, err := os.Lstat(null)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink, "it was written to, and not replaced")

	file := filepath.Join(dir, "x")
	require.NoError(t, p.emitTo(file, hello))
	require.ErrorContains(t, p.writeOut("--file", file, hello), "is there already, and nothing is written over")
}

// Ctrl-C is told as such, not as what happened to be under way.
func TestAnInterruptIsTold(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancelCause(t.Context())
	interrupt(errors.New("interrupt signal received"))
	var messages bytes.Buffer
	p := &program{stdout: io.Discard, stderr: &messages, now: time.Now, env: func(string) string { return "" }}
	store := filepath.Join(t.TempDir(), "s.db")
	require.NoError(t, os.WriteFile(store, nil, 0o600))
	require.Equal(t, exitCannotRun, run(ctx, p, []string{"log", "--store", "sqlite:" + store}))
	require.Contains(t, messages.String(), "controlwatch: interrupt signal received: stopped before it was done")
}
