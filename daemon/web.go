package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/webconfig"
)

// Web is who may ask a daemon, and how they are known. On loopback nobody need
// be; beyond it everybody, unless there is a reason.
type Web struct {
	File            *webconfig.File          // TLS, client certificates, passwords; nil: none of it
	Tokens          func() ([]string, error) // bearer tokens, asked for each request; nil: there are none
	Unauthenticated string                   // why an address beyond loopback is served to anybody
	Probes          string                   // host:port of the listener for probes; empty: there is none
	Profiles        bool                     // serve /debug/pprof/
}

// way is how somebody who asks is known.
type way string

const (
	byPassword    way = "password"
	byToken       way = "bearer token"
	byCertificate way = "client certificate"
)

// now reads what is in force. A token that cannot be read is an error, and no
// token that is missing.
func (w Web) now() (rules webconfig.Rules, tokens []string, err error) {
	if w.File != nil {
		if rules, err = w.File.Rules(); err != nil {
			return webconfig.Rules{}, nil, err
		}
	}
	if w.Tokens != nil {
		if tokens, err = w.Tokens(); err != nil {
			return webconfig.Rules{}, nil, err
		}
	}
	return rules, tokens, nil
}

func ways(rules webconfig.Rules, tokens []string) (all []way) {
	if rules.ClientCertificates() {
		all = append(all, byCertificate)
	}
	if len(rules.Users) > 0 {
		all = append(all, byPassword)
	}
	if len(tokens) > 0 {
		all = append(all, byToken)
	}
	return all
}

// local says whether only this machine reaches the listener.
func local(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// MayServe refuses an address beyond loopback where whoever asks is not known
// and there is no reason why they need not be.
func (w Web) MayServe(address string) error { return w.mayServe(address, loopback(address)) }

func (w Web) mayServe(address string, local bool) error {
	rules, tokens, err := w.now()
	if err != nil {
		return err
	}
	switch {
	case local || len(ways(rules, tokens)) > 0:
		return nil
	case w.Unauthenticated == "":
		return fmt.Errorf("other machines reach %s, and who asks there is not known: give client certificates or passwords in the web configuration, or bearer tokens, or a reason why anybody may read every finding", address)
	case w.Profiles:
		return fmt.Errorf("other machines reach %s, and who asks there is not known: profiles are served on loopback or to those who are known", address)
	}
	return nil
}

// listenForProbes takes the second address.
func (d *Daemon) listenForProbes(ctx context.Context) error {
	if d.opts.Web.Probes == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.opts.Web.Probes)
	if err != nil {
		return fmt.Errorf("listen for probes on %s: %w", d.opts.Web.Probes, err)
	}
	d.probes = listener
	return nil
}

// serve answers until the server is closed, with TLS where the web configuration has it.
func (d *Daemon) serve(server *http.Server) error {
	serve := func() error { return server.Serve(d.listener) }
	if d.opts.Web.File != nil {
		rules, err := d.opts.Web.File.Rules()
		if err != nil {
			return err
		}
		if rules.TLS() {
			server.TLSConfig = d.opts.Web.File.TLS()
			server.Protocols = new(http.Protocols)
			server.Protocols.SetHTTP1(true)
			server.Protocols.SetHTTP2(rules.HTTP2)
			serve = func() error { return server.ServeTLS(d.listener, "", "") }
		}
	}
	if err := serve(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", d.Addr(), err)
	}
	return nil
}

// sayWhoMayAsk logs how the page is guarded, and what about it is weak.
func (d *Daemon) sayWhoMayAsk() error {
	rules, tokens, err := d.opts.Web.now()
	if err != nil {
		return err
	}
	known := ways(rules, tokens)
	fields := []zap.Field{zap.Stringer("address", d.Addr()), zap.Bool("tls", rules.TLS()), zap.Any("known_by", known)}
	if d.probes != nil {
		fields = append(fields, zap.Stringer("probes", d.probes.Addr()))
	}
	d.opts.Log.Info("serving", fields...)
	if len(known) == 0 && !local(d.Addr()) {
		d.opts.Log.Warn("anybody who reaches the address reads every finding", zap.String("allowed_because", d.opts.Web.Unauthenticated))
	}
	if len(known) > 0 && !rules.TLS() && !local(d.Addr()) {
		d.opts.Log.Warn("passwords and tokens travel unencrypted: give TLS in the web configuration, or keep it to a network that encrypts")
	}
	if !rules.TLS() {
		return nil
	}
	certificate, err := d.opts.Web.File.Certificate()
	if err != nil {
		return err
	}
	if ends := certificate.NotAfter; d.now().After(ends) {
		d.opts.Log.Warn("the certificate has expired: nobody who checks it connects", zap.Time("expired", ends.UTC()))
	}
	return nil
}

// probeServer tells a kubelet, which can neither sign in nor show a certificate,
// whether the process is alive and ready, and nothing else.
func (d *Daemon) probeServer() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { word(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if d.published.Load() == nil {
			word(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		word(w, http.StatusOK, "ready")
	})
	return &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 4 << 10, ErrorLog: zap.NewStdLog(d.opts.Log.Named("probes")),
	}
}

func word(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the reader has gone; there is nobody to tell
}
