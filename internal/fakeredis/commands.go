package fakeredis

import "strings"

// A command is one that the server answers. arity counts the command's own words; a
// negative arity is a minimum (COMMAND INFO in the Redis reference).
type command struct {
	arity      int
	subscribed bool // allowed to a subscribed RESP2 session
	run        func(s *Server, p *peer, args []string)
}

// commands has the names that Redis uses in cmd= and in errors.
var commands = map[string]command{
	"ping":        {-1, true, ping},
	"echo":        {2, false, echo},
	"quit":        {-1, true, quit},
	"select":      {2, false, selectDB},
	"hello":       {-1, false, hello},
	"auth":        {-2, false, auth},
	"set":         {-3, false, set},
	"get":         {2, false, get},
	"del":         {-2, false, del},
	"role":        {1, false, role},
	"info":        {-1, false, info},
	"subscribe":   {-2, true, subscribe},
	"unsubscribe": {-1, true, unsubscribe},

	"client":         {-2, false, nil}, // without a subcommand, which is always too short
	"client|id":      {2, false, clientID},
	"client|setname": {3, false, clientSetName},
	"client|getname": {2, false, clientGetName},
	"client|setinfo": {4, false, clientSetInfo},
	"client|info":    {2, false, clientInfo},
	"client|list":    {-2, false, clientList},
	"client|kill":    {-3, false, clientKill},
}

// execute runs one command. It makes its checks in the order of processCommand in
// Redis.
func (s *Server) execute(p *peer, args []string) {
	name := strings.ToLower(args[0])
	if s.fault != "" && name != "ping" {
		p.conn.WriteError(s.fault)
		return
	}
	if name == "client" && len(args) > 1 {
		name += "|" + strings.ToLower(args[1])
	}
	cmd, ok := commands[name]
	if !ok {
		p.cmd = "NULL"
		p.conn.WriteError(unknown(args))
		return
	}
	p.cmd = name
	switch {
	case cmd.arity > 0 && len(args) != cmd.arity, len(args) < -cmd.arity:
		p.conn.WriteError("ERR wrong number of arguments for '" + name + "' command")
	case len(p.channels) > 0 && !cmd.subscribed:
		p.conn.WriteError("ERR Can't execute '" + name + "': only (P|S)SUBSCRIBE / " +
			"(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context")
	default:
		cmd.run(s, p, args)
	}
}

// unknown returns the error for an unknown command. It quotes the command as Redis
// does: 128 bytes of the name, and arguments until they fill 128 bytes.
func unknown(args []string) string {
	const limit = 128
	if strings.EqualFold(args[0], "client") {
		return "ERR unknown subcommand '" + cut(args[1], limit) + "'. Try CLIENT HELP."
	}
	var quoted strings.Builder
	for _, arg := range args[1:] {
		if quoted.Len() >= limit {
			break
		}
		quoted.WriteString("'" + cut(arg, limit-quoted.Len()) + "' ")
	}
	return "ERR unknown command '" + cut(args[0], limit) + "', with args beginning with: " + quoted.String()
}

// cut counts bytes, while %.128s counts runes.
func cut(s string, limit int) string { return s[:min(len(s), limit)] }
