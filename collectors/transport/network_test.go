package transport_test

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	provider := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "provider") }))
	t.Cleanup(provider.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: provider.Certificate().Raw})
	get := func(t *testing.T, n transport.Network) (string, error) {
		t.Helper()
		base, err := n.Base()
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, provider.URL, http.NoBody)
		require.NoError(t, err)
		resp, err := base.RoundTrip(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		base.(*http.Transport).CloseIdleConnections()
		return string(b), nil
	}

	t.Run("a certificate of a private authority is trusted only when it is given", func(t *testing.T) {
		t.Parallel()
		_, err := get(t, transport.Network{})
		require.ErrorContains(t, err, "certificate")
		body, err := get(t, transport.Network{CA: ca})
		require.NoError(t, err)
		require.Equal(t, "provider", body)
	})
	t.Run("everything goes by way of the proxy", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int32
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect {
				http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
				return
			}
			asked.Add(1)
			tunnel(w, r)
		}))
		t.Cleanup(proxy.Close)
		body, err := get(t, transport.Network{Proxy: proxy.URL, CA: ca})
		require.NoError(t, err)
		require.Equal(t, "provider", body)
		require.EqualValues(t, 1, asked.Load())
	})
	t.Run("what cannot be used is said", func(t *testing.T) {
		t.Parallel()
		_, err := transport.Network{Proxy: "proxy.example.com:3128"}.Base()
		require.ErrorContains(t, err, "proxy: expected an address")
		_, err = transport.Network{CA: []byte("not a certificate")}.Base()
		require.ErrorContains(t, err, "ca_file: holds no certificate")
	})
}

// tunnel joins a client to the host it asks for.
func tunnel(w http.ResponseWriter, r *http.Request) {
	there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	done := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(there, buffered); done <- struct{}{} }()
	go func() { _, _ = io.Copy(here, there); done <- struct{}{} }()
	<-done
}
