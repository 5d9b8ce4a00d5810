package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/publish/kmssign"
	"github.com/controlwatch/controlwatch/store"
)

// logKeyVariable holds the signing key itself, where a file is no place for it.
const logKeyVariable = "CONTROLWATCH_LOG_KEY"

// logKey is the key that signs the evidence log of a store: the one that the
// configuration names, the one given by environment, or a file beside the store,
// which is made for a new log only.
func (p *program) logKey(dsn string, c config.Config) store.KeySource {
	return func(ctx context.Context, origin string) (store.Signer, error) {
		switch k := c.Evidence.Log.Key; {
		case k.KMS != nil:
			return p.kmsKey(ctx, c, origin)
		case k.Env != "":
			key, err := checkpoint.Parse(p.env(k.Env))
			if err != nil {
				return nil, c.Problem([]any{"evidence", "log", "key", "env"}, "evidence.log.key.env: %s: %v", k.Env, err)
			}
			return key, nil
		case k.File != "":
			key, err := checkpoint.ReadFile(beside(c, k.File))
			if err != nil {
				return nil, c.Problem([]any{"evidence", "log", "key", "file"}, "evidence.log.key.file: %v", err)
			}
			return key, nil
		}
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

// logKeyIn is logKey by a configuration file; empty: there is none.
func (p *program) logKeyIn(file, dsn string) store.KeySource {
	return func(ctx context.Context, origin string) (store.Signer, error) {
		c, err := p.configured(file)
		if err != nil {
			return nil, err
		}
		return p.logKey(dsn, c)(ctx, origin)
	}
}

func (p *program) keyIsConfigured(file string) (bool, error) {
	c, err := p.configured(file)
	return c.Evidence.Log.Key != (config.LogKey{}), err
}

// kmsKey is a key of AWS KMS. A new log takes the name the configuration gives.
func (p *program) kmsKey(ctx context.Context, c config.Config, origin string) (store.Signer, error) {
	k := c.Evidence.Log.Key.KMS
	wrong := func(err error) error {
		return c.Problem([]any{"evidence", "log", "key", "kms"}, "evidence.log.key.kms: %v", err)
	}
	switch {
	case origin == "" && k.Origin == "":
		return nil, wrong(errors.New("origin: name the new log, such as controlwatch.example.com/evidence"))
	case origin == "":
		origin = k.Origin
	}
	base, err := p.wayOut(c)
	if err != nil {
		return nil, err
	}
	cfg, err := awsWriter(ctx, k.Region, k.Credentials, base)
	if err != nil {
		return nil, wrong(err)
	}
	key, err := kmssign.Open(ctx, cfg, k.Key, origin)
	if err != nil {
		return nil, wrong(err)
	}
	return key, nil
}

// logKeyFile is where the key of a store lies unless it is given otherwise.
func logKeyFile(dsn string) string { return strings.TrimPrefix(dsn, "sqlite:") + ".key" }

// keyText is the key's file as it is, for a copy of it.
func (p *program) keyText(file, dsn string) (string, error) {
	c, err := p.configured(file)
	if err != nil {
		return "", err
	}
	path := logKeyFile(dsn)
	switch k := c.Evidence.Log.Key; {
	case k.KMS != nil, k.Env != "", k.File == "" && p.env(logKeyVariable) != "":
		return "", errors.New("the key is not in a file: keep a copy of it where it comes from")
	case k.File != "":
		path = beside(c, k.File)
	}
	if _, err := checkpoint.ReadFile(path); err != nil { // for its owner only, and a key
		return "", err
	}
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}
