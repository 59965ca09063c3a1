package httpserver_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/pires/go-proxyproto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

var trusted = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48"),
}

func TestXForwardedForOfATrustedProxyGivesTheRemoteAddress(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{TrustedProxies: trusted}, echoRemoteAddr)
	for name, c := range map[string]struct {
		forwarded []string // X-Forwarded-For
		want      string   // "": the connection's own address
	}{
		"no header":                            {nil, ""},
		"an address":                           {[]string{"203.0.113.7"}, "203.0.113.7:0"},
		"one with a port":                      {[]string{"203.0.113.7:4711"}, "203.0.113.7:4711"},
		"IPv6":                                 {[]string{"2001:db8::7"}, "[2001:db8::7]:0"},
		"IPv6 in brackets":                     {[]string{"[2001:db8::7]"}, "[2001:db8::7]:0"},
		"IPv6 with a port":                     {[]string{"[2001:db8::7]:4711"}, "[2001:db8::7]:4711"},
		"IPv4 as IPv6":                         {[]string{"::ffff:203.0.113.7"}, "203.0.113.7:0"},
		"a zone is left out":                   {[]string{"fe80::7%" + strings.Repeat("x", 1000)}, "[fe80::7]:0"},
		"an entry that the caller made up":     {[]string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7:0"},
		"a chain of proxies":                   {[]string{"198.51.100.1, 203.0.113.7, 10.1.2.3, 2001:db8:1::5"}, "203.0.113.7:0"},
		"a trusted address as IPv6":            {[]string{"203.0.113.7, ::ffff:10.1.2.3"}, "203.0.113.7:0"},
		"several headers are one list":         {[]string{"198.51.100.1", "203.0.113.7, 10.1.2.3", "10.1.2.4"}, "203.0.113.7:0"},
		"no blanks":                            {[]string{"198.51.100.1,203.0.113.7,10.1.2.3"}, "203.0.113.7:0"},
		"a caller inside the trusted networks": {[]string{"10.9.9.9, 10.1.2.3"}, "10.9.9.9:0"},
		"unknown":                              {[]string{"unknown"}, ""},
		"an obfuscated id":                     {[]string{"_hidden"}, ""},
		"garbage":                              {[]string{"203.0.113.7, \"); DROP"}, ""},
		"garbage behind a trusted proxy":       {[]string{"203.0.113.7, unknown, 10.1.2.3"}, "10.1.2.3:0"},
		"empty":                                {[]string{""}, ""},
		"commas alone":                         {[]string{",,,"}, ""},
		"a name":                               {[]string{"localhost"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, addr)
			fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n")
			for _, value := range c.forwarded {
				fmt.Fprintf(conn, "X-Forwarded-For: %s\r\n", value)
			}
			fmt.Fprint(conn, "\r\n")
			want := c.want
			if want == "" {
				want = conn.LocalAddr().String()
			}
			assert.Equal(t, want, bodyOf(t, conn))
		})
	}
}

func TestAnUntrustedPeerCannotGiveTheRemoteAddress(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, ErrorBody: jsonError}, echoRemoteAddr)
	conn := dial(t, addr)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n\r\n")
	assert.Equal(t, conn.LocalAddr().String(), bodyOf(t, conn))
	for version := range byte(2) {
		conn := dial(t, addr)
		_, err := proxyHeader(t, version+1, "203.0.113.7:4711").WriteTo(conn)
		require.NoError(t, err)
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		assert.Equal(t, `{"error":400}`, bodyOf(t, conn), "version %d", version+1)
	}
}

