package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// Cause is why a delivery did not come about, in words of ours. Errors of
// net/http hold addresses, and quote what a server sent where it is not HTTP,
// which may be our own request: none is repeated that is not known to be safe.
func Cause(err error) error {
	for _, known := range []error{ErrInside, ErrNever, errProxy} {
		if errors.Is(err, known) {
			return known
		}
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return errors.New("the name is not known")
		}
		return errors.New("the name cannot be looked up")
	}
	if why := certificate(err); why != nil {
		return why
	}
	for _, known := range []syscall.Errno{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EPIPE} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New("the connection ended, or the answer is not HTTP")
}

func certificate(err error) error {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return errors.New("its certificate is signed by nobody who is trusted; ca_file names further certificates")
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return errors.New("its certificate is for another name")
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return errors.New("its certificate is not valid now, or not for this")
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return errors.New("its certificate cannot be verified")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errors.New("it does not speak TLS there")
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return errors.New("it ended the TLS handshake")
	}
	return nil
}
