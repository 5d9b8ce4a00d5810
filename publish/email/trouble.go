package email

import (
	"context"
	"errors"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/controlwatch/controlwatch/publish/outbound"
)

// trouble is why there was no conversation. The library's errors quote the
// server, so that only those that are known are told apart.
func trouble(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case ctx.Err() != nil:
		return errors.New("no answer in time")
	case errors.Is(err, gomail.ErrPlainAuthNotSupported), errors.Is(err, gomail.ErrLoginAuthNotSupported), errors.Is(err, gomail.ErrNoSupportedAuthDiscovered),
		strings.HasPrefix(err.Error(), "server does not support SMTP AUTH"), strings.HasPrefix(err.Error(), "unsupported SMTP AUTH"):
		return errors.New("the mail server offers no way to sign in that is known; remove user and password, or use another port")
	case strings.HasPrefix(err.Error(), "STARTTLS mode set to"), errors.Is(err, smtp.ErrNonTLSConnection):
		return errors.New("the mail server offers no TLS (STARTTLS), and without it nothing is sent; use another port, or tls: implicit")
	}
	return outbound.Cause(err)
}
