package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/controlwatch/controlwatch/evidence"
)

// largestAnswer bounds one answer, after decompression.
const largestAnswer = 64 << 20

// whole is a body that was read to its end and can be read again.
type whole struct{ *bytes.Reader }

func (whole) Close() error { return nil }

// readWhole reads an answer to its end, so that the time limit and the budget
// cover all of it and half an answer is an error here, not a short list later.
func readWhole(resp *http.Response, operation string) error {
	return readUpTo(resp, operation, largestAnswer)
}

func readUpTo(resp *http.Response, operation string, largest int64) error {
	b, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	closeErr := resp.Body.Close()
	switch {
	case err != nil:
		return fmt.Errorf("%s: read the answer: %w", operation, err)
	case int64(len(b)) > largest:
		return &evidence.Unseen{
			Reason: evidence.Truncated, Operation: operation,
			Err: fmt.Errorf("the answer is larger than %d MiB", largest>>20),
		}
	case closeErr != nil && !errors.Is(closeErr, io.EOF):
		return fmt.Errorf("%s: read the answer: %w", operation, closeErr)
	}
	resp.Body = whole{bytes.NewReader(b)}
	return nil
}

// reread puts a body that somebody looked into back to its start.
func reread(resp *http.Response) {
	if w, ok := resp.Body.(whole); ok {
		_, _ = w.Seek(0, io.SeekStart) // in memory, to the start: cannot fail
	}
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
