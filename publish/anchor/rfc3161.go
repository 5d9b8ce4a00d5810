package anchor

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/controlwatch/controlwatch/internal/tsa"
)

// Authority is a time-stamping authority (RFC 3161): its token says that a
// checkpoint existed at a time, by a clock and a key that are not ours. It holds
// nothing itself, so that tokens are kept with the log.
type Authority struct {
	Named string
	URL   string
	Roots *x509.CertPool // its chain must end in one of these; see tsa.Roots
	Way   Way
	Rand  func([]byte) error // of nonces; nil: the system's
}

// maxSkew is how far an authority's clock and ours may be apart. A token from
// another time is worth nothing, whoever is wrong.
const maxSkew = 5 * time.Minute

// Name is as configured.
func (a *Authority) Name() string { return a.Named }

// Kind is rfc3161.
func (a *Authority) Kind() string { return "rfc3161" }

// Outside is true: the authority's key is its own. Its name stands in every
// token, for an auditor to judge whose it is.
func (a *Authority) Outside() bool { return true }

// Publish asks for a token over the whole signed checkpoint and takes it only if
// it holds: by imprint, nonce, signature, chain and time.
func (a *Authority) Publish(ctx context.Context, c Checkpoint) (Receipt, error) {
	if err := empty(c); err != nil {
		return Receipt{}, err
	}
	query, nonce, err := a.query(c.Note)
	if err != nil {
		return Receipt{}, err
	}
	answer, err := post(ctx, Client(a.Way.Base), a.URL, http.Header{
		"Content-Type": {"application/timestamp-query"}, "Accept": {"application/timestamp-reply"},
	}, query)
	if err != nil {
		return Receipt{}, err
	}
	token, err := tokenOf(answer)
	if err != nil {
		return Receipt{}, err
	}
	stamp, err := tsa.Open(token, c.Note, a.Roots)
	if err != nil {
		return Receipt{}, err
	}
	if stamp.Nonce == nil || stamp.Nonce.Cmp(nonce) != 0 {
		return Receipt{}, errors.New("the answer does not carry the nonce of the question: it is to another one, or an old one sent again")
	}
	now := a.Way.Clock().UTC()
	if apart := now.Sub(stamp.Time).Abs(); apart > maxSkew {
		return Receipt{}, fmt.Errorf("the authority's clock (%s) and this machine's are %s apart; set the one that is wrong", stamp.Time.Format(time.RFC3339), apart.Round(time.Second))
	}
	return Receipt{
		Anchor: a.Named, Kind: a.Kind(), Outside: a.Outside(), Size: c.Size, Root: c.Root,
		Token: token, Where: stamp.Authority, At: now,
	}, nil
}

func (a *Authority) query(note []byte) (query []byte, nonce *big.Int, err error) {
	read := a.Rand
	if read == nil {
		read = func(b []byte) error { _, err := rand.Read(b); return err }
	}
	random := make([]byte, 16)
	if err := read(random); err != nil {
		return nil, nil, fmt.Errorf("make a nonce: %w", err)
	}
	nonce = new(big.Int).SetBytes(random)
	sum := sha256.Sum256(note)
	query, err = (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Certificates: true, Nonce: nonce}).Marshal()
	if err != nil {
		return nil, nil, fmt.Errorf("write the query: %w", err)
	}
	return query, nonce, nil
}

// tokenOf takes the token out of an answer. The parser was not written for
// hostile bytes.
func tokenOf(answer []byte) (token []byte, err error) {
	defer func() {
		if recover() != nil {
			token, err = nil, errors.New("the answer cannot be read as one of a time-stamping authority")
		}
	}()
	if token, err = tsa.TokenOf(answer); err != nil {
		return nil, fmt.Errorf("the answer is no token: %w", err)
	}
	return token, nil
}
