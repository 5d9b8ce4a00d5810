package main

import (
	"context"
	"path/filepath"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/internal/gitcommit"
)

// commitsOf tells who committed files, of the people who are known.
func commitsOf(c config.Config) connect.Commits {
	people := c.People()
	return func(ctx context.Context, dir string, files map[string][]byte) (map[string]connect.Commit, error) {
		found, err := gitcommit.Last(ctx, dir, files, people)
		if err != nil {
			return nil, err
		}
		out := make(map[string]connect.Commit, len(found))
		for name, f := range found {
			one := connect.Commit{Hash: f.Hash, Signer: f.Signer.Name, Unverified: f.Why}
			if f.Signer.Name != "" {
				one.Is = f.Signer.Called
			}
			out[name] = one
		}
		return out, nil
	}
}

// fileCommit is the commit of the configuration's file as it was read; nil: it lies in
// no git repository, or there is no file.
func fileCommit(ctx context.Context, c config.Config) (*admin.FileCommit, error) {
	if c.File == "" || c.Text() == nil {
		return nil, nil
	}
	name := filepath.Base(c.File)
	found, err := gitcommit.Last(ctx, filepath.Dir(c.File), map[string][]byte{name: c.Text()}, c.People())
	if err != nil {
		return nil, err
	}
	f := found[name]
	if f.Hash == "" && f.Why == "" {
		return nil, nil
	}
	return &admin.FileCommit{Hash: f.Hash, SignedBy: f.Signer.Name, Unverified: f.Why}, nil
}

// committed says who last committed the configuration's file; empty: nobody, as it lies
// in no git repository, or there is none.
func (p *program) committed(ctx context.Context, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	cfg, err := config.Read(file, p.env)
	if err != nil {
		return "", err
	}
	commit, err := fileCommit(ctx, cfg)
	if err != nil || commit == nil {
		return "", err
	}
	return commit.String(), nil
}
