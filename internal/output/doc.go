// Package output writes logs and records to destinations where a write may fail or
// hang: a pipe or FIFO that nobody reads, or a full disk.
//
//	log := output.NewLog(os.Stderr) // never blocks its caller
//	defer log.Close()
//	audit, err := output.OpenFile("/var/log/audit.jsonl") // Write returns within a second
//
// A program that writes to standard output or error should also ignore SIGPIPE (see
// [os/signal.Ignore]), because a write to a broken pipe there ends a Go program. The
// package does not rotate files.
package output
