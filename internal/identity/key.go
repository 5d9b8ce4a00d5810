package identity

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Create makes an Ed25519 key in OpenSSH's form and gives its public line. Files
// that are there stay as they are, and are an error.
func Create(file, comment string) (public string, err error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	public = strings.TrimSpace(keyLine(signer.PublicKey()) + " " + comment)
	if err := create(file, pem.EncodeToMemory(block), 0o600); err != nil {
		return "", err
	}
	return public, create(file+".pub", []byte(public+"\n"), 0o644)
}

func create(file string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("keep the key: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep the key: %w", err)
	}
	return nil
}

// Open gives what signs with a key: a private key's file or, for a public key's
// file, the SSH agent that listens on a socket, which may hold it in hardware.
// What Open gives is to be closed.
func Open(ctx context.Context, file, socket string) (signer ssh.Signer, done func() error, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, nil, fmt.Errorf("key to sign with: %w", err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("key to sign with: %w", err)
	}
	if public, err := parseKey(string(bytes.TrimSpace(content))); err == nil {
		return fromAgent(ctx, public, socket)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, nil, fmt.Errorf("key %s: others than its owner can read or write it (%#o): chmod 600 %s", file, info.Mode().Perm(), file)
	}
	signer, err = ssh.ParsePrivateKey(content)
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, nil, fmt.Errorf("key %s has a passphrase: `ssh-add %s`, then give %s.pub, and the SSH agent signs", file, file, file)
	case err != nil:
		return nil, nil, fmt.Errorf("key %s: it is not a private SSH key", file) // nothing of it is told
	}
	return signer, func() error { return nil }, nil
}

func fromAgent(ctx context.Context, public ssh.PublicKey, socket string) (ssh.Signer, func() error, error) {
	if socket == "" {
		return nil, nil, errors.New("that is a public key, and no SSH agent runs (SSH_AUTH_SOCK): start one and `ssh-add` the key, or give the private key's file")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, nil, fmt.Errorf("reach the SSH agent: %w", err)
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("ask the SSH agent for its keys: %w", err), conn.Close())
	}
	for _, s := range signers {
		if bytes.Equal(s.PublicKey().Marshal(), public.Marshal()) {
			return s, conn.Close, nil
		}
	}
	return nil, nil, errors.Join(errors.New("the SSH agent does not hold that key: `ssh-add` it"), conn.Close())
}
