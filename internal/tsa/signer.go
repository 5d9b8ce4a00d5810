package tsa

import (
	"bytes"
	"crypto/sha1" // RFC 3161 itself names the certificate by SHA-1; RFC 5816 allows better
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/digitorus/pkcs7"
)

var (
	contentTypeAttribute = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	timeStampContent     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	signingCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12} // RFC 3161, section 2.4.2
	signingCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5816
	sha384OID            = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	sha512OID            = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

// signerOf gives the certificate of the one who signed, after looking at what
// the library does not: that there is one only, that a time stamp is what was
// signed, and that the certificate is the one that the signer named in what was
// signed, so that it cannot be exchanged for another with the same name.
func signerOf(p7 *pkcs7.PKCS7) (*x509.Certificate, error) {
	if len(p7.Signers) != 1 {
		return nil, fmt.Errorf("has %d signers, expected one", len(p7.Signers))
	}
	if isWeak(p7.Signers[0].DigestAlgorithm.Algorithm) {
		return nil, errors.New("is signed with SHA-1 or MD5, which no longer prove anything; use an authority that signs with SHA-256 or better")
	}
	c := p7.GetOnlySigner()
	if c == nil {
		return nil, errors.New("lacks the certificate of its signer")
	}
	var content asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(contentTypeAttribute, &content); err != nil || !content.Equal(timeStampContent) {
		return nil, errors.New("is a signature over something else than a time stamp")
	}
	named, err := namedCertificate(p7, c)
	if err != nil {
		return nil, err
	}
	if !named {
		return nil, fmt.Errorf("was not signed for the certificate of %q that it carries", c.Subject)
	}
	return c, nil
}

func namedCertificate(p7 *pkcs7.PKCS7, c *x509.Certificate) (bool, error) {
	var second struct {
		Certs    []essCertIDv2
		Policies asn1.RawValue `asn1:"optional"`
	}
	if err := p7.UnmarshalSignedAttribute(signingCertificateV2, &second); err == nil && len(second.Certs) > 0 {
		digest, err := second.Certs[0].digest(c.Raw)
		return err == nil && bytes.Equal(second.Certs[0].Hash, digest), err
	}
	var first struct {
		Certs    []essCertID
		Policies asn1.RawValue `asn1:"optional"`
	}
	if err := p7.UnmarshalSignedAttribute(signingCertificate, &first); err == nil && len(first.Certs) > 0 {
		digest := sha1.Sum(c.Raw) // as RFC 3161 prescribes; the chain is verified besides
		return bytes.Equal(first.Certs[0].Hash, digest[:]), nil
	}
	return false, errors.New("does not say which certificate it was signed for (RFC 3161 section 2.4.2)")
}

type essCertID struct {
	Hash   []byte
	Issuer asn1.RawValue `asn1:"optional"`
}

type essCertIDv2 struct {
	Algorithm pkix.AlgorithmIdentifier `asn1:"optional"` // left out: SHA-256
	Hash      []byte
	Issuer    asn1.RawValue `asn1:"optional"`
}

func (e essCertIDv2) digest(raw []byte) ([]byte, error) {
	switch a := e.Algorithm.Algorithm; {
	case a == nil, a.Equal(pkcs7.OIDDigestAlgorithmSHA256):
		d := sha256.Sum256(raw)
		return d[:], nil
	case a.Equal(sha384OID):
		d := sha512.Sum384(raw)
		return d[:], nil
	case a.Equal(sha512OID):
		d := sha512.Sum512(raw)
		return d[:], nil
	default:
		return nil, fmt.Errorf("names its certificate by a digest (%s) that is not known here", a)
	}
}
