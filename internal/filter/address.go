package filter

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParseAddrPort returns an ip:port in canonical form: IPv4 may be mapped into
// IPv6. It returns the zero AddrPort for any other text, such as the path of a
// Unix socket.
func ParseAddrPort(text string) netip.AddrPort {
	addr, err := netip.ParseAddrPort(text)
	if err != nil || addr.Addr().Zone() != "" || addr.Port() == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}

// parseAddress returns the matcher of a network, an IP, an ip:port or a pattern.
// Whether it matches is unknown for a text that is not an ip:port itself, such as
// the path of a Unix socket.
func parseAddress(value string) (matcher, error) {
	matches, err := addressMatcher(value)
	if err != nil {
		return nil, fmt.Errorf("%w; use an IP (10.0.0.7), an ip:port (10.0.0.7:50312, [2001:db8::1]:50312), a network (10.0.0.0/8) or a pattern (10.0.*, *:50312)", err)
	}
	return func(text string) (bool, bool) {
		addr := ParseAddrPort(text)
		return addr.IsValid() && matches(addr), addr.IsValid()
	}, nil
}

func addressMatcher(value string) (func(netip.AddrPort) bool, error) {
	if strings.Contains(value, "/") {
		return networkMatcher(value)
	}
	if ip, err := netip.ParseAddr(value); err == nil {
		if ip.Zone() != "" {
			return nil, fmt.Errorf("%q has a zone", value)
		}
		ip = ip.Unmap()
		return func(addr netip.AddrPort) bool { return addr.Addr() == ip }, nil
	}
	if want := ParseAddrPort(value); want.IsValid() && strings.HasSuffix(value, ":"+strconv.Itoa(int(want.Port()))) {
		return func(addr netip.AddrPort) bool { return addr == want }, nil
	}
	if !strings.ContainsAny(value, "*?[") {
		return nil, fmt.Errorf("%q is not an address", value)
	}
	return addressPattern(value)
}

// networkMatcher refuses a network that has host bits set, because a smaller
// network may be meant.
func networkMatcher(value string) (func(netip.AddrPort) bool, error) {
	network, err := netip.ParsePrefix(value)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a network", value)
	case network.Addr().Is4In6():
		return nil, fmt.Errorf("%q is an IPv4 network in the form of IPv6: write it as IPv4", value)
	case network != network.Masked():
		return nil, fmt.Errorf("%q has host bits set: the network is %v, and the host is %v", value, network.Masked(), network.Addr())
	}
	return func(addr netip.AddrPort) bool { return network.Contains(addr.Addr()) }, nil
}

// addressPattern takes a pattern for an IPv4 address with or without its port, for
// a port alone (*:50312), or for the port at one IPv6 address ([2001:db8::1]:*).
func addressPattern(value string) (func(netip.AddrPort) bool, error) {
	if strings.HasPrefix(value, "[") { // this is IPv6 and not a range of characters
		return portPattern(value)
	}
	g, err := parseGlob(value)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", value, err)
	}
	if !g.canMatchIPv4() {
		return nil, fmt.Errorf("%q matches no address; for IPv6, use a network (2001:db8::/32)", value)
	}
	return func(addr netip.AddrPort) bool { return g.matches(addr.String()) || g.matches(addr.Addr().String()) }, nil
}

func portPattern(value string) (func(netip.AddrPort) bool, error) {
	host, port, ok := strings.Cut(value[1:], "]:")
	ip, err := netip.ParseAddr(host)
	if !ok || err != nil || !ip.Is6() || ip.Zone() != "" {
		return nil, fmt.Errorf("%q does not begin with an IPv6 address; for several addresses, use a network (2001:db8::/32)", value)
	}
	const anyIP = "192.0.2.1:" // the port is checked as the port of an ip:port
	g, err := parseGlob(anyIP + port)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", value, err)
	}
	if !g.canMatchIPv4() {
		return nil, fmt.Errorf("%q matches no port", port)
	}
	ip = ip.Unmap()
	return func(addr netip.AddrPort) bool {
		return addr.Addr() == ip && g.matches(anyIP+strconv.Itoa(int(addr.Port())))
	}, nil
}
