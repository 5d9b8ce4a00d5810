package daemon

import (
	"fmt"
	"net/http"
	"time"
)

// pieceTime is how long a reader may take for one piece of a long answer: what
// is slower than some kilobytes a second has gone, or means harm.
const pieceTime = 15 * time.Second

// patient writes an answer that may be long to make and long to send. The
// server's time for a whole answer does not hold for it; each piece has its own.
type patient struct {
	http.ResponseWriter

	control *http.ResponseController
}

// patiently lifts the time for the whole answer, so that making it may take as
// long as it takes.
func patiently(w http.ResponseWriter) (*patient, error) {
	p := &patient{w, http.NewResponseController(w)}
	if err := p.control.SetWriteDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("lift the time to write: %w", err)
	}
	return p, nil
}

// Write sends one piece.
func (p *patient) Write(piece []byte) (int, error) {
	deadline := time.Now().Add(pieceTime) //nolint:forbidigo // a connection's deadline is the system clock's
	if err := p.control.SetWriteDeadline(deadline); err != nil {
		return 0, err
	}
	return p.ResponseWriter.Write(piece)
}
