package daemon

import (
	"compress/gzip"
	"errors"
	"io"
	"sync"

	"github.com/controlwatch/controlwatch/internal/spool"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// scanBody is a published assessment as JSON, compressed. It is made when it is
// first asked for, which judges everything again, and is then kept until the
// assessment is replaced. Whoever asks meanwhile waits for it.
type scanBody struct {
	assessment soc2.Assessment

	mu   sync.Mutex
	made *spool.Spool
}

// open gives the compressed bytes. What fails is tried again by the next who asks.
func (b *scanBody) open() (io.Reader, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made == nil {
		s := &spool.Spool{}
		z := gzip.NewWriter(s)
		err := report.JSON(z, b.assessment)
		if err = errors.Join(err, z.Close()); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		b.made = s
	}
	return b.made.Section(0, b.made.Size()), nil
}
