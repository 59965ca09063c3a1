package httpserver

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// remote returns the address of who sent r. X-Forwarded-For is read from its
// end, where the proxy next to this server has put the address that it saw, as
// long as the address that told it is a trusted proxy's. Whatever an untrusted
// one has sent stands further to the front.
func (e *edge) remote(r *http.Request) string {
	from := addrOf(r.RemoteAddr)
	if !e.trusts(from) {
		return r.RemoteAddr
	}
	told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, entry := range slices.Backward(told) {
		next := addrOf(strings.TrimSpace(entry))
		if !next.IsValid() { // unknown, hidden, or no address: its proxy is all that is known
			break
		}
		from = netip.AddrPortFrom(next.Addr().WithZone(""), next.Port()) // a zone is any text
		if !e.trusts(from) {
			break
		}
	}
	if from == addrOf(r.RemoteAddr) {
		return r.RemoteAddr
	}
	return from.String()
}

func (e *edge) trusts(from netip.AddrPort) bool {
	return from.IsValid() && slices.ContainsFunc(e.TrustedProxies, func(p netip.Prefix) bool {
		return p.Contains(from.Addr().WithZone(""))
	})
}

// addrOf reads an IP address, or one with a port; without one the port is 0.
func addrOf(text string) netip.AddrPort {
	at, err := netip.ParseAddrPort(text)
	if err != nil {
		addr, _ := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
		at = netip.AddrPortFrom(addr, 0)
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// ParseNetwork reads a network of trusted proxies: a CIDR prefix whose host bits
// are zero, or one address.
func ParseNetwork(text string) (netip.Prefix, error) {
	addr, err := netip.ParseAddr(text)
	network := netip.PrefixFrom(addr, addr.BitLen())
	if err != nil {
		if network, err = netip.ParsePrefix(text); err != nil {
			return netip.Prefix{}, fmt.Errorf("%q is no network like 10.0.0.0/8 or 2001:db8::/32, and no address", text)
		}
	}
	switch {
	case addr.Zone() != "" || network.Addr().Is4In6():
		return netip.Prefix{}, fmt.Errorf("%q must be a plain IPv4 or IPv6 network", text)
	case network != network.Masked():
		return netip.Prefix{}, fmt.Errorf("%q has more address than its length says: is it %s?", text, network.Masked())
	}
	return network, nil
}
