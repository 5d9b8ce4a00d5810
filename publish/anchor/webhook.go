package anchor

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/controlwatch/controlwatch/internal/witness"
)

// Webhook posts checkpoints to a witness: somebody who remembers them, and may
// sign that they were seen.
type Webhook struct {
	Named string
	URL   string
	// Secret signs what is sent, so that the witness knows whom it is from:
	// Controlwatch-Signature: sha256=HEX, HMAC-SHA-256 of the body. Empty: unsigned.
	Secret []byte
	// Witness is the key that the answer must be signed with. Nil: any answer of
	// success will do, and proves nothing.
	Witness *witness.Key
	Way     Way
}

// SignatureHeader carries the HMAC of what is posted.
const SignatureHeader = "Controlwatch-Signature"

// Name is as configured.
func (w *Webhook) Name() string { return w.Named }

// Kind is webhook.
func (w *Webhook) Kind() string { return "webhook" }

// Outside is true where a witness must sign with a key that is its own. Without,
// nobody could prove later what it was sent.
func (w *Webhook) Outside() bool { return w.Witness != nil }

// Publish posts the checkpoint as it is.
func (w *Webhook) Publish(ctx context.Context, c Checkpoint) (Receipt, error) {
	if err := empty(c); err != nil {
		return Receipt{}, err
	}
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	if len(w.Secret) > 0 {
		mac := hmac.New(sha256.New, w.Secret)
		mac.Write(c.Note)
		header.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	answer, err := post(ctx, Client(w.Way.Base), w.URL, header, c.Note)
	if err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Anchor: w.Named, Kind: w.Kind(), Outside: w.Outside(), Size: c.Size, Root: c.Root, At: w.Way.Clock().UTC()}
	if w.Witness == nil {
		if witness.IsLines(answer) {
			receipt.Token = answer // nobody's key is known: kept for whoever knows it
		}
		return receipt, nil
	}
	at, err := w.Witness.Verify(c.Note, answer)
	if err != nil {
		return Receipt{}, err
	}
	if apart := receipt.At.Sub(at).Abs(); !at.IsZero() && apart > maxSkew {
		return Receipt{}, errors.New("the witness's clock and this machine's are " + apart.Round(time.Second).String() + " apart; set the one that is wrong")
	}
	receipt.Token, receipt.Where = answer, w.Witness.Name()
	return receipt, nil
}
