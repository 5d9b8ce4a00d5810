package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/controlwatch/controlwatch/internal/canon"
)

// Namespace is what signatures are made for; a signature over a file or a commit,
// by the same key, is none over a record.
const Namespace = "record@controlwatch"

// Statement is what a person signs: what is recorded, about what, by whom, and in
// which log, so that it counts nowhere else.
type Statement struct {
	Log, Kind, Subject, By string
	Body                   json.RawMessage // an object; without its signature
}

// Signature is kept in the body of a record under "signature".
type Signature struct {
	At        time.Time `json:"at"` // by the clock of the machine that signed
	Key       string    `json:"key"`
	Namespace string    `json:"namespace"`
	SSHSIG    string    `json:"sshsig"`
}

const signatureKey = "signature"

// Message is the bytes that are signed: one JSON object by RFC 8785 of the keys
// at, body, by, kind, log and subject.
func (s Statement) Message(at time.Time) ([]byte, error) {
	b, err := json.Marshal(map[string]any{
		"at": at.UTC().Format(time.RFC3339Nano), "body": s.Body, "by": s.By, "kind": s.Kind, "log": s.Log, "subject": s.Subject,
	})
	if err != nil {
		return nil, err
	}
	return canon.JSON(b)
}

// Sign gives the body with the signature in it.
func (s Statement) Sign(signer ssh.Signer, at time.Time) (json.RawMessage, error) {
	fields, err := object(s.Body)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", s.Kind, err)
	}
	if _, taken := fields[signatureKey]; taken {
		return nil, fmt.Errorf("sign %s: it is signed already", s.Kind)
	}
	message, err := s.Message(at)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", s.Kind, err)
	}
	armoured, err := signArmoured(signer, Namespace, message)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", s.Kind, err)
	}
	sig, err := json.Marshal(Signature{At: at.UTC(), Key: keyLine(signer.PublicKey()), Namespace: Namespace, SSHSIG: armoured})
	if err != nil {
		return nil, err
	}
	fields[signatureKey] = sig
	signed, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return canon.JSON(signed)
}

// Signed is a signature that was checked, and the key that made it. Whose key that
// is, the log says.
type Signed struct {
	Signature
	Public  ssh.PublicKey
	Message []byte
}

// Verify checks the signature in the body of a recorded statement.
func (s Statement) Verify() (Signed, error) {
	fields, err := object(s.Body)
	if err != nil {
		return Signed{}, err
	}
	raw, found := fields[signatureKey]
	if !found {
		return Signed{}, errors.New("it has no signature")
	}
	form, err := canon.JSON(s.Body)
	if err != nil {
		return Signed{}, err
	}
	if !bytes.Equal(form, s.Body) { // two keys of one name could be read in two ways
		return Signed{}, errors.New("its body is not in the form that is signed")
	}
	var sig Signature
	if err := json.Unmarshal(raw, &sig); err != nil {
		return Signed{}, errors.New("its signature cannot be read")
	}
	delete(fields, signatureKey)
	if s.Body, err = json.Marshal(fields); err != nil {
		return Signed{}, err
	}
	message, err := s.Message(sig.At)
	if err != nil {
		return Signed{}, err
	}
	key, err := verifyArmoured(sig.SSHSIG, Namespace, message)
	if err != nil {
		return Signed{}, fmt.Errorf("its signature does not fit: %w", err)
	}
	if keyLine(key) != sig.Key {
		return Signed{}, errors.New("its signature is by another key than it names")
	}
	return Signed{Signature: sig, Public: key, Message: message}, nil
}

func object(body json.RawMessage) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, errors.New("its body is not a JSON object")
	}
	return fields, nil
}
