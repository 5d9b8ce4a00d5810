package outbound_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/publish/outbound"
)

func now() time.Time { return time.Date(2027, 3, 4, 10, 30, 0, 0, time.UTC) }

func client(t testing.TB, allow ...string) *outbound.Client {
	t.Helper()
	c, err := outbound.New(outbound.Settings{AllowPrivate: allow, Clock: now, Timeout: 5 * time.Second})
	require.NoError(t, err)
	return c
}

var neverAddresses = []string{
	"169.254.169.254", "169.254.170.2", "169.254.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
	"fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fe80::1",
	"0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "ff02::1", "::7f00:1", "2001::1", "100::1",
}

var insideAddresses = []string{
	"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1",
	"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::ffff:10.1.2.3", "100.64.0.1", "100.127.255.255",
	"fc00::1", "fd12:3456::1", "fec0::1", "198.18.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1",
}

var outsideAddresses = []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "169.253.1.1", "192.0.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"}

func target(host string) string { return "https://" + net.JoinHostPort(host, "443") + "/x" }

func TestAddressesThatAreWritten(t *testing.T) {
	t.Parallel()
	for _, a := range neverAddresses {
		_, err := client(t).Target(target(a))
		require.ErrorIs(t, err, outbound.ErrNever, a)
		_, err = client(t, a).Target(target(a))
		require.ErrorIs(t, err, outbound.ErrNever, "%s, although it is allowed", a)
	}
	for _, a := range insideAddresses {
		_, err := client(t).Target(target(a))
		require.ErrorIs(t, err, outbound.ErrInside, a)
		_, err = client(t, a).Target(target(a))
		require.NoError(t, err, "%s is allowed", a)
	}
	for _, a := range outsideAddresses {
		_, err := client(t).Target(target(a))
		require.NoError(t, err, a)
	}
	for _, odd := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1.", "127.000.000.001", "localhost", "x.localhost", "LOCALHOST."} {
		_, err := client(t).Target("https://" + odd + "/x")
		require.Error(t, err, odd)
	}
}

// However an IPv6 address carries an IPv4 one, it is no way around.
func TestCarriedAddressesAreNoWayAround(t *testing.T) {
	t.Parallel()
	c := client(t)
	rapid.Check(t, func(rt *rapid.T) {
		four := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(rt, "four")))
		_, plain := c.Target(target(four.String()))
		b := four.As4()
		for _, six := range []string{
			fmt.Sprintf("::ffff:%s", four),
			fmt.Sprintf("64:ff9b::%02x%02x:%02x%02x", b[0], b[1], b[2], b[3]),
			fmt.Sprintf("2002:%02x%02x:%02x%02x::1", b[0], b[1], b[2], b[3]),
		} {
			_, carried := c.Target(target(six))
			if (plain == nil) != (carried == nil) {
				rt.Fatalf("%s: %v, but %s: %v", four, plain, six, carried)
			}
		}
	})
}

// The address of the connection counts, whatever a name said before.
func TestNamesAreHeldToWhereTheyLead(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	require.NoError(t, err)

	// localhost stands for any name that leads inside.
	for _, allow := range [][]string{nil, {"other.example"}, {"127.0.0.1"}} {
		_, err := client(t, allow...).Dial(t.Context(), "tcp", "localhost:"+port)
		require.ErrorIs(t, err, outbound.ErrInside, "%v", allow)
	}
	conn, err := client(t, "LocalHost.").Dial(t.Context(), "tcp", "localhost:"+port)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	for _, network := range []string{"udp", "unix"} {
		_, err := client(t, "localhost").Dial(t.Context(), network, "localhost:"+port)
		require.Error(t, err)
	}
}

func TestWithoutTLSOnlyWhereItIsNamed(t *testing.T) {
	t.Parallel()
	_, err := client(t).Target("http://am.example.com/")
	require.ErrorContains(t, err, "without TLS")
	_, err = client(t, "am.example.com").Target("http://am.example.com/")
	require.ErrorContains(t, err, "without TLS", "being inside is one thing, no TLS another")
	_, err = client(t, "http://am.example.com").Target("http://am.example.com:9093/")
	require.ErrorContains(t, err, "without TLS", "another port is another program")
	_, err = client(t, "http://AM.example.com:80/").Target("http://am.example.com/x")
	require.NoError(t, err)
}

func TestAllowances(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "*", "*.example.com", "10.0.0.0/8", "host:9093", "http://", "ftp://x", "http://u:hunter2@x", "http://x/path", "a b", "x?y"} {
		_, err := outbound.New(outbound.Settings{AllowPrivate: []string{bad}, Clock: now})
		require.ErrorContains(t, err, "allow_private", bad)
		require.NotContains(t, err.Error(), "hunter2")
	}
	for _, good := range []string{"host", "host.example", "10.0.0.1", "::1", "[::1]", "http://[::1]:9093", "http://10.0.0.1:9093/"} {
		_, err := outbound.New(outbound.Settings{AllowPrivate: []string{good}, Clock: now})
		require.NoError(t, err, good)
	}
}

func TestATargetShowsItsHostOnly(t *testing.T) {
	t.Parallel()
	to, err := client(t).Target("https://hooks.example.com/services/hunter2?sig=hunter2")
	require.NoError(t, err)
	asJSON, err := json.Marshal(map[string]any{"to": to})
	require.NoError(t, err)
	for _, said := range []string{fmt.Sprint(to), fmt.Sprintf("%v %+v %#v %s %q", to, to, to, to, to), fmt.Sprintf("%+v %#v", struct{ To outbound.Target }{to}, &struct{ To outbound.Target }{to}), string(asJSON)} {
		require.NotContains(t, said, "hunter2")
		require.Contains(t, said, "hooks.example.com")
	}
	require.Equal(t, "nowhere", outbound.Target{}.Host())
	_, err = client(t).Post(t.Context(), outbound.Target{}, nil, nil)
	require.Error(t, err)
}

// Behind a proxy the proxy connects: it may itself be inside, names are its
// affair, and what is written as an inside number is still refused.
func TestProxy(t *testing.T) {
	t.Parallel()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusProxyAuthRequired)
		_, _ = fmt.Fprint(w, "hunter2")
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	u.User = url.UserPassword("u", "hunter2")
	c, err := outbound.New(outbound.Settings{Proxy: u.String(), Clock: now})
	require.NoError(t, err)
	to, err := c.Target("https://hooks.example.com/hunter2")
	require.NoError(t, err)
	_, err = c.Post(t.Context(), to, nil, nil)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
	require.Equal(t, []string{"CONNECT hooks.example.com:443"}, asked)
	_, err = c.Target("https://169.254.169.254/")
	require.ErrorIs(t, err, outbound.ErrNever)

	for _, bad := range []string{"hunter2", "socks5://hunter2", "://"} {
		_, err := outbound.New(outbound.Settings{Proxy: bad, Clock: now})
		require.ErrorContains(t, err, "proxy")
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	_, err := outbound.New(outbound.Settings{})
	require.ErrorContains(t, err, "clock")
	_, err = outbound.New(outbound.Settings{Clock: now, CA: []byte("no certificate")})
	require.ErrorContains(t, err, "ca_file")
}

func TestADeadlineEndsADelivery(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(s.Close)
	c := client(t, s.URL)
	to, err := c.Target(s.URL)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = c.Post(ctx, to, nil, nil)
	require.ErrorContains(t, err, "no answer in time")
}
