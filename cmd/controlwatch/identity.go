package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/internal/identity"
)

func newIdentity(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "identity",
		Short: "People who record things, and their keys",
		Long: `What a person records carries their name and how it is known that it was them.
With --sign-with it is signed with an SSH key of theirs, in the form that
"ssh-keygen -Y sign" has; "controlwatch verify" checks it by the keys that the
configuration lists:

  identities:
    - name: Ada Lovelace
      also: [ada@example.com]
      keys: ["ssh-ed25519 AAAA… ada@laptop"]

Any SSH key will do; one in an agent or in hardware is best: give the public
key's file, and the SSH agent signs. Without a key the record says "identity not
verified" wherever it is shown.

The list is as trustworthy as the way in which the configuration is changed:
whoever can write it can add a key under any name. Changes of it are in the
administrators' log ("controlwatch log --kind identities-changed").`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newIdentityCreate(p))
	return cmd
}

func newIdentityCreate(p *program) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "create NAME --out FILE",
		Short: "Make a key for a person who has none",
		Long: `Create writes an Ed25519 key to FILE in OpenSSH's form, for its owner only, the
public half to FILE.pub, and prints what to put into the configuration. Neither
file may be there. Whoever has SSH keys already needs none: list those.`,
		Example: `  controlwatch identity create "Ada Lovelace" --out ~/.ssh/controlwatch`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if problems := (identity.People{{Name: args[0]}}).Problems(); len(problems) > 0 {
				return fmt.Errorf("NAME %s", problems[0].Text)
			}
			public, err := identity.Create(out, "")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "identities:\n  - name: %s\n    keys: [%s]\n", strconv.Quote(args[0]), strconv.Quote(public))
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file of the private key (required)")
	if err := cmd.MarkFlagRequired("out"); err != nil {
		panic(err)
	}
	return cmd
}
