package cloudmonitor

// Why no answer came. What net/http says may hold the URL, with phone, mail
// and token in it, or a proxy's password: only known texts are passed on.

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// A cause is what a failed exchange means.
type cause struct {
	err   error // harmless to print
	final bool  // trying again will not help, unless it happened on a connection that had worked
	dial  bool  // it failed before a request could be sent
}

// explain turns an error of a RoundTripper, or of reading an answer, into one
// that can be printed. It does not look at the caller's context.
func explain(err error) cause {
	var (
		dns      *net.DNSError
		op       *net.OpError
		errno    syscall.Errno
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		badCert  *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		netErr   net.Error
	)
	var step string // of net's own names
	if errors.As(err, &op) {
		step = op.Op
	}
	connected := step != "dial" && step != "proxyconnect" && step != "socks connect"
	switch {
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return cause{err: errors.New("look up the endpoint: no such host"), dial: true}
		}
		return cause{err: errors.New("look up the endpoint: the name server does not answer"), dial: true}
	case errors.As(err, &unknown), errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &badCert):
		// A certificate that is not trusted is a wrong endpoint, a proxy that
		// looks inside, or missing roots: all need a person.
		return cause{err: errors.New("tls: the endpoint's certificate is not trusted (check the endpoint, the proxy and the system's certificates)"), final: true, dial: true}
	case errors.As(err, &record), step == "remote error", step == "local error":
		return cause{err: errors.New("tls: the endpoint does not speak it as expected (check endpoint and proxy)"), final: true}
	case errors.As(err, &errno) && !errno.Timeout():
		if !connected {
			return cause{err: fmt.Errorf("connect: %w", errno), dial: true}
		}
		return cause{err: fmt.Errorf("connection broken: %w", errno)}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		if !connected {
			return cause{err: fmt.Errorf("connect: %w", os.ErrDeadlineExceeded), dial: true}
		}
		return cause{err: fmt.Errorf("no answer: %w", os.ErrDeadlineExceeded)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return cause{err: fmt.Errorf("connection closed before the answer: %w", io.ErrUnexpectedEOF)}
	case !connected:
		return cause{err: errors.New("connect: failed"), dial: true}
	default:
		return cause{err: fmt.Errorf("no answer (%T)", err)}
	}
}
