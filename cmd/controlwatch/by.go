package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/store"
)

// signedBy says who records something and, with a key, proves it.
type signedBy struct{ name, key string }

// add adds --by, under whatever name it has in a command, and --sign-with.
func (f *signedBy) add(cmd *cobra.Command, flag, what string) {
	cmd.Flags().StringVar(&f.name, flag, "", what)
	f.addKey(cmd)
}

func (f *signedBy) addKey(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.key, "sign-with", "",
		"private SSH key of that person, or a public one that the SSH agent holds; needs -c with identities. Without it: identity not verified")
}

// recorder appends what a person records. The store it is given may be open for
// reading only: another is opened to write, with the key of the log.
type recorder func(ctx context.Context, s *store.Store, e store.Entry) (id string, actor evidence.Actor, err error)

// records gives what appends as one person, with the people of a configuration.
func (p *program) records(f signedBy, file string) recorder {
	return func(ctx context.Context, s *store.Store, e store.Entry) (_ string, actor evidence.Actor, err error) {
		entries, err := p.sign(ctx, s, f, file, e)
		if err != nil {
			return "", actor, err
		}
		dsn := "sqlite:" + s.Path()
		w, err := store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(file, dsn), Ephemeral: p.ephemeral})
		if err != nil {
			return "", actor, err
		}
		defer func() { err = errors.Join(err, w.Close()) }()
		ids, err := w.Append(ctx, entries...)
		if err != nil {
			return "", actor, err
		}
		return ids[len(ids)-1], entries[len(entries)-1].Actor, nil
	}
}

func (p *program) sign(ctx context.Context, s *store.Store, f signedBy, file string, e store.Entry) (_ []store.Entry, err error) {
	name := strings.TrimSpace(f.name)
	if name == "" {
		return nil, errors.New("it does not say who records it")
	}
	e.Actor = evidence.Actor{Name: name}
	if f.key == "" {
		return []store.Entry{e}, nil
	}
	if file == "" {
		return nil, errors.New("--sign-with: whose key that is, the configuration says under identities: give it with -c FILE")
	}
	cfg, err := config.Read(file, p.env)
	if err != nil {
		return nil, err
	}
	key, done, err := identity.Open(ctx, f.key, p.env("SSH_AUTH_SOCK"))
	if err != nil {
		return nil, fmt.Errorf("--sign-with: %w", err)
	}
	defer func() { err = errors.Join(err, done()) }()
	return admin.Sign(ctx, s, cfg, name, key, p.now(), e)
}
