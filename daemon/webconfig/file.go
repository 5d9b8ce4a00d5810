package webconfig

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v2"
	"golang.org/x/crypto/bcrypt"
)

// File is a web configuration file. It is read anew whenever it is asked, as
// the toolkit does: a certificate that was renewed and a password that was taken
// away count at once.
type File struct {
	path string

	mu   sync.Mutex
	text []byte // what rules were made of
	read Rules
}

// Rules is what a file says.
type Rules struct {
	Users   map[string][]byte // bcrypt hashes
	Headers map[string]string
	HTTP2   bool
	Limit   web.RateLimiterConfig
	tls     web.TLSConfig
}

// Open reads a file and checks all of it, certificates too.
func Open(path string) (*File, error) {
	f := &File{path: path}
	r, err := f.Rules()
	if err != nil {
		return nil, err
	}
	if r.TLS() {
		if _, err := r.tlsConfig(path); err != nil {
			return nil, err
		}
	}
	if err := web.Validate(path); err != nil {
		return nil, clean(path, err) // headers, and whatever a later toolkit asks
	}
	return f, nil
}

// Rules gives what the file says now.
func (f *File) Rules() (Rules, error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return Rules{}, fmt.Errorf("read web configuration: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.text != nil && bytes.Equal(text, f.text) {
		return f.read, nil
	}
	r, err := parse(f.path, text)
	if err != nil {
		return Rules{}, err
	}
	f.text, f.read = text, r
	return r, nil
}

func parse(path string, text []byte) (Rules, error) {
	// The defaults are the toolkit's.
	c := web.Config{
		TLSConfig:  web.TLSConfig{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13},
		HTTPConfig: web.HTTPConfig{HTTP2: true},
	}
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return Rules{}, clean(path, err)
	}
	c.TLSConfig.SetDirectory(filepath.Dir(path))
	r := Rules{Users: map[string][]byte{}, Headers: c.HTTPConfig.Header, HTTP2: c.HTTPConfig.HTTP2, Limit: c.RateLimiterConfig, tls: c.TLSConfig}
	for user, hash := range c.Users {
		if _, err := bcrypt.Cost([]byte(hash)); err != nil {
			return Rules{}, fmt.Errorf("%s: basic_auth_users: what stands for user %q is no bcrypt hash; make one with `htpasswd -nBC 12 %s`", path, user, user)
		}
		r.Users[user] = []byte(hash)
	}
	return r, nil
}

// TLS says whether the file asks for TLS at all.
func (r Rules) TLS() bool { return r.tls.IsEnabled() }

// ClientCertificates says whether only those are let in who hold a certificate
// of an authority that the file names. The other kinds of client_auth_type take
// any certificate or none, and make nobody known.
func (r Rules) ClientCertificates() bool {
	return r.tls.ClientAuth == "RequireAndVerifyClientCert"
}

// tlsConfig is the toolkit's. Without an authority Go would take certificates of
// every public one; a file of authorities that holds none lets nobody in.
func (r Rules) tlsConfig(path string) (*tls.Config, error) {
	c, err := web.ConfigToTLSConfig(&r.tls)
	if err != nil {
		return nil, clean(path, err)
	}
	if c.ClientAuth >= tls.VerifyClientCertIfGiven && c.ClientCAs == nil {
		return nil, fmt.Errorf("%s: client_auth_type %s needs client_ca_file or client_ca, or certificates of any public authority would do", path, r.tls.ClientAuth)
	}
	if c.ClientCAs != nil && c.ClientCAs.Equal(x509.NewCertPool()) {
		return nil, fmt.Errorf("%s: client_ca_file or client_ca holds no certificate", path)
	}
	// A session that is resumed is not asked for its certificate again.
	c.SessionTicketsDisabled = true
	c.NextProtos = []string{"http/1.1"}
	if r.HTTP2 {
		c.NextProtos = []string{"h2", "http/1.1"}
	}
	return c, nil
}

// Holds says whether whoever is at the other end of a connection has a certificate
// that the file asks for now: connections last, and files and certificates change.
func (f *File) Holds(r Rules, connection *tls.ConnectionState, now time.Time) error {
	if connection == nil || len(connection.PeerCertificates) == 0 {
		return errors.New("no certificate")
	}
	c, err := r.tlsConfig(f.path)
	if err != nil {
		return err
	}
	shown := connection.PeerCertificates
	between, raw := x509.NewCertPool(), [][]byte{shown[0].Raw}
	for _, certificate := range shown[1:] {
		between.AddCert(certificate)
	}
	_, err = shown[0].Verify(x509.VerifyOptions{Roots: c.ClientCAs, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err == nil && c.VerifyPeerCertificate != nil {
		err = c.VerifyPeerCertificate(raw, nil) // the names that are let in
	}
	return err
}

// TLS is the configuration of a listener, which asks the file for each connection.
func (f *File) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, // until GetConfigForClient says otherwise
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			r, err := f.Rules()
			if err != nil {
				return nil, err
			}
			if !r.TLS() {
				return nil, errors.New("the web configuration has no TLS any more; restart controlwatch to serve without")
			}
			return r.tlsConfig(f.path)
		},
	}
}

// Certificate is the one that is served now; nil without TLS.
func (f *File) Certificate() (*x509.Certificate, error) {
	r, err := f.Rules()
	if err != nil || !r.TLS() {
		return nil, err
	}
	c, err := r.tlsConfig(f.path)
	if err != nil {
		return nil, err
	}
	served, err := c.GetCertificate(nil)
	if err != nil {
		return nil, clean(f.path, err)
	}
	return x509.ParseCertificate(served.Certificate[0])
}

// quoted is what the YAML library shows of a value that is of the wrong kind: it
// may be the beginning of a key or a password. Names of Go's types help nobody.
var quoted = regexp.MustCompile("(?s) `.*?`| in type web\\.\\w+")

func clean(path string, err error) error {
	text := strings.Join(strings.Fields(quoted.ReplaceAllString(err.Error(), "")), " ")
	return fmt.Errorf("web configuration %s: %s", path, text)
}
