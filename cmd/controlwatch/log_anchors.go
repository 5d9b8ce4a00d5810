package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/witness"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/store"
)

// entryAnchor is the kind of the entries that keep receipts; their subject is the
// anchor's name.
const entryAnchor = "anchor"

// anchorRounds hands a store's checkpoints to the anchors of the configuration.
// Receipts of earlier processes are remembered from the store.
func (p *program) anchorRounds(ctx context.Context, c config.Config, s *store.Store) (*anchor.Rounds, error) {
	anchors, err := p.anchors(ctx, c)
	if err != nil {
		return nil, err
	}
	rounds := &anchor.Rounds{
		Anchors: anchors,
		Newest: func(ctx context.Context) (anchor.Checkpoint, bool, error) {
			newest, err := s.NewestCheckpoint(ctx)
			if err != nil || newest.Size == 0 {
				return anchor.Checkpoint{}, false, err
			}
			c, err := anchor.Parse(newest.Note)
			return c, err == nil, err
		},
		Keep: func(ctx context.Context, r anchor.Receipt) error {
			body, err := json.Marshal(r)
			if err != nil {
				return err
			}
			_, err = s.Append(ctx, store.Entry{Kind: entryAnchor, Subject: r.Anchor, Actor: evidence.Program, Body: body})
			return err
		},
	}
	for e, err := range s.Entries(ctx, entryAnchor) {
		if err != nil {
			return nil, err
		}
		var r anchor.Receipt
		if err := json.Unmarshal(e.Body, &r); err != nil {
			return nil, fmt.Errorf("receipt of anchor %s in record %s: %w", e.Subject, e.ID, err)
		}
		r.Anchor = e.Subject
		rounds.Remember(r)
	}
	return rounds, nil
}

// anchors makes what the configuration names. Nothing is asked yet.
func (p *program) anchors(ctx context.Context, c config.Config) ([]anchor.Anchor, error) {
	base, err := p.wayOut(c)
	if err != nil {
		return nil, err
	}
	way := anchor.Way{Base: base, Clock: p.now}
	var all []anchor.Anchor
	for i, a := range c.Evidence.Log.Anchors {
		wrong := func(field string, err error) error {
			return c.Problem([]any{"evidence", "log", "anchors", i, field}, "evidence.log.anchors[%d].%s: %v", i, field, err)
		}
		switch {
		case a.RFC3161 != nil:
			text, err := os.ReadFile(beside(c, a.RFC3161.CAFile))
			if err != nil {
				return nil, wrong("rfc3161", fmt.Errorf("ca_file: %w", err))
			}
			roots, err := tsa.Roots(text)
			if err != nil {
				return nil, wrong("rfc3161", fmt.Errorf("ca_file: %w", err))
			}
			all = append(all, &anchor.Authority{Named: a.Name, URL: a.RFC3161.URL, Roots: roots, Way: way})
		case a.Directory != nil:
			all = append(all, &anchor.Directory{
				Named: a.Name, Path: beside(c, a.Directory.Path), OperatorCannotWrite: a.Directory.OperatorCannotWrite, Clock: p.now,
			})
		case a.S3 != nil:
			bucket, err := p.bucketAnchor(ctx, a, base)
			if err != nil {
				return nil, wrong("s3", err)
			}
			all = append(all, bucket)
		case a.Webhook != nil:
			hook := &anchor.Webhook{Named: a.Name, URL: a.Webhook.URL, Way: way}
			secret, err := a.Webhook.Secret.Value()
			if err != nil {
				return nil, err // it says where
			}
			hook.Secret = []byte(secret)
			if a.Webhook.WitnessKey != "" {
				key, err := witness.ParseKey(a.Webhook.WitnessKey)
				if err != nil {
					return nil, wrong("webhook", fmt.Errorf("witness_key: %w", err))
				}
				hook.Witness = &key
			}
			all = append(all, hook)
		}
	}
	return all, nil
}

func (p *program) bucketAnchor(ctx context.Context, a config.Anchor, base http.RoundTripper) (*anchor.S3, error) {
	cfg, err := awsWriter(ctx, a.S3.Region, a.S3.Credentials, base)
	if err != nil {
		return nil, err
	}
	if a.S3.Endpoint != "" {
		cfg.BaseEndpoint = &a.S3.Endpoint
	}
	days := a.S3.RetentionDays
	if days == 0 {
		days = config.DefaultRetentionDays
	}
	return anchor.NewS3(cfg, anchor.S3Options{
		Named: a.Name, Bucket: a.S3.Bucket, Prefix: a.S3.Prefix, Retention: time.Duration(days) * 24 * time.Hour,
		PathStyle: a.S3.Endpoint != "", Clock: p.now,
	}), nil
}

// beside is a path as the configuration file means it.
func beside(c config.Config, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(c.File), path)
}
