package identity

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"golang.org/x/crypto/ssh"
)

// The parts of a signature as OpenSSH writes it (PROTOCOL.sshsig).
const (
	sshsigMagic   = "SSHSIG"
	sshsigPEM     = "SSH SIGNATURE"
	sshsigVersion = 1
	sshsigHash    = "sha512"
)

// sshsigBlob is what the armour holds after the magic.
type sshsigBlob struct {
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  string
	Hash      string
	Signature []byte
}

// sshsigSigned is what is signed after the magic: the digest of the message, and
// what keeps a signature made for one purpose from counting for another.
type sshsigSigned struct {
	Namespace string
	Reserved  string
	Hash      string
	Digest    []byte
}

// signArmoured signs a message as `ssh-keygen -Y sign` does.
func signArmoured(signer ssh.Signer, namespace string, message []byte) (string, error) {
	digest := sha512.Sum512(message)
	signed := append([]byte(sshsigMagic), ssh.Marshal(sshsigSigned{Namespace: namespace, Hash: sshsigHash, Digest: digest[:]})...)
	sig, err := signBytes(signer, signed)
	if err != nil {
		return "", err
	}
	blob := append([]byte(sshsigMagic), ssh.Marshal(sshsigBlob{
		Version: sshsigVersion, PublicKey: signer.PublicKey().Marshal(), Namespace: namespace, Hash: sshsigHash, Signature: ssh.Marshal(sig),
	})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: sshsigPEM, Bytes: blob})), nil
}

// signBytes signs. With RSA the algorithm must be asked for: the default is SHA-1,
// which the format forbids.
func signBytes(signer ssh.Signer, data []byte) (*ssh.Signature, error) {
	if signer.PublicKey().Type() != ssh.KeyAlgoRSA {
		return signer.Sign(rand.Reader, data)
	}
	algorithms, ok := signer.(ssh.AlgorithmSigner)
	if !ok {
		return nil, errors.New("this RSA key can sign with SHA-1 only: use an Ed25519 key")
	}
	return algorithms.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
}

// verifyArmoured checks a signature over a message in a namespace and gives the
// key that made it. Whose key that is, the caller must know.
func verifyArmoured(armoured, namespace string, message []byte) (ssh.PublicKey, error) {
	block, rest := pem.Decode([]byte(armoured))
	if block == nil || block.Type != sshsigPEM || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("it is not one SSH signature")
	}
	body, found := bytes.CutPrefix(block.Bytes, []byte(sshsigMagic))
	var blob sshsigBlob
	if !found || ssh.Unmarshal(body, &blob) != nil {
		return nil, errors.New("it is not an SSH signature")
	}
	if blob.Version != sshsigVersion {
		return nil, fmt.Errorf("it is of version %d, not %d", blob.Version, sshsigVersion)
	}
	if blob.Namespace != namespace {
		return nil, fmt.Errorf("it was made for %q, not for %q", blob.Namespace, namespace)
	}
	digest, err := digestOf(blob.Hash, message)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParsePublicKey(blob.PublicKey)
	if err != nil {
		return nil, errors.New("its key cannot be read")
	}
	sig, err := parseSignature(blob.Signature)
	if err != nil {
		return nil, err
	}
	if key.Type() == ssh.KeyAlgoRSA && !slices.Contains([]string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512}, sig.Format) {
		return nil, fmt.Errorf("its algorithm %s is not allowed", sig.Format)
	}
	signed := append([]byte(sshsigMagic), ssh.Marshal(sshsigSigned{Namespace: blob.Namespace, Reserved: blob.Reserved, Hash: blob.Hash, Digest: digest})...)
	if err := key.Verify(signed, sig); err != nil {
		return nil, errors.New("it is not over these bytes, or not by its key")
	}
	return key, nil
}

func digestOf(name string, message []byte) ([]byte, error) {
	var h hash.Hash
	switch name {
	case "sha512":
		h = sha512.New()
	case "sha256":
		h = sha256.New()
	default:
		return nil, fmt.Errorf("its hash %q is not allowed", name)
	}
	if _, err := io.Copy(h, bytes.NewReader(message)); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// parseSignature reads the inner signature. What follows it is a security key's
// flags and counter, and nothing with other keys.
func parseSignature(b []byte) (*ssh.Signature, error) {
	var sig ssh.Signature
	if err := ssh.Unmarshal(b, &sig); err != nil {
		return nil, errors.New("its signature cannot be read")
	}
	return &sig, nil
}
