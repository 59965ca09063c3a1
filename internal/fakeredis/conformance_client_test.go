package fakeredis_test

func clientCases() []conformanceCase {
	const badName = "-ERR Client names cannot contain spaces, newlines or special characters.|"
	const noSetInfo = "-ERR unknown subcommand 'SETINFO'. Try CLIENT HELP.|"
	return []conformanceCase{
		{name: "CLIENT SETNAME and GETNAME", send: []string{"CLIENT GETNAME", "client setname bob", "CLIENT GETNAME", "CLIENT SETNAME _", "CLIENT GETNAME"},
			want: "$-1|+OK|$3|bob|+OK|$-1|"},
		{name: "HELLO SETNAME names the session", send: []string{"CLIENT SETNAME a=b", "HELLO 2 SETNAME é", "CLIENT GETNAME"},
			want: "+OK|" + badName + "$3|a=b|"},
		{name: "CLIENT SETNAME refuses a name that a row cannot hold", send: []string{"CLIENT SETNAME a~b", "CLIENT SETNAME a|b", "CLIENT SETNAME é"},
			want: badName + badName + badName},
		{name: "CLIENT SETINFO accepts two attributes",
			send: []string{"CLIENT SETINFO lib-name x", "CLIENT SETINFO LIB-VER 1", "CLIENT SETINFO nope x"},
			want: "+OK|+OK|-ERR Unrecognized option 'nope'|",
			// The command exists since 7.2.
			differ: map[string]string{"redis-server 7.0": noSetInfo + noSetInfo + noSetInfo}},
		{name: "CLIENT SETINFO refuses a value that a row cannot hold", send: []string{"CLIENT SETINFO lib-name a~b", "CLIENT SETINFO LIB-VER a~b"},
			want: "-ERR lib-name cannot contain spaces, newlines or special characters.|" +
				"-ERR LIB-VER cannot contain spaces, newlines or special characters.|",
			differ: map[string]string{"redis-server 7.0": noSetInfo + noSetInfo}},
		{name: "CLIENT counts the words of its subcommands", send: []string{"CLIENT", "CLIENT ID x", "CLIENT GETNAME x", "CLIENT SETNAME", "CLIENT INFO x", "CLIENT KILL"},
			want: "-ERR wrong number of arguments for 'client' command|" +
				"-ERR wrong number of arguments for 'client|id' command|" +
				"-ERR wrong number of arguments for 'client|getname' command|" +
				"-ERR wrong number of arguments for 'client|setname' command|" +
				"-ERR wrong number of arguments for 'client|info' command|" +
				"-ERR wrong number of arguments for 'client|kill' command|"},
		{name: "an unknown subcommand is quoted", send: []string{"CLIENT Nope a b"}, want: "-ERR unknown subcommand 'Nope'. Try CLIENT HELP.|"},
	}
}

func listCases() []conformanceCase {
	const syntax = "-ERR syntax error|"
	return []conformanceCase{
		{name: "CLIENT LIST TYPE of types without clients", send: []string{"CLIENT LIST TYPE master", "CLIENT LIST TYPE replica", "client list type SLAVE", "CLIENT LIST TYPE pubsub"},
			want: "$0||$0||$0||$0||"},
		{name: "CLIENT LIST TYPE refuses an unknown type", send: []string{"CLIENT LIST TYPE nope"}, want: "-ERR Unknown client type 'nope'|"},
		{name: "CLIENT LIST ID of unknown ids", send: []string{"CLIENT LIST ID 998 999"}, want: "$0||"},
		{name: "CLIENT LIST ID requires numbers", send: []string{"CLIENT LIST ID x"}, want: "-ERR Invalid client ID|",
			differ: map[string]string{"valkey-server": syntax}},
		{name: "CLIENT LIST ID 0 matches nobody", send: []string{"CLIENT LIST ID 0"}, want: "$0||",
			differ: map[string]string{"valkey-server": "-ERR client-id should be greater than 0|"}},
		{name: "CLIENT LIST refuses an incomplete filter", send: []string{"CLIENT LIST ID", "CLIENT LIST TYPE", "CLIENT LIST NOPE x"}, want: syntax + syntax + syntax},
		{name: "CLIENT LIST accepts one filter", send: []string{"CLIENT LIST TYPE normal ID 999", "CLIENT LIST ID 999 TYPE normal"},
			want:   syntax + "-ERR Invalid client ID|",
			differ: map[string]string{"valkey-server": "$0||$0||"}},
	}
}

func killCases() []conformanceCase {
	const noID = "-ERR client-id should be greater than 0|"
	const syntax = "-ERR syntax error|"
	return []conformanceCase{
		{name: "CLIENT KILL that matches nobody returns 0", send: []string{"CLIENT KILL ID 999", "CLIENT KILL ADDR 1.2.3.4:5", "client kill laddr x type pubsub", "CLIENT KILL TYPE slave", "CLIENT KILL USER default ADDR _"},
			want: ":0|:0|:0|:0|:0|"},
		{name: "CLIENT KILL in its old form that matches nobody is an error", send: []string{"CLIENT KILL 1.2.3.4:5"}, want: "-ERR No such client|"},
		{name: "CLIENT KILL ID requires a positive number", send: []string{"CLIENT KILL ID 0", "CLIENT KILL ID -1"}, want: noID + noID},
		{name: "CLIENT KILL ID requires a number", send: []string{"CLIENT KILL ID x", "CLIENT KILL ID 99999999999999999999"}, want: noID + noID,
			differ: map[string]string{"valkey-server": syntax + syntax}},
		{name: "CLIENT KILL refuses unknown types, users and values", send: []string{"CLIENT KILL TYPE nope", "CLIENT KILL USER nobody", "CLIENT KILL SKIPME maybe"},
			want: "-ERR Unknown client type 'nope'|-ERR No such user 'nobody'|" + syntax},
		{name: "CLIENT KILL refuses an unknown filter", send: []string{"CLIENT KILL NOPE x", "CLIENT KILL ID 999 NOPE x"}, want: syntax + syntax},
		{name: "CLIENT KILL refuses an incomplete filter", send: []string{"CLIENT KILL ID 999 ADDR", "CLIENT KILL x y z"}, want: syntax + syntax},
		{name: "CLIENT KILL ID accepts one id", send: []string{"CLIENT KILL ID 998 999 997"}, want: syntax,
			differ: map[string]string{"valkey-server": ":0|"}},
		{name: "CLIENT KILL SKIPME yes does not kill the killer", send: []string{"CLIENT KILL SKIPME yes TYPE master", "CLIENT KILL USER default TYPE replica SKIPME no"}, want: ":0|:0|"},
	}
}
