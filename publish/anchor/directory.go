package anchor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Directory is a folder with one file for each checkpoint, named by the number
// of leaves. It protects against the operator only where the operator cannot
// write, say a share that another team exports with write-once retention; that
// cannot be seen from here, so it is said in the configuration.
type Directory struct {
	Named string
	Path  string
	// OperatorCannotWrite is the configuration's word that what lies in the
	// folder cannot be changed or removed by who runs controlwatch.
	OperatorCannotWrite bool
	Clock               func() time.Time
}

// Name is as configured.
func (d *Directory) Name() string { return d.Named }

// Kind is directory.
func (d *Directory) Kind() string { return "directory" }

// Outside is what the configuration says.
func (d *Directory) Outside() bool { return d.OperatorCannotWrite }

// Publish writes the file. One that is there already is compared, never written
// over; a larger one is an alarm.
func (d *Directory) Publish(_ context.Context, c Checkpoint) (Receipt, error) {
	if err := empty(c); err != nil {
		return Receipt{}, err
	}
	newest, found, err := d.newest()
	if err != nil {
		return Receipt{}, err
	}
	if found && newest > c.Size {
		return Receipt{}, ahead("the file "+filepath.Join(d.Path, fileName(newest)), c)
	}
	file := filepath.Join(d.Path, fileName(c.Size))
	if err := write(file, c); err != nil {
		return Receipt{}, err
	}
	if err := lasting(d.Path); err != nil {
		return Receipt{}, err
	}
	return Receipt{
		Anchor: d.Named, Kind: d.Kind(), Outside: d.Outside(), Size: c.Size, Root: c.Root, Where: file, At: d.Clock().UTC(),
	}, nil
}

// Newest reads the file of the largest checkpoint.
func (d *Directory) Newest(context.Context) (Checkpoint, bool, error) {
	size, found, err := d.newest()
	if err != nil || !found {
		return Checkpoint{}, false, err
	}
	file := filepath.Join(d.Path, fileName(size))
	note, err := read(file)
	if err != nil {
		return Checkpoint{}, false, err
	}
	held, err := Parse(note)
	if err != nil {
		return Checkpoint{}, false, fmt.Errorf("%s: %w", file, err)
	}
	if held.Size != size {
		return Checkpoint{}, false, fmt.Errorf("%s holds a checkpoint of %d leaves: somebody renamed or rewrote it", file, held.Size)
	}
	return held, true, nil
}

func (d *Directory) newest() (size int64, found bool, err error) {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return 0, false, fmt.Errorf("read the folder of checkpoints: %w; create it, writable by the user who runs controlwatch", err)
	}
	for _, e := range entries {
		if n, ok := sizeOf(e.Name()); ok && n > size {
			size, found = n, true
		}
	}
	return size, found, nil
}

// write makes the file or finds it as it should be. What an interrupted write
// left, the beginning of this very checkpoint, is completed: nothing else can
// have begun like it.
func write(file string, c Checkpoint) error {
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // a checkpoint is for everybody to read
	rest := c.Note
	if errors.Is(err, fs.ErrExist) {
		held, err := read(file)
		if err != nil {
			return err
		}
		if len(held) >= len(c.Note) || !bytes.HasPrefix(c.Note, held) {
			if err := same(held, c); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			return nil
		}
		rest = c.Note[len(held):]
		out, err = os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return fmt.Errorf("complete the checkpoint: %w", err)
		}
	} else if err != nil {
		return fmt.Errorf("write the checkpoint: %w; the user who runs controlwatch must be able to create files there", err)
	}
	_, err = out.Write(rest)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	return nil
}

func read(file string) ([]byte, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint: %w", err)
	}
	defer in.Close() //nolint:errcheck // nothing was written
	note, err := io.ReadAll(io.LimitReader(in, MaxNote+1))
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint %s: %w", file, err)
	}
	return note, nil
}

// lasting makes a name in a folder last, not only the file's content.
func lasting(folder string) error {
	f, err := os.Open(folder)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("keep the folder of checkpoints: %w", err)
	}
	return nil
}

const suffix = ".checkpoint"

// fileName sorts as sizes do.
func fileName(size int64) string { return fmt.Sprintf("%020d%s", size, suffix) }

func sizeOf(name string) (int64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && err == nil && n > 0 && fileName(n) == name
}
