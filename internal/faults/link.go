package faults

import (
	"bytes"
	"context"
	"encoding/json"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// A Link is a proxy to a node that can delay, limit, drop or cut its connections.
type Link struct{ proxy *toxiproxy.Proxy }

func openLink(listen, node string) (*Link, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &Link{toxiproxy.NewProxy(server, "node", listen, node)}
	return l, l.proxy.Start()
}

// Addr returns where the link listens, host:port.
func (l *Link) Addr() string { return l.proxy.Listen }

// addToxic adds a toxic in one direction. The names are those of toxiproxy.
func (l *Link) addToxic(toxic, stream string, attributes map[string]int) error {
	text, err := json.Marshal(map[string]any{"type": toxic, "stream": stream, "attributes": attributes})
	if err != nil {
		return err
	}
	_, err = l.proxy.Toxics.AddToxicJson(bytes.NewReader(text))
	return err
}

// removeToxics removes all toxics.
func (l *Link) removeToxics() { l.proxy.Toxics.ResetToxics(context.Background()) }

// refuse closes the link's connections and refuses new ones until accept.
func (l *Link) refuse() { l.proxy.Stop() }

func (l *Link) accept() error { return l.proxy.Start() }

// Close closes the link.
func (l *Link) Close() { l.proxy.Stop() }
