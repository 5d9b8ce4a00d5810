package attestations

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// Check reads a folder as the collector will and returns everything that is
// malformed in it, each with file, line and field. A missing evidence file is
// not among that: it is a hole in its attestation.
func Check(dir string, now time.Time) error {
	f, err := openFolder(dir)
	if err != nil {
		return err
	}
	defer f.close()
	_, problems, err := f.statements(context.Background(), now)
	if err != nil {
		return err
	}
	for i, p := range problems {
		problems[i] = fmt.Errorf("%s%c%w", filepath.Clean(dir), filepath.Separator, p) // each begins with its file
	}
	return errors.Join(problems...)
}

// collect keeps every attestation that can be read. A file that cannot be is a
// hole in the population, with its text; what it may have stated is not known.
func (s *source) collect(ctx context.Context, rec *evidence.Recorder) error {
	transport.MeterFrom(ctx).Count(operation)
	f, err := openFolder(s.dir)
	if err != nil {
		return unseen(err)
	}
	defer f.close()
	rec.Parameter(operation + " names=*.yaml,*.yml hidden=passed over")
	found, problems, err := f.statements(ctx, s.clock())
	if err != nil {
		return ended(ctx, err)
	}
	rec.Page()
	for _, p := range problems {
		rec.Miss(attestationType, unseen(p))
	}
	commits, err := s.committed(ctx, found)
	if err != nil {
		return err
	}
	for _, st := range found {
		body := st.body
		st.known(&body, commits[st.file])
		fact := evidence.Fact{
			Resource: evidence.Resource{
				Provider: providerName, Account: s.organisation, Kind: "Attestation", Type: attestationType,
				ID: st.id, Name: st.name(),
			},
			Body: &body,
		}
		files, err := f.evidence(ctx, st)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			fact.Miss("files", unseen(err))
		default:
			body.Files = files
		}
		if err := rec.Add(fact); err != nil {
			return err
		}
	}
	return nil
}

func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return unseen(err)
}

func unseen(err error) error {
	u := &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: withoutFolder(err)}
	if errors.Is(err, fs.ErrPermission) {
		u.Reason, u.Hint = evidence.Denied, "let the user controlwatch runs as read the folder and all files in it"
	}
	return u
}

// withoutFolder drops where on this machine the folder lies: evidence moves
// between machines.
func withoutFolder(err error) error {
	if p, ok := errors.AsType[*folderError](err); ok {
		return p.Err
	}
	return err
}

// folderError is a failure to open the folder itself.
type folderError struct {
	Dir string
	Err error
}

func (e *folderError) Error() string { return fmt.Sprintf("%s: %v", e.Dir, e.Err) }
func (e *folderError) Unwrap() error { return e.Err }
