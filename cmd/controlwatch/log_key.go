package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/store"
)

// logKeyVariable holds the signing key itself, where a file is no place for it.
const logKeyVariable = "CONTROLWATCH_LOG_KEY"

// logKey is the key that signs the evidence log of a store: the one given by
// environment, or a file beside the store, which is made for a new log only.
func (p *program) logKey(dsn string) store.KeySource {
	return func(_ context.Context, origin string) (store.Signer, error) {
		if secret := p.env(logKeyVariable); secret != "" {
			key, err := checkpoint.Parse(secret)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", logKeyVariable, err)
			}
			return key, nil
		}
		path := logKeyFile(dsn)
		key, err := checkpoint.ReadFile(path)
		switch {
		case err == nil:
			return key, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case origin != "":
			return nil, fmt.Errorf("the key that signs the evidence log %s is not at %s: put it back, or give it in %s", origin, path, logKeyVariable)
		}
		_, secret, err := checkpoint.Generate("")
		if err != nil {
			return nil, err
		}
		if err := checkpoint.WriteFile(path, secret); err != nil {
			return nil, err
		}
		return checkpoint.ReadFile(path)
	}
}

// logKeyFile is where the key of a store lies unless it is given otherwise.
func logKeyFile(dsn string) string { return strings.TrimPrefix(dsn, "sqlite:") + ".key" }
