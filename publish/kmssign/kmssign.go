// Package kmssign signs checkpoints with a key that never leaves AWS KMS. It
// knows of the log only its name, and checks every signature before giving it.
package kmssign

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"golang.org/x/mod/sumdb/note"
)

// Operations are what the credentials must be allowed on the key, and no more.
var Operations = []string{"kms:GetPublicKey", "kms:Sign"}

// signTime is how long one signature may take, all attempts together.
const signTime = 30 * time.Second

// Signer is a note.Signer over one key of KMS.
type Signer struct {
	key      string
	public   string
	verifier note.Verifier
	sign     func(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error)
}

// Open reads the public key. key is an ARN, id or alias of an asymmetric key of
// spec ECC_NIST_EDWARDS25519 for signing; name is the origin of the log.
func Open(ctx context.Context, cfg aws.Config, key, name string) (*Signer, error) {
	client := kms.NewFromConfig(cfg)
	return open(ctx, key, name, client.GetPublicKey, client.Sign)
}

type (
	getPublicKey = func(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
	sign         = func(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error)
)

func open(ctx context.Context, key, name string, get getPublicKey, sign sign) (*Signer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, signTime, errors.New("no answer in time"))
	defer cancel()
	out, err := get(ctx, &kms.GetPublicKeyInput{KeyId: &key})
	if err != nil {
		return nil, fmt.Errorf("read the public key of %s: %w", key, brief(err))
	}
	if out.KeySpec != types.KeySpecEccNistEdwards25519 || out.KeyUsage != types.KeyUsageTypeSignVerify {
		return nil, fmt.Errorf("the key %s is %q for %q; a log needs %s for %s", key, out.KeySpec, out.KeyUsage,
			types.KeySpecEccNistEdwards25519, types.KeyUsageTypeSignVerify)
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("the public key of %s cannot be read: %w", key, err)
	}
	public, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the public key of %s is no Ed25519 key", key)
	}
	text, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return nil, fmt.Errorf("public key of %s for the log %q: %w", key, name, err)
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("public key of %s for the log %q: %w", key, name, err)
	}
	return &Signer{key: key, public: text, verifier: verifier, sign: sign}, nil
}

// Name is the origin of the log.
func (s *Signer) Name() string { return s.verifier.Name() }

// KeyHash names the key within notes.
func (s *Signer) KeyHash() uint32 { return s.verifier.KeyHash() }

// Public is what others check signatures with, "name+hash+key".
func (s *Signer) Public() string { return s.public }

// Sign has KMS sign the text of a checkpoint. A note.Signer is given no context.
func (s *Signer) Sign(text []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), signTime, errors.New("no answer in time"))
	defer cancel()
	out, err := s.sign(ctx, &kms.SignInput{
		KeyId: &s.key, Message: text, MessageType: types.MessageTypeRaw, SigningAlgorithm: types.SigningAlgorithmSpecEd25519Sha512,
	})
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", s.key, brief(err))
	}
	if !s.verifier.Verify(text, out.Signature) {
		return nil, fmt.Errorf("sign with %s: what came back is no signature of its key", s.key)
	}
	return out.Signature, nil
}

// brief keeps request ids and addresses of the SDK's errors out of ours.
func brief(err error) error {
	if said, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("AWS answered %s; the credentials need kms:GetPublicKey and kms:Sign on the key", said.ErrorCode())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	return errors.New("AWS cannot be asked; check the region, the network and the credentials")
}
