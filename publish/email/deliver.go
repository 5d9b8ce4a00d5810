package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/controlwatch/controlwatch/publish/alert"
)

// deliver is one SMTP transaction: those the server accepts get the message,
// also where it refuses others. What a server says is not repeated, since it may
// hold what we sent; its code is.
func (r *Receiver) deliver(ctx context.Context, m *gomail.Msg, to []string) ([]string, error) {
	if len(to) == 0 {
		return nil, nil // everybody had it
	}
	client, hangUp, err := r.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer hangUp()
	if err := client.Mail((&mail.Address{Address: r.from.Address}).String()); err != nil {
		return nil, said(ctx, "refused the sender", err)
	}
	var accepted []string
	var refused, later []string
	var last error
	for _, address := range to {
		err := client.Rcpt((&mail.Address{Address: address}).String())
		switch {
		case err == nil:
			accepted = append(accepted, address)
			continue
		case code(err) == 0:
			return nil, said(ctx, "", err) // the connection is gone
		case code(err) >= 500:
			refused = append(refused, fmt.Sprintf("%s (%d)", address, code(err)))
		default:
			later = append(later, fmt.Sprintf("%s (%d)", address, code(err)))
		}
		last = err
	}
	if len(accepted) > 0 {
		data, err := client.Data()
		if err != nil {
			return nil, said(ctx, "refused the message", err)
		}
		if _, err := m.WriteTo(data); err != nil {
			return nil, said(ctx, "", err)
		}
		if err := data.Close(); err != nil {
			return nil, said(ctx, "refused the message", err)
		}
	}
	_ = client.Quit() // it has the message; how it says goodbye changes nothing
	switch {
	case len(later) > 0:
		return accepted, fmt.Errorf("does not take mail now for %s", strings.Join(append(later, refused...), ", "))
	case len(refused) > 0:
		return accepted, fmt.Errorf("%w: no mail for %s%s", alert.ErrRefused, strings.Join(refused, ", "), hint(code(last)))
	}
	return accepted, nil
}

// connect greets, protects and signs in. Hanging up is left to the caller; it is
// safe at any time.
func (r *Receiver) connect(ctx context.Context) (*smtp.Client, func(), error) {
	var conn net.Conn
	stop := func() bool { return true }
	hangUp := func() {
		stop()
		if conn != nil {
			_ = conn.Close()
		}
	}
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		raw, err := r.way.Dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		// The library waits by deadlines of its own; ours ends everything.
		conn, stop = raw, context.AfterFunc(ctx, func() { _ = raw.Close() })
		if r.tls != Implicit {
			return raw, nil
		}
		secured := tls.Client(raw, r.way.TLS(r.host))
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return secured, nil
	}
	c, err := gomail.NewClient(r.host, append([]gomail.Option{gomail.WithDialContextFunc(dial)}, r.options...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("the settings cannot be used: %w", err)
	}
	client, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		hangUp()
		return nil, nil, said(ctx, "", err)
	}
	return client, hangUp, nil
}

// said is what became of it, in words of ours.
func said(ctx context.Context, what string, err error) error {
	number := code(err)
	switch number {
	case 530, 534, 535, 538: // RFC 4954
		return fmt.Errorf("%w: the mail server refused to sign us in (%d)%s", alert.ErrRefused, number, hint(number))
	case 0:
		return trouble(ctx, err)
	}
	if what == "" {
		return fmt.Errorf("the mail server answered %d", number)
	}
	if number >= 500 {
		return fmt.Errorf("%w: the mail server %s (%d)%s", alert.ErrRefused, what, number, hint(number))
	}
	return fmt.Errorf("the mail server does not take it now (%d)", number)
}

func code(err error) int {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}

func hint(number int) string {
	switch number {
	case 530, 534, 535, 538:
		return "; check user and password"
	case 550, 551, 553:
		return "; check that the address exists and that this sender may write to it"
	case 552:
		return "; a mailbox is full, or the message too long"
	}
	return ""
}
