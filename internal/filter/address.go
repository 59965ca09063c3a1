package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parsePeer is the address, canonical: IPv4 may come mapped into IPv6. It is zero
// for what is none, such as that of a Unix socket.
func parsePeer(text string) netip.AddrPort {
	peer, err := netip.ParseAddrPort(text)
	if err != nil || peer.Addr().Zone() != "" || peer.Port() == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
}

// parseAddress returns the test of an address: a network, an IP, an ip:port or a
// pattern. What is no ip:port itself, as that of a Unix socket, is not known to
// be in a network or not.
func parseAddress(want string) (test, error) {
	is, err := addressTest(want)
	if err != nil {
		return nil, usagef("%w; it takes an IP (10.0.0.7), an ip:port (10.0.0.7:50312, [2001:db8::1]:50312), a network (10.0.0.0/8) or a pattern (10.0.*, *:50312)", err)
	}
	return func(text string) (bool, bool) {
		peer := parsePeer(text)
		return peer.IsValid() && is(peer), peer.IsValid()
	}, nil
}

func addressTest(want string) (func(netip.AddrPort) bool, error) {
	if strings.Contains(want, "/") {
		return networkTest(want)
	}
	if ip, err := netip.ParseAddr(want); err == nil {
		if ip.Zone() != "" {
			return nil, fmt.Errorf("%q has a zone", want)
		}
		ip = ip.Unmap()
		return func(peer netip.AddrPort) bool { return peer.Addr() == ip }, nil
	}
	if peer := parsePeer(want); peer.IsValid() && strings.HasSuffix(want, ":"+strconv.Itoa(int(peer.Port()))) {
		return func(other netip.AddrPort) bool { return other == peer }, nil
	}
	if !strings.ContainsAny(want, "*?[") {
		return nil, fmt.Errorf("%q is no address", want)
	}
	return addressPattern(want)
}

// networkTest refuses a network that has bits of a host: it may be meant
// narrower than it is.
func networkTest(want string) (func(netip.AddrPort) bool, error) {
	network, err := netip.ParsePrefix(want)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is no network", want)
	case network.Addr().Is4In6():
		return nil, fmt.Errorf("%q is a network of IPv4 in IPv6: write it as one of IPv4", want)
	case network != network.Masked():
		return nil, fmt.Errorf("%q has bits of a host: the network is %v, and the host %v", want, network.Masked(), network.Addr())
	}
	return func(peer netip.AddrPort) bool { return network.Contains(peer.Addr()) }, nil
}

// addressPattern takes a pattern of an ip or ip:port of IPv4, of the port alone
// (*:50312), or of the port at one address of IPv6 ([2001:db8::1]:*).
func addressPattern(want string) (func(netip.AddrPort) bool, error) {
	if strings.HasPrefix(want, "[") { // a class at the beginning would be taken for IPv6
		return portPattern(want)
	}
	g, err := parseGlob(want)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", want, err)
	}
	if !g.canBeIPv4() {
		return nil, fmt.Errorf("no address is %q; for several of IPv6, there are networks (2001:db8::/32)", want)
	}
	return func(peer netip.AddrPort) bool { return g.matches(peer.String()) || g.matches(peer.Addr().String()) }, nil
}

func portPattern(want string) (func(netip.AddrPort) bool, error) {
	host, port, ok := strings.Cut(want[1:], "]:")
	ip, err := netip.ParseAddr(host)
	if !ok || err != nil || !ip.Is6() || ip.Zone() != "" {
		return nil, fmt.Errorf("%q does not begin with an address of IPv6; for several, there are networks (2001:db8::/32)", want)
	}
	const any4 = "192.0.2.1:" // a port is judged as that of an ip:port
	g, err := parseGlob(any4 + port)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", want, err)
	}
	if !g.canBeIPv4() {
		return nil, fmt.Errorf("no port is %q", port)
	}
	ip = ip.Unmap()
	return func(peer netip.AddrPort) bool {
		return peer.Addr() == ip && g.matches(any4+strconv.Itoa(int(peer.Port())))
	}, nil
}
