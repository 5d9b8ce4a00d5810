package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/store"
)

func newBackup(p *program) *cobra.Command {
	var file, who string
	var withKey bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the store, verified, while a daemon runs",
		Long: `Backup copies the store as of one moment into FILE, which must not be there, for its
owner only, and verifies the copy as "controlwatch verify" does before it gets its
name. The store's log records that it was made.

The signing key is not copied: who has both can write another history. A copy without
it can be verified and read, and restored where the key is. --with-key copies it to
FILE.key.`,
		Example: `  controlwatch backup /backup/controlwatch-2026-07-01.db -c controlwatch.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.backup(cmd.Context(), file, args[0], who, withKey)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&who, "by", "", "who does it (default: the program)")
	cmd.Flags().BoolVar(&withKey, "with-key", false, "copy the signing key beside it")
	return cmd
}

func (p *program) backup(ctx context.Context, file, target, who string, withKey bool) (err error) {
	dsn, err := p.storedDSN(file)
	if err != nil {
		return err
	}
	secret := ""
	if withKey {
		if secret, err = p.keyText(file, dsn); err != nil {
			return fmt.Errorf("--with-key: %w", err)
		}
	}
	s, err := p.openWriting(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	c, err := s.Backup(ctx, target, actorOf(who), store.VerifyOptions{Progress: p.stages()})
	if c.Path == "" {
		return err
	}
	fmt.Fprintf(p.stdout, "%s: %d bytes, %d commits, %d leaves, verified\nroot %s\n", c.Path, c.Bytes, c.Commits, c.Leaves, c.Root)
	if c.SignedAt.IsZero() {
		fmt.Fprintln(p.stdout, "nothing of it is signed")
	} else {
		fmt.Fprintf(p.stdout, "signed up to commit %d of %s\n", c.Signed, c.SignedAt.Format(time.RFC3339))
	}
	if withKey && err == nil {
		if err = checkpoint.WriteFile(target+".key", secret); err == nil {
			fmt.Fprintf(p.stdout, "its key is in %s.key: keep it elsewhere\n", target)
		}
	}
	return err
}
