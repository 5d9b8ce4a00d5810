package kmssign_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/publish/kmssign"
)

const key = "arn:aws:kms:eu-west-1:111122223333:key/log"

// service is as much of KMS as signs, with a real Ed25519 key.
type service struct {
	private     ed25519.PrivateKey
	spec, usage string
	public      []byte
	broken      string // operation that is denied
	forge       bool
}

func newService(t *testing.T) *service {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	return &service{private: private, spec: "ECC_NIST_EDWARDS25519", usage: "SIGN_VERIFY", public: der}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		KeyID            string `json:"KeyId"`
		Message          []byte
		MessageType      string
		SigningAlgorithm string
	}
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	refuse := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": "hunter2"})
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.KeyID != key {
		refuse("NotFoundException")
		return
	}
	switch {
	case operation == s.broken:
		refuse("AccessDeniedException")
	case operation == "GetPublicKey":
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": key, "KeySpec": s.spec, "KeyUsage": s.usage, "PublicKey": s.public})
	case operation == "Sign" && in.MessageType == "RAW" && in.SigningAlgorithm == "ED25519_SHA_512" && len(in.Message) <= 4096:
		signature := ed25519.Sign(s.private, in.Message)
		if s.forge {
			signature[0] ^= 1
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": key, "Signature": signature, "SigningAlgorithm": in.SigningAlgorithm})
	default:
		refuse("ValidationException")
	}
}

func config(t *testing.T, s *service) aws.Config {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "hunter2", "")}
}

func TestSignerSignsCheckpoints(t *testing.T) {
	t.Parallel()
	signer, err := kmssign.Open(t.Context(), config(t, newService(t)), key, "controlwatch/1")
	require.NoError(t, err)
	c := checkpoint.Checkpoint{Origin: "controlwatch/1", Size: 12, Root: tlog.RecordHash([]byte("x"))}
	signed, err := checkpoint.Sign(c, signer)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(signer.Public())
	require.NoError(t, err)
	read, by, err := checkpoint.Open(signed, []note.Verifier{verifier})
	require.NoError(t, err)
	require.Equal(t, c, read)
	require.Equal(t, signer.KeyHash(), by[0].Hash)
	require.Equal(t, "controlwatch/1", signer.Name())
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		change func(*service)
		key    string
		want   string
	}{
		"another kind of key": {func(s *service) { s.spec = "RSA_2048" }, key, `is "RSA_2048" for "SIGN_VERIFY"; a log needs ECC_NIST_EDWARDS25519 for SIGN_VERIFY`},
		"another use":         {func(s *service) { s.usage = "KEY_AGREEMENT" }, key, "a log needs"},
		"no key inside":       {func(s *service) { s.public = []byte("x") }, key, "cannot be read"},
		"another key inside":  {func(s *service) { s.public = der }, key, "is no Ed25519 key"},
		"no right":            {func(s *service) { s.broken = "GetPublicKey" }, key, "AWS answered AccessDeniedException; the credentials need kms:GetPublicKey and kms:Sign"},
		"another id":          {func(*service) {}, "other", "AWS answered NotFoundException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			c.change(s)
			_, err := kmssign.Open(t.Context(), config(t, s), c.key, "controlwatch/1")
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
	_, err = kmssign.Open(t.Context(), config(t, newService(t)), key, "a name\nof two lines")
	require.Error(t, err)
}

func TestSignRefusesWhatIsNoSignature(t *testing.T) {
	t.Parallel()
	s := newService(t)
	signer, err := kmssign.Open(t.Context(), config(t, s), key, "controlwatch/1")
	require.NoError(t, err)
	s.forge = true
	_, err = signer.Sign([]byte("x"))
	require.ErrorContains(t, err, "what came back is no signature of its key")
	s.forge, s.broken = false, "Sign"
	_, err = signer.Sign([]byte("x"))
	require.ErrorContains(t, err, "AWS answered AccessDeniedException")
	require.NotContains(t, err.Error(), "hunter2")
	signer, err = kmssign.Open(t.Context(), aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String("http://127.0.0.1:1"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "hunter2", ""),
	}, key, "n")
	require.ErrorContains(t, err, "AWS cannot be asked")
	require.Nil(t, signer)
}
