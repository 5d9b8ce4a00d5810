package bundle

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"
)

// Signer is a key of the log. What it signs here begins with "DSSEv1 " and has no
// line of a checkpoint, so neither can be taken for the other.
type Signer interface {
	note.Signer
	Public() string
}

// statement is an in-toto Statement, version 1, about a manifest.
type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     predicate `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// predicate repeats of the manifest what somebody wants to see before unpacking.
type predicate struct {
	Origin  string `json:"origin"`
	From    string `json:"from"`
	To      string `json:"to"`
	Commits Range  `json:"commits"`
	Leaves  Range  `json:"leaves"`
	Size    int64  `json:"tree_size"`
	Root    string `json:"tree_root"`
}

func statementOf(m Manifest, digest Digest) statement {
	return statement{
		Type: StatementType, PredicateType: PredicateType,
		Subject: []subject{{Name: ManifestFile, Digest: map[string]string{"sha256": digest.String()}}},
		Predicate: predicate{
			Origin: m.Origin, From: moment(m.From), To: moment(m.To), Commits: m.Commits, Leaves: m.Leaves, Size: m.Size, Root: m.Root,
		},
	}
}

func sign(ctx context.Context, m Manifest, digest Digest, signer Signer) ([]byte, error) {
	payload, err := json.Marshal(statementOf(m, digest))
	if err != nil {
		return nil, fmt.Errorf("encode statement: %w", err)
	}
	s, err := dsse.NewEnvelopeSigner(envelopeKey{Signer: signer, id: keyID(signer)})
	if err != nil {
		return nil, fmt.Errorf("sign statement: %w", err)
	}
	envelope, err := s.SignPayload(ctx, PayloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("sign statement: %w", err)
	}
	return encoded(envelope)
}

// checkStatement says what is wrong with a signed statement about a manifest.
func checkStatement(ctx context.Context, b []byte, m Manifest, digest Digest, key note.Verifier) error {
	var envelope dsse.Envelope
	if err := strict(b, &envelope); err != nil {
		return err
	}
	if envelope.PayloadType != PayloadType {
		return fmt.Errorf("its payload is %q, expected %s", envelope.PayloadType, PayloadType)
	}
	v, err := dsse.NewEnvelopeVerifier(envelopeKey{Verifier: key, id: keyID(key)})
	if err != nil {
		return err
	}
	_, payload, err := v.VerifyAndDecode(ctx, &envelope)
	if err != nil {
		return errors.New("it is not signed by the log's newest key, or was altered")
	}
	want, err := json.Marshal(statementOf(m, digest))
	if err != nil {
		return err
	}
	if !bytes.Equal(payload, want) {
		return errors.New("what was signed is not this manifest")
	}
	return nil
}

type named interface {
	Name() string
	KeyHash() uint32
}

func keyID(k named) string { return fmt.Sprintf("%s+%08x", k.Name(), k.KeyHash()) }

// envelopeKey lets a key of notes sign and verify envelopes.
type envelopeKey struct {
	note.Signer
	note.Verifier
	id string
}

func (k envelopeKey) KeyID() (string, error) { return k.id, nil }

// Public is asked only of keys without an id.
func (k envelopeKey) Public() crypto.PublicKey { return nil }

func (k envelopeKey) Sign(_ context.Context, data []byte) ([]byte, error) { return k.Signer.Sign(data) }

func (k envelopeKey) Verify(_ context.Context, data, sig []byte) error {
	if !k.Verifier.Verify(data, sig) {
		return errors.New("it is not the key's signature")
	}
	return nil
}
