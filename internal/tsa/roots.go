package tsa

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Roots reads the certificates that an authority's chain may end in, from PEM.
// Anything in it that is no certificate is an error: half a trust store would
// refuse tokens that hold, or hide that the file is the wrong one.
func Roots(text []byte) (*x509.CertPool, error) {
	pool, count := x509.NewCertPool(), 0
	for len(bytes.TrimSpace(text)) > 0 {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("holds a %s, expected certificates only", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d cannot be read: %w", count+1, err)
		}
		pool.AddCert(c)
		count++
	}
	if count == 0 {
		return nil, errors.New("holds no certificate in PEM form")
	}
	return pool, nil
}
