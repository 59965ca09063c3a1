// Package output writes logs and records where writing may fail or hang: to a
// pipe that nobody reads, a FIFO, a full disk.
//
//	log := output.NewLog(os.Stderr) // never keeps its caller waiting
//	defer log.Close()
//	audit, err := output.OpenFile("/var/log/audit.jsonl") // a Write fails within a second
//
// A process that writes to standard output or error should also ignore SIGPIPE
// (signal.Ignore), because a write to a broken pipe there ends a Go program.
package output
