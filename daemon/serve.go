package daemon

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/page"
)

// contentPolicy lets the page load its own style and icon, and nothing else.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (d *Daemon) server() *http.Server {
	return &http.Server{
		Handler:           guard(d.gate(d.routes()), d.Addr()),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          zap.NewStdLog(d.opts.Log.Named("http")),
	}
}

// routes lists what is served. Patterns with GET answer HEAD too and refuse
// every other method.
func (d *Daemon) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.servePage)
	mux.HandleFunc("GET /style.css", static("text/css; charset=utf-8", page.Style))
	mux.HandleFunc("GET /icon.svg", static("image/svg+xml", page.Icon))
	mux.HandleFunc("GET "+askPath, d.serveScan)
	mux.HandleFunc("POST "+askPath, d.askForScan)
	mux.Handle("GET /metrics", d.opts.Metrics.Handler(d.opts.Log.Named("metrics")))
	mux.HandleFunc("GET /healthz", d.serveHealth)
	mux.HandleFunc("GET /readyz", d.serveReady)
	if d.opts.Web.Profiles {
		serveProfiles(mux)
	}
	return mux
}

// guard adds the headers that every answer has. On a loopback address it
// answers only to loopback names, or a page elsewhere could read this one by
// pointing its own name here.
func guard(next http.Handler, addr net.Addr) http.Handler {
	localOnly := local(addr)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if localOnly && !loopback(r.Host) {
			http.Error(w, "this address is for this machine only: use 127.0.0.1 or localhost, or serve on another address", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func (d *Daemon) servePage(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	in := d.pageInput(d.published.Load())
	in.Follow = r.URL.Query().Has("follow")
	if err := page.Write(&b, in); err != nil {
		d.opts.Log.Error("page could not be rendered", zap.Error(err))
		http.Error(w, "the page could not be rendered; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // the reader has gone; there is nobody to tell
}

func (d *Daemon) serveScan(w http.ResponseWriter, r *http.Request) {
	p := d.published.Load()
	if p == nil {
		http.Error(w, "the first assessment is not done yet", http.StatusServiceUnavailable)
		return
	}
	out, err := patiently(w)
	if err != nil {
		d.opts.Log.Error("scan could not be written", zap.Error(err))
		http.Error(w, "the scan could not be written; the log says why", http.StatusInternalServerError)
		return
	}
	body, err := p.scan.open()
	if err != nil {
		d.opts.Log.Error("scan could not be written", zap.Error(err))
		http.Error(w, "the scan could not be written; the log says why", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Vary", "Accept-Encoding")
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		_, _ = io.Copy(out, body) // the reader has gone; there is nobody to tell
		return
	}
	z, err := gzip.NewReader(body)
	if err != nil {
		http.Error(w, "the scan cannot be read", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(out, z) // compressed by ourselves, and as large as the reader asked for
}

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(q, " ", ""), "q="), 64)
			return err != nil || weight > 0
		}
	}
	return false
}

// serveHealth says that the process is alive, and what keeps it from working as
// it should. It stays 200 then: a restart would mend none of it.
func (d *Daemon) serveHealth(w http.ResponseWriter, _ *http.Request) {
	health := struct {
		Status   string   `json:"status"`
		Problems []string `json:"problems"`
	}{"ok", []string{}}
	if problems := d.problems(d.published.Load()); len(problems) > 0 {
		health.Status, health.Problems = "degraded", problems
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(health) // the reader has gone; there is nobody to tell
}

func (d *Daemon) serveReady(w http.ResponseWriter, _ *http.Request) {
	if d.published.Load() == nil {
		http.Error(w, "the first assessment is not done yet", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ready\n") // the reader has gone; there is nobody to tell
}

func static(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body) // the reader has gone; there is nobody to tell
	}
}
