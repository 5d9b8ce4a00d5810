// Package email sends notices by SMTP, over TLS, as text and HTML.
package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// TLS is how a connection is protected.
type TLS string

// The ways of RFC 3207 and RFC 8314.
const (
	StartTLS TLS = "starttls" // asked for after connecting, and required; port 587
	Implicit TLS = "implicit" // from the first byte; port 465
	None     TLS = "none"     // not at all: for a relay on the same machine, without a password
)

// Settings are what a person configures.
type Settings struct {
	Name           string // for ever
	Host           string // of the mail server; on a private network it is named under allow_private
	Port           int    // 0: 587, for implicit 465
	TLS            TLS    // empty: starttls
	User, Password string // empty: no sign-in
	From           string // "Controlwatch <alerts@example.com>"
	To             []string
	Hello          string        // the name we greet with; empty: the domain of From
	Timeout        time.Duration // of one delivery; 0: a minute
	Way            *outbound.Client
}

const (
	usualTimeout   = time.Minute
	mostRecipients = 50
)

// Receiver is some people's mailboxes.
type Receiver struct {
	name    string
	from    *mail.Address
	to      []*mail.Address
	host    string
	timeout time.Duration
	options []gomail.Option
	port    int
	tls     TLS
	way     *outbound.Client
	taken   taken
}

var _ alert.Receiver = (*Receiver)(nil)

// New checks the settings.
func New(s Settings) (*Receiver, error) {
	if err := alert.CheckName(s.Name); err != nil {
		return nil, fmt.Errorf("email: %w", err)
	}
	r, err := s.receiver()
	if err != nil {
		return nil, fmt.Errorf("email %s: %w", s.Name, err)
	}
	return r, nil
}

func (s Settings) receiver() (*Receiver, error) {
	if s.Way == nil {
		return nil, errors.New("no way out was given")
	}
	if s.TLS == "" {
		s.TLS = StartTLS
	}
	r := &Receiver{name: s.Name, host: s.Host, port: s.Port, tls: s.TLS, timeout: s.Timeout, way: s.Way, taken: taken{by: map[string]map[string]bool{}}}
	policy := gomail.TLSMandatory
	switch s.TLS {
	case StartTLS, Implicit:
	case None:
		policy = gomail.NoTLS
		if s.User != "" || s.Password != "" {
			return nil, errors.New("tls: none, and there is a password, which would be sent in the clear; use starttls or implicit")
		}
	default:
		return nil, errors.New("tls: expected starttls, implicit or none")
	}
	if s.Host == "" || strings.ContainsAny(s.Host, " /@\r\n\t") || strings.Contains(s.Host, "://") {
		return nil, errors.New("host: expected the name of a mail server such as smtp.example.com")
	}
	if (s.User == "") != (s.Password == "") {
		return nil, errors.New("user and password: one is there without the other")
	}
	if r.port == 0 {
		r.port = map[TLS]int{StartTLS: 587, Implicit: 465, None: 25}[s.TLS]
	}
	if r.port < 1 || r.port > 65535 {
		return nil, errors.New("port: expected 1 to 65535")
	}
	if r.timeout <= 0 {
		r.timeout = usualTimeout
	}
	if err := r.addresses(s); err != nil {
		return nil, err
	}
	if s.Hello == "" {
		s.Hello = domain(r.from)
	}
	if strings.ContainsAny(s.Hello, " \r\n\t") {
		return nil, errors.New("hello: expected the name of this machine")
	}
	r.options = []gomail.Option{
		gomail.WithPort(r.port), gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(s.Way.TLS(s.Host)),
		gomail.WithTimeout(r.timeout), gomail.WithHELO(s.Hello),
	}
	if s.TLS == Implicit {
		r.options = append(r.options, gomail.WithSSL())
	}
	if s.User != "" {
		r.options = append(r.options, gomail.WithUsername(s.User), gomail.WithPassword(s.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return r, nil
}

func (r *Receiver) addresses(s Settings) error {
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return errors.New(`from: expected an address such as "Controlwatch <alerts@example.com>"`)
	}
	r.from = from
	if len(s.To) == 0 || len(s.To) > mostRecipients {
		return fmt.Errorf("to: expected 1 to %d addresses; give larger groups a list of their own", mostRecipients)
	}
	for _, address := range s.To {
		to, err := mail.ParseAddress(address)
		if err != nil {
			return fmt.Errorf("to: %q is no address", address)
		}
		r.to = append(r.to, to)
	}
	for _, a := range append([]*mail.Address{r.from}, r.to...) {
		if strings.ContainsFunc(a.Name+a.Address, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return errors.New("from and to: an address holds a control character")
		}
	}
	return nil
}

// Name is as configured.
func (r *Receiver) Name() string { return r.name }

// Kind is email.
func (r *Receiver) Kind() string { return "email" }

// Send hands one message to the mail server for everybody who has not had it. Its
// Message-ID is that of the notice at every attempt, so that mailboxes tell a
// message that they have. Who refuses does not keep the others from being told:
// the error names those.
func (r *Receiver) Send(ctx context.Context, n alert.Notice) error {
	if n.ID == "" || n.Key == "" {
		return fmt.Errorf("email %s: %w: the notice has no id or no incident key", r.name, alert.ErrRefused)
	}
	m, err := r.compose(n)
	if err != nil {
		return fmt.Errorf("email %s: write the message: %w", r.name, err)
	}
	var left []string
	for _, to := range r.to {
		if !r.taken.has(n.ID, to.Address) {
			left = append(left, to.Address)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	had, err := r.deliver(ctx, m, left)
	r.taken.add(n.ID, had)
	if err != nil {
		return fmt.Errorf("email %s: %s: %w", r.name, net.JoinHostPort(r.host, strconv.Itoa(r.port)), err)
	}
	return nil
}

func domain(a *mail.Address) string {
	return strings.ToLower(a.Address[strings.LastIndexByte(a.Address, '@')+1:])
}
