// Package tsa judges RFC 3161 time-stamp tokens without a network: whether an
// authority whose root is trusted has signed that some bytes existed at a time.
// It asks no authority and knows nothing of what the bytes are. It does not look
// at revocation lists: an authority that withdrew its certificate has to be
// looked up by whoever judges.
package tsa

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// MaxToken is the longest token that is looked at. Those of real authorities,
// with their chain inside, take 1 to 8 KiB.
const MaxToken = 256 << 10

// Stamp is what a token that holds says.
type Stamp struct {
	Time      time.Time     // the bytes existed then, by the authority's clock
	Accuracy  time.Duration // that the authority vouches for; 0: it does not say
	Nonce     *big.Int      // of the request; nil: none
	Authority string        // subject of the certificate that signed
	Root      string        // subject of the trusted certificate it leads to
}

// Verify gives the time at which, by a token (DER, as in RFC 3161 section 2.4.2),
// an authority under one of the roots saw exactly these bytes. Certificates are
// judged as of that time, because tokens outlive them.
func Verify(token, data []byte, roots *x509.CertPool) (time.Time, error) {
	stamp, err := Open(token, data, roots)
	return stamp.Time, err
}

// Open is Verify, with all that the token says.
func Open(token, data []byte, roots *x509.CertPool) (stamp Stamp, err error) {
	defer func() {
		// The parser below was not written for hostile bytes.
		if recover() != nil {
			stamp, err = Stamp{}, errors.New("time-stamp token: cannot be read")
		}
	}()
	if roots == nil {
		// The libraries take no roots for the system's, or for no check at all.
		return Stamp{}, errors.New("time-stamp token: no trusted root is given; name the authority's CA file")
	}
	stamp, err = open(token, data, roots)
	if err != nil {
		return Stamp{}, fmt.Errorf("time-stamp token: %w", err)
	}
	return stamp, nil
}

// TokenOf takes the token out of an authority's answer (DER, as in RFC 3161,
// section 2.4.2). It does not judge it.
func TokenOf(answer []byte) ([]byte, error) {
	parsing.Lock()
	defer parsing.Unlock()
	parsed, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, err
	}
	return parsed.RawToken, nil
}

// parsing is held while the library reads: it counts in a variable of its own.
var parsing sync.Mutex

func open(token, data []byte, roots *x509.CertPool) (Stamp, error) {
	if err := whole(token); err != nil {
		return Stamp{}, err
	}
	parsing.Lock()
	defer parsing.Unlock()
	p7, err := pkcs7.Parse(token)
	if err != nil {
		return Stamp{}, fmt.Errorf("cannot be read: %w", err)
	}
	signer, err := signerOf(p7)
	if err != nil {
		return Stamp{}, err
	}
	info, err := timestamp.Parse(token) // checks the signature, not whose it is
	if err != nil {
		return Stamp{}, fmt.Errorf("its signature cannot be taken: %w", err)
	}
	if err := covers(info, data); err != nil {
		return Stamp{}, err
	}
	chain, err := trusted(p7, signer, roots, info.Time)
	if err != nil {
		return Stamp{}, err
	}
	return Stamp{
		Time: info.Time.UTC(), Accuracy: info.Accuracy, Nonce: info.Nonce,
		Authority: signer.Subject.String(), Root: chain[len(chain)-1].Subject.String(),
	}, nil
}

// whole says that the token is one DER value to its last byte: the parser takes
// what is cut off for what is left out.
func whole(token []byte) error {
	if len(token) > MaxToken {
		return fmt.Errorf("is %d bytes long, the limit is %d", len(token), MaxToken)
	}
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(token, &outer)
	if err != nil {
		return errors.New("is cut off or no DER at all")
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d bytes follow it", len(rest))
	}
	return nil
}

// covers says that the token is about these bytes.
func covers(info *timestamp.Timestamp, data []byte) error {
	if info.HashAlgorithm != crypto.SHA256 {
		return fmt.Errorf("its imprint is made with %s, expected SHA-256, which is what was asked for", info.HashAlgorithm)
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], info.HashedMessage) {
		return errors.New("is about other bytes: its message imprint is not the digest of these")
	}
	if info.Time.IsZero() {
		return errors.New("names no time")
	}
	return nil
}

// trusted gives the chain from the authority's certificate to a root, as of a time.
func trusted(p7 *pkcs7.PKCS7, signer *x509.Certificate, roots *x509.CertPool, at time.Time) ([]*x509.Certificate, error) {
	if err := onlyStamps(signer); err != nil {
		return nil, err
	}
	options := x509.VerifyOptions{
		Roots: roots, Intermediates: x509.NewCertPool(), CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}
	for _, c := range p7.Certificates {
		options.Intermediates.AddCert(c)
	}
	chains, err := signer.Verify(options)
	if err != nil {
		return nil, fmt.Errorf("the authority %q is not to be trusted at %s: %w", signer.Subject, at.UTC().Format(time.RFC3339), err)
	}
	if err := p7.VerifyWithOpts(options); err != nil {
		return nil, fmt.Errorf("its signature cannot be taken: %w", err)
	}
	return chains[0], nil
}

var extendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// onlyStamps says that a certificate is for time stamps and nothing else, as RFC
// 3161 section 2.3 has it. Go would take a certificate that names no use for one
// that may be used for anything.
func onlyStamps(c *x509.Certificate) error {
	only := len(c.ExtKeyUsage) == 1 && c.ExtKeyUsage[0] == x509.ExtKeyUsageTimeStamping && len(c.UnknownExtKeyUsage) == 0
	for _, e := range c.Extensions {
		if e.Id.Equal(extendedKeyUsage) && e.Critical && only {
			return nil
		}
	}
	return fmt.Errorf("the certificate of %q is not for time stamps alone (critical extended key usage timeStamping)", c.Subject)
}

// weak are digests under which two contents can be made to share a signature.
var weak = []asn1.ObjectIdentifier{pkcs7.OIDDigestAlgorithmSHA1, {1, 2, 840, 113549, 2, 5}}

func isWeak(digest asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(weak, digest.Equal)
}
