package attestations

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"

	"github.com/controlwatch/controlwatch/evidence"
)

// evidence hashes the files an attestation names. Unless all can be read, the
// result is nil: with one missing, what supports the statement is not known.
func (f folder) evidence(ctx context.Context, st statement) ([]evidence.File, error) {
	files := []evidence.File{}
	var missing error
	for _, name := range st.files {
		file, err := f.hash(ctx, path.Join(path.Dir(st.file), name))
		if err != nil {
			err = fmt.Errorf("evidence file %s: %w", name, cause(err))
			if missing != nil {
				err = fmt.Errorf("%w; %w", missing, err)
			}
			missing = err
			continue
		}
		file.Path = name
		files = append(files, file)
	}
	if missing != nil {
		return nil, missing
	}
	return files, nil
}

// hash reads a file once, whatever its size, without keeping it.
func (f folder) hash(ctx context.Context, name string) (evidence.File, error) {
	file, err := f.open(name)
	if err != nil {
		return evidence.File{}, err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	n, err := io.Copy(sum, untilDone{ctx, file})
	if err != nil {
		return evidence.File{}, err
	}
	return evidence.File{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n}, nil
}

// untilDone stops reading when the pull is over.
type untilDone struct {
	ctx context.Context //nolint:containedctx // lives for one io.Copy
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