func TestAPROXYHeaderOfATrustedProxyGivesTheRemoteAddress(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{TrustedProxies: trusted}, echoRemoteAddr)
	get := "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
	for name, c := range map[string]struct {
		header  func(t *testing.T) []byte
		request string
		want    string // "": the connection's own address
	}{
		"version 1":                 {proxied(1, "203.0.113.7:4711"), get, "203.0.113.7:4711"},
		"version 2":                 {proxied(2, "203.0.113.7:4711"), get, "203.0.113.7:4711"},
		"version 1, IPv6":           {proxied(1, "[2001:db8::7]:4711"), get, "[2001:db8::7]:4711"},
		"version 2, IPv6":           {proxied(2, "[2001:db8::7]:4711"), get, "[2001:db8::7]:4711"},
		"version 1, unknown":        {bytesOf("PROXY UNKNOWN\r\n"), get, ""},
		"version 2, a health check": {bytesOf("\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"), get, ""},
		"no header at all":          {bytesOf(""), get, ""},
		"X-Forwarded-For of an untrusted caller is ignored": {proxied(2, "203.0.113.7:4711"), get + "X-Forwarded-For: 198.51.100.1\r\n", "203.0.113.7:4711"},
		"X-Forwarded-For of another proxy is read":          {proxied(2, "10.1.2.3:4711"), get + "X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7:0"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, addr)
			conn.Write(append(c.header(t), c.request+"\r\n"...))
			want := c.want
			if want == "" {
				want = conn.LocalAddr().String()
			}
			assert.Equal(t, want, bodyOf(t, conn))
		})
	}
}

func TestAMalformedPROXYHeaderClosesTheConnection(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{TrustedProxies: trusted}, echoRemoteAddr)
	for name, header := range map[string]string{
		"version 1 without an address": "PROXY TCP4\r\n",
		"version 1 with a bad one":     "PROXY TCP4 999.0.0.1 10.0.0.1 1 2\r\n",
		"version 2 cut short":          "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x01",
		"version 2 that is too long":   "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff" + strings.Repeat("x", 70000),
		"version 2 of no family":       "\r\n\r\n\x00\r\nQUIT\n\x21\x77\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, addr)
			fmt.Fprint(conn, header)
			conn.(*net.TCPConn).CloseWrite()
			got := make([]byte, 1)
			n, err := conn.Read(got)
			assert.Zero(t, n)
			assert.Error(t, err)
			assert.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		})
	}
}

func TestAProxyThatSendsNothingDelaysNobody(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{TrustedProxies: trusted}, echoRemoteAddr)
	for range 100 {
		dial(t, addr)
	}
	half := dial(t, addr)
	fmt.Fprint(half, "PROXY TC")
	conn := dial(t, addr)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	assert.Equal(t, conn.LocalAddr().String(), bodyOf(t, conn))
}

func bytesOf(text string) func(*testing.T) []byte {
	return func(*testing.T) []byte { return []byte(text) }
}

func proxied(version byte, from string) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		text, err := proxyHeader(t, version, from).Format()
		require.NoError(t, err)
		return text
	}
}

func proxyHeader(t *testing.T, version byte, from string) *proxyproto.Header {
	source := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from))
	to := netip.MustParseAddrPort("192.0.2.1:443")
	if source.IP.To4() == nil {
		to = netip.MustParseAddrPort("[2001:db8::1]:443")
	}
	return proxyproto.HeaderProxyFromAddrs(version, source, net.TCPAddrFromAddrPort(to))
}

func TestANetworkIsParsedStrictly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.0.0.0/8": "10.0.0.0/8", "192.0.2.1": "192.0.2.1/32", "2001:db8::/32": "2001:db8::/32", "::1": "::1/128", "0.0.0.0/0": "0.0.0.0/0",
	} {
		got, err := httpserver.ParseNetwork(text)
		require.NoError(t, err)
		assert.Equal(t, want, got.String())
	}
	for text, want := range map[string]string{
		"": "is neither a network", "10/8": "is neither a network", "10.0.0.0/33": "is neither a network", " 10.0.0.0/8": "is neither a network", "proxy": "is neither a network",
		"10.1.2.3/8": "did you mean 10.0.0.0/8?", "::ffff:10.0.0.0/104": "must be a plain", "fe80::1%eth0": "must be a plain",
	} {
		_, err := httpserver.ParseNetwork(text)
		assert.ErrorContains(t, err, want, "%q", text)
	}
}
