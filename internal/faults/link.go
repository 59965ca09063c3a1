package faults

import (
	"bytes"
	"context"
	"encoding/json"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// A Link is a way to a node that can be made slow, narrow, deaf or cut.
type Link struct{ proxy *toxiproxy.Proxy }

func openLink(listen, node string) (*Link, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &Link{toxiproxy.NewProxy(server, "node", listen, node)}
	return l, l.proxy.Start()
}

// Addr returns where the link listens, host:port.
func (l *Link) Addr() string { return l.proxy.Listen }

// spoil adds a toxic in one direction, by toxiproxy's names.
func (l *Link) spoil(toxic, stream string, attributes map[string]int) error {
	text, err := json.Marshal(map[string]any{"type": toxic, "stream": stream, "attributes": attributes})
	if err != nil {
		return err
	}
	_, err = l.proxy.Toxics.AddToxicJson(bytes.NewReader(text))
	return err
}

// mend removes all toxics.
func (l *Link) mend() { l.proxy.Toxics.ResetToxics(context.Background()) }

// refuse closes the link's connections and takes no new ones until accept.
func (l *Link) refuse() { l.proxy.Stop() }

func (l *Link) accept() error { return l.proxy.Start() }

// Close ends the link.
func (l *Link) Close() { l.proxy.Stop() }
