package fakeredis

import "slices"

// subscribe changes the type of the session to pubsub.
func subscribe(_ *Server, p *peer, args []string) {
	for _, channel := range args[1:] {
		if !slices.Contains(p.channels, channel) {
			p.channels = append(p.channels, channel)
		}
		p.confirm("subscribe", channel)
	}
}

// unsubscribe without channels leaves all channels. Each channel is confirmed, even
// if the session was not subscribed to it.
func unsubscribe(_ *Server, p *peer, args []string) {
	channels := args[1:]
	if len(channels) == 0 {
		channels = slices.Clone(p.channels)
	}
	if len(channels) == 0 {
		p.conn.WriteArray(3)
		p.conn.WriteBulkString("unsubscribe")
		p.conn.WriteNull()
		p.conn.WriteInt(0)
	}
	for _, channel := range channels {
		p.channels = slices.DeleteFunc(p.channels, func(c string) bool { return c == channel })
		p.confirm("unsubscribe", channel)
	}
}

func (p *peer) confirm(what, channel string) {
	p.conn.WriteArray(3)
	p.conn.WriteBulkString(what)
	p.conn.WriteBulkString(channel)
	p.conn.WriteInt(len(p.channels))
}
