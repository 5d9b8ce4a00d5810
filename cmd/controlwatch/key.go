package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/store"
)

func newKey(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "The keys that sign the evidence log",
		Long: `The evidence log is signed with an Ed25519 key of its own: made on the first run
in a file beside the store that only its owner can read, or given in
CONTROLWATCH_LOG_KEY.

"key show" prints the public keys. Keep them outside of this machine, with your
auditor for example: "controlwatch verify --key" checks against them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeyShow(p), newKeyGenerate(p), newKeyRotate(p))
	return cmd
}

func newKeyShow(p *program) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "show", Short: "Print the public keys of the log, oldest first", Args: cobra.NoArgs,
		Example: `  controlwatch key show > acme-log.pub`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer s.Close() //nolint:errcheck // nothing was written
			keys, err := s.LogKeys(cmd.Context())
			if err == nil && len(keys) == 0 {
				err = errors.New("the log of this store is not signed: it was written without a key")
			}
			for _, k := range keys {
				fmt.Fprintln(p.stdout, k.Public)
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	return cmd
}

func newKeyGenerate(p *program) *cobra.Command {
	var origin string
	cmd := &cobra.Command{
		Use:     "generate FILE",
		Short:   "Make a signing key and print its public half",
		Example: `  controlwatch key generate /etc/controlwatch/log.key > acme-log.pub`,
		Long: `Writes a new signing key to FILE, which must not be there, for its owner only.
For a log that is there already give its --origin ("controlwatch key show" begins
with it).`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, secret, err := checkpoint.Generate(origin)
			if err != nil {
				return err
			}
			if err := checkpoint.WriteFile(args[0], secret); err != nil {
				return err
			}
			fmt.Fprintln(p.stdout, key.Public())
			return nil
		},
	}
	cmd.Flags().StringVar(&origin, "origin", "", "name of the log (default: a new one)")
	return cmd
}

func newKeyRotate(p *program) *cobra.Command {
	var file, next string
	var who signedBy
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Hand the log over to a new signing key",
		Long: `Makes a new key, or takes the one in --next, and records it in the log with a
checkpoint that both keys sign: so the old one vouches for the new, and what it
signed stays verifiable. The old key's file is kept beside as FILE.old-HASH; when
nothing signs with it any more, remove it.

A key given in CONTROLWATCH_LOG_KEY is handed over from; put the new one there
afterwards. Stop the daemon meanwhile: it would go on with the key it has.`,
		Example: `  controlwatch key rotate --by "Ada Lovelace" -c controlwatch.yaml`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.rotateKey(cmd.Context(), file, next, who)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&next, "next", "", "file of the new key (default: one is made in place of the old)")
	who.add(cmd, "by", "who does it (required)")
	if err := cmd.MarkFlagRequired("by"); err != nil {
		panic(err)
	}
	return cmd
}

func (p *program) rotateKey(ctx context.Context, file, next string, who signedBy) (err error) {
	dsn, err := p.storedDSN(file)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(file, dsn)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if daemon, running, err := s.Scheduler(); err != nil || running {
		return errors.Join(err, fmt.Errorf("a daemon%s keeps %s: stop it first, it would go on with the old key", daemon, s.Path()))
	}
	keys, err := s.LogKeys(ctx)
	if err != nil {
		return err
	}
	if who.key != "" { // what would be wrong with it is said before anything is handed over
		if _, err := p.sign(ctx, s, who, file, store.Entry{Kind: admin.Rotated, Body: json.RawMessage("{}")}); err != nil {
			return err
		}
	}
	old := keys[len(keys)-1].Public
	origin, _, _ := strings.Cut(old, "+")
	place := next
	if place == "" {
		if configured, err := p.keyIsConfigured(file); err != nil || configured {
			return errors.Join(err, errors.New("the configuration names the key: give the new one's file in --next, and put it there afterwards"))
		}
		place = logKeyFile(dsn) + ".next"
		_, secret, err := checkpoint.Generate(origin)
		if err != nil {
			return err
		}
		if err := checkpoint.WriteFile(place, secret); err != nil {
			return err
		}
	}
	key, err := checkpoint.ReadFile(place)
	if err != nil {
		return err
	}
	c, err := s.Rotate(ctx, key, evidence.Actor{Name: who.name})
	if err != nil {
		return err
	}
	if next == "" && p.env(logKeyVariable) == "" {
		hash := strings.Split(old, "+")[1]
		if err := os.Rename(logKeyFile(dsn), logKeyFile(dsn)+".old-"+hash); err != nil {
			return fmt.Errorf("the log is handed over, but the key's file could not be moved away; put %s in its place: %w", place, err)
		}
		if err := os.Rename(place, logKeyFile(dsn)); err != nil {
			return fmt.Errorf("the log is handed over, but the new key could not be put in place of the old; move %s there: %w", place, err)
		}
		place = logKeyFile(dsn)
	}
	if who.key != "" { // the key's own record cannot be signed by a person: the log signs it
		if err := p.signRotation(ctx, s, file, who, old, key.Public()); err != nil {
			return fmt.Errorf("the log is handed over, but who did it is not signed: %w", err)
		}
	}
	fmt.Fprintf(p.stdout, "handed over at %d leaves\nnew key: %s, in %s\n", c.Size, key.Public(), place)
	return nil
}

func (p *program) signRotation(ctx context.Context, s *store.Store, file string, who signedBy, from, to string) error {
	body, err := json.Marshal(map[string]string{"from": from, "to": to})
	if err != nil {
		return err
	}
	entries, err := p.sign(ctx, s, who, file, store.Entry{Kind: admin.Rotated, Subject: to, Body: body})
	if err != nil {
		return err
	}
	_, err = s.Append(ctx, entries...)
	return err
}
