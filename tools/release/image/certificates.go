package image

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// Certificates are the roots that Mozilla trusts for servers, as the Go project
// publishes them: pinned by go.sum, where a distribution's package changes by the
// day. A root that Mozilla trusts only up to a date cannot be told so in a file of
// certificates, and is left out: not trusted is an error, trusted for ever is not seen.
func Certificates() ([]byte, error) {
	var all bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		if err := pem.Encode(&all, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, fmt.Errorf("encode a root certificate: %w", err)
		}
	}
	if all.Len() == 0 {
		return nil, errors.New("no root certificate: the module golang.org/x/crypto/x509roots/fallback holds none")
	}
	return all.Bytes(), nil
}
