package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// EntryRestored says that the store was put back from a copy, and what that lost.
const EntryRestored = "restored"

// RestoreOptions are how a copy is put back.
type RestoreOptions struct {
	From, Into string
	Replace    bool // a store that is there is moved aside
	By         evidence.Actor
	Anchor     []byte // a checkpoint that was kept elsewhere
	Options    Options
	Verify     VerifyOptions
}

// Restored is what was put back, and what is not in it.
type Restored struct {
	Copy
	From     string   `json:"from"`
	ID       string   `json:"id"`                 // of the record in the store
	Replaced string   `json:"replaced,omitempty"` // where the store that was there is now
	Lost     []string `json:"lost"`               // what the copy does not have; empty: nothing is known to be lost
}

// Restore puts a store back from a copy: only if the copy verifies, never over a
// file, and with a record in the store of what was put back. What is known to have
// been written since is told, and is lost to it. The copy itself is not changed.
func Restore(ctx context.Context, o RestoreOptions) (r Restored, err error) {
	if r, err = restore(ctx, o); err != nil {
		err = fmt.Errorf("restore %s into %s: %w", o.From, o.Into, err)
	}
	return r, err
}

func restore(ctx context.Context, o RestoreOptions) (r Restored, err error) {
	r = Restored{From: o.From, Lost: []string{}}
	if err := mustNotExist(o.Into); err != nil && !o.Replace {
		return r, err
	}
	part, remove, err := copyOf(ctx, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if r.Copy, err = inspect(ctx, part, o.Options, o.Verify); err != nil {
		return r, err
	}
	if err := r.keyFits(ctx, o); err != nil {
		return r, err
	}
	aside := ""
	if o.Replace && mustNotExist(o.Into) != nil {
		if err := r.compare(ctx, o); err != nil {
			return r, err
		}
		aside = o.Into + ".replaced-" + o.Options.Clock().UTC().Format("20060102T150405Z")
	}
	if err := r.anchored(ctx, part, o); err != nil {
		return r, err
	}
	if aside != "" {
		if err := moveAside(o.Into, aside); err != nil {
			return r, err
		}
		r.Replaced = aside
	}
	if err := mustNotExist(o.Into + "-wal"); err != nil { // of another store: SQLite would read it into this one
		return r, halfway(r.Replaced, err)
	}
	if err := name(part, o.Into); err != nil {
		return r, halfway(r.Replaced, err)
	}
	r.Path = o.Into
	if r.ID, err = r.record(ctx, o); err != nil {
		return r, halfway(r.Replaced, err)
	}
	return r, nil
}

// copyOf copies what is to be restored beside where it goes, and brings it up to
// this version's tables: a copy may be years old.
func copyOf(ctx context.Context, o RestoreOptions) (part string, remove func() error, err error) {
	from, err := OpenReading(ctx, "sqlite:"+o.From, Options{Clock: o.Options.Clock, older: true})
	if err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(filepath.Dir(o.Into), 0o700); err != nil {
		return "", nil, errors.Join(err, from.Close())
	}
	part, remove, err = from.partial(ctx, o.Into+".restored")
	if err := errors.Join(err, from.Close()); err != nil {
		return "", nil, err
	}
	migrated, err := Open(ctx, "sqlite:"+part, Options{Clock: o.Options.Clock, Version: o.Options.Version})
	if err == nil {
		err = migrated.Close()
	}
	if err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return part, remove, nil
}

// keyFits asks for the key before anything is moved: without it the store could not
// be opened afterwards.
func (r *Restored) keyFits(ctx context.Context, o RestoreOptions) error {
	if len(r.Keys) == 0 || o.Options.Key == nil {
		return nil
	}
	newest := r.Keys[len(r.Keys)-1]
	v, err := note.NewVerifier(newest)
	if err != nil {
		return fmt.Errorf("key of the log %q: %w", newest, err)
	}
	signer, err := o.Options.Key(ctx, v.Name())
	if err != nil {
		return fmt.Errorf("nothing was moved: the key that signs the log, %s, has to be at the target first, since no copy holds it. "+
			"Put the key file of the store that the copy is of at %s.key, or give the key in the environment or name a configuration that has it, and restore again: %w",
			fingerprint(newest), o.Into, err)
	}
	if signer.Public() != newest {
		return fmt.Errorf("the key here is %s, but the copy is signed by %s: put that key back first, and hand over again afterwards",
			fingerprint(signer.Public()), fingerprint(newest))
	}
	return nil
}

// compare says what the store that is there has and the copy has not.
func (r *Restored) compare(ctx context.Context, o RestoreOptions) (err error) {
	old, err := OpenReading(ctx, "sqlite:"+o.Into, Options{Clock: o.Options.Clock, older: true})
	if err != nil {
		r.Lost = append(r.Lost, "what the store that was there held: it cannot be read ("+err.Error()+")")
		return nil
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	if who, running, err := old.Scheduler(); err != nil || running {
		return errors.Join(err, fmt.Errorf("a daemon%s keeps %s: stop it first", who, o.Into))
	}
	if err := r.compareWith(ctx, old); err != nil {
		r.Lost = append(r.Lost, "what the store that was there held: it cannot be read to its end ("+err.Error()+")")
	}
	return nil
}

func (r *Restored) compareWith(ctx context.Context, old *Store) error {
	var commits, at int64
	err := old.read(ctx, "read the newest commit", func(tx session) error {
		return tx.row(ctx, "SELECT COALESCE(MAX(seq), 0), COALESCE(MAX(at), 0) FROM commit_log").Scan(&commits, &at)
	})
	if err != nil || commits == 0 {
		return err
	}
	root, ok, err := old.rootOf(ctx, r.Leaves)
	if err != nil {
		return err
	}
	until := fromMicros(at).Format(time.RFC3339)
	switch {
	case ok && rootText(root) != r.Root, !ok && commits >= r.Commits:
		r.Lost = append(r.Lost, fmt.Sprintf("all that the store that was there held, %d commits until %s: its log is another than the copy's", commits, until))
	case commits > r.Commits:
		r.Lost = append(r.Lost, fmt.Sprintf("commits %d to %d, until %s, that the store that was there held", r.Commits+1, commits, until))
	}
	return nil
}

// anchored says what a checkpoint that was kept elsewhere covers beyond the copy.
func (r *Restored) anchored(ctx context.Context, part string, o RestoreOptions) (err error) {
	if len(o.Anchor) == 0 {
		return nil
	}
	var keys []note.Verifier
	for _, text := range append(o.Verify.Keys, r.Keys...) {
		v, err := note.NewVerifier(text)
		if err != nil {
			return fmt.Errorf("key %q: %w", text, err)
		}
		keys = append(keys, v)
	}
	c, _, err := checkpoint.Open(o.Anchor, keys)
	if err != nil {
		return fmt.Errorf("checkpoint from elsewhere: %w", err)
	}
	if c.Size > r.Leaves {
		r.Lost = append(r.Lost, fmt.Sprintf("%d leaves of the log: the checkpoint from elsewhere covers %d, the copy has %d", c.Size-r.Leaves, c.Size, r.Leaves))
		return nil
	}
	copied, err := OpenReading(ctx, "sqlite:"+part, Options{Clock: o.Options.Clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	root, ok, err := copied.rootOf(ctx, c.Size)
	if err == nil && (!ok || root != c.Root) {
		err = fmt.Errorf("%w: the checkpoint from elsewhere is of another history than the copy", ErrUnfit)
	}
	return err
}

// moveAside gives a store and what belongs to it another name.
func moveAside(path, aside string) error {
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := mustNotExist(aside + part); err != nil {
			return err
		}
	}
	for _, part := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+part, aside+part); err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
			return fmt.Errorf("move the store that is there aside: %w", err)
		}
	}
	return flush(filepath.Dir(path))
}

func halfway(replaced string, err error) error {
	if replaced == "" {
		return err
	}
	return fmt.Errorf("%w (the store that was there is at %s)", err, replaced)
}

// record says in the restored store that it was.
func (r *Restored) record(ctx context.Context, o RestoreOptions) (id string, err error) {
	s, err := Open(ctx, "sqlite:"+o.Into, o.Options)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	body, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	ids, err := s.Append(ctx, Entry{Kind: EntryRestored, Subject: r.Root, Actor: o.By, Body: body})
	if len(ids) > 0 {
		id = ids[0]
	}
	return id, err
}
