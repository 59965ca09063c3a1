package fakeredis_test

func connectionCases(long string) []conformanceCase {
	return []conformanceCase{
		{name: "PING replies PONG", send: []string{"PING"}, want: "+PONG|"},
		{name: "PING replies its argument", send: []string{"ping hi"}, want: "$2|hi|"},
		{name: "PING accepts one argument", send: []string{"PING a b"}, want: "-ERR wrong number of arguments for 'ping' command|"},
		{name: "ECHO replies its argument", send: []string{"ECHO hi", "ECHO _"}, want: "$2|hi|$0||"},
		{name: "ECHO requires its argument", send: []string{"ECHO", "ECHO a b"},
			want: "-ERR wrong number of arguments for 'echo' command|-ERR wrong number of arguments for 'echo' command|"},
		{name: "ROLE is that of a primary without replicas", send: []string{"ROLE", "ROLE x"},
			want: "*3|$6|master|:0|*0|-ERR wrong number of arguments for 'role' command|"},
		{name: "SELECT accepts the sixteen databases", send: []string{"SELECT 0", "SELECT 15"}, want: "+OK|+OK|"},
		{name: "SELECT refuses other databases", send: []string{"SELECT 16", "SELECT -1"},
			want: "-ERR DB index is out of range|-ERR DB index is out of range|"},
		{name: "SELECT requires an integer", send: []string{"SELECT x", "SELECT 01", "SELECT +1"},
			want: "-ERR value is not an integer or out of range|-ERR value is not an integer or out of range|-ERR value is not an integer or out of range|"},
		{name: "SELECT requires 32 bits", send: []string{"SELECT 99999999999"},
			want: "-ERR value is out of range, value must between -2147483648 and 2147483647|"},
		{name: "HELLO refuses other protocols", send: []string{"HELLO 1", "HELLO 4"},
			want: "-NOPROTO unsupported protocol version|-NOPROTO unsupported protocol version|"},
		{name: "HELLO requires a number", send: []string{"HELLO x"}, want: "-ERR Protocol version is not an integer or out of range|"},
		{name: "HELLO refuses unknown and incomplete options", send: []string{"HELLO 2 NOPE", "HELLO 2 SETNAME", "HELLO 2 AUTH a"},
			want: "-ERR Syntax error in HELLO option 'NOPE'|-ERR Syntax error in HELLO option 'SETNAME'|-ERR Syntax error in HELLO option 'AUTH'|"},
		{name: "HELLO checks the name", send: []string{"HELLO 2 SETNAME a~b", "CLIENT GETNAME"},
			want: "-ERR Client names cannot contain spaces, newlines or special characters.|$-1|"},
		{name: "AUTH without a password set", send: []string{"AUTH x"},
			want: "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?|"},
		{name: "AUTH accepts any password of the default user", send: []string{"AUTH default x"}, want: "+OK|"},
		{name: "AUTH counts its arguments", send: []string{"AUTH", "AUTH a b c"},
			want: "-ERR wrong number of arguments for 'auth' command|-ERR syntax error|"},
		{name: "SET, GET and DEL use the selected database",
			send: []string{"SET k v", "GET k", "SELECT 1", "GET k", "SELECT 0", "DEL k k nokey", "GET k"},
			want: "+OK|$1|v|+OK|$-1|+OK|:1|$-1|"},
		{name: "SET, GET and DEL count their arguments", send: []string{"SET k", "GET", "DEL", "SET k v NOPE"},
			want: "-ERR wrong number of arguments for 'set' command|-ERR wrong number of arguments for 'get' command|" +
				"-ERR wrong number of arguments for 'del' command|-ERR syntax error|"},
		{name: "an unknown command is quoted", send: []string{"FOO", "foo a b~c", "FO|O x|y"},
			want: "-ERR unknown command 'FOO', with args beginning with: |-ERR unknown command 'foo', with args beginning with: 'a' 'b c' |" +
				"-ERR unknown command 'FO  O', with args beginning with: 'x  y' |"},
		{name: "an unknown command is quoted to 128 bytes", send: []string{"foo " + long + " b", long + " a"},
			want: "-ERR unknown command 'foo', with args beginning with: '" + long[:128] + "' |" +
				"-ERR unknown command '" + long[:128] + "', with args beginning with: 'a' |"},
	}
}

func subscribeCases() []conformanceCase {
	const refused = "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context|"
	return []conformanceCase{
		{name: "SUBSCRIBE confirms each channel", send: []string{"SUBSCRIBE a b a"},
			want: "*3|$9|subscribe|$1|a|:1|*3|$9|subscribe|$1|b|:2|*3|$9|subscribe|$1|a|:2|"},
		{name: "a subscribed session may PING", send: []string{"SUBSCRIBE a", "PING", "PING hi"},
			want: "*3|$9|subscribe|$1|a|:1|*2|$4|pong|$0||*2|$4|pong|$2|hi|"},
		{name: "a subscribed session may send few other commands", send: []string{"SUBSCRIBE a", "GET k", "CLIENT ID", "FOO", "CLIENT"},
			want: "*3|$9|subscribe|$1|a|:1|" + refused +
				"-ERR Can't execute 'client|id': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context|" +
				"-ERR unknown command 'FOO', with args beginning with: |-ERR wrong number of arguments for 'client' command|"},
		{name: "UNSUBSCRIBE confirms a channel it did not have", send: []string{"SUBSCRIBE a", "UNSUBSCRIBE b", "UNSUBSCRIBE a", "PING"},
			want: "*3|$9|subscribe|$1|a|:1|*3|$11|unsubscribe|$1|b|:1|*3|$11|unsubscribe|$1|a|:0|+PONG|"},
		{name: "UNSUBSCRIBE leaves all channels", send: []string{"SUBSCRIBE a", "UNSUBSCRIBE", "UNSUBSCRIBE", "GET nokey"},
			want:   "*3|$9|subscribe|$1|a|:1|*3|$11|unsubscribe|$1|a|:0|*3|$11|unsubscribe|$-1|:0|$-1|",
			differ: map[string]string{valkey80: "*3|$9|subscribe|$1|a|:1|*3|$11|unsubscribe|$1|a|:0|-NOSUB 'unsubscribe' command executed not in subscribed mode|$-1|"}},
		{name: "SUBSCRIBE requires a channel", send: []string{"SUBSCRIBE"}, want: "-ERR wrong number of arguments for 'subscribe' command|"},
	}
}
