package httpserver

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// remote returns the address of the caller of r. Each proxy appends the address
// that it saw to X-Forwarded-For. So remote reads the header from its end, for as
// long as the address that added an entry is a trusted proxy's. The entries that
// an untrusted caller made up are further to the front.
func (s *server) remote(r *http.Request) string {
	from := addrOf(r.RemoteAddr)
	if !s.trusts(from) {
		return r.RemoteAddr
	}
	entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, entry := range slices.Backward(entries) {
		next := addrOf(strings.TrimSpace(entry))
		if !next.IsValid() { // "unknown", an obfuscated id or no address: only its proxy is known
			break
		}
		from = netip.AddrPortFrom(next.Addr().WithZone(""), next.Port()) // a zone can be any text
		if !s.trusts(from) {
			break
		}
	}
	if from == addrOf(r.RemoteAddr) {
		return r.RemoteAddr
	}
	return from.String()
}

func (s *server) trusts(from netip.AddrPort) bool {
	return from.IsValid() && slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool {
		return p.Contains(from.Addr().WithZone(""))
	})
}

// addrOf parses an IP address with or without a port. The port is 0 without one.
func addrOf(text string) netip.AddrPort {
	at, err := netip.ParseAddrPort(text)
	if err != nil {
		addr, _ := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
		at = netip.AddrPortFrom(addr, 0)
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// ParseNetwork parses a network of trusted proxies: a CIDR prefix whose host bits
// are zero, or a single address.
func ParseNetwork(text string) (netip.Prefix, error) {
	addr, err := netip.ParseAddr(text)
	network := netip.PrefixFrom(addr, addr.BitLen())
	if err != nil {
		if network, err = netip.ParsePrefix(text); err != nil {
			return netip.Prefix{}, fmt.Errorf("%q is neither a network like 10.0.0.0/8 or 2001:db8::/32 nor an address", text)
		}
	}
	switch {
	case addr.Zone() != "" || network.Addr().Is4In6():
		return netip.Prefix{}, fmt.Errorf("%q must be a plain IPv4 or IPv6 network", text)
	case network != network.Masked():
		return netip.Prefix{}, fmt.Errorf("%q has host bits that are not zero; did you mean %s?", text, network.Masked())
	}
	return network, nil
}
