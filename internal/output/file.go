package output

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// writeTime is how long a Write to a File may take.
const writeTime = time.Second

// ErrStuck is returned by Write when a File takes nothing: a pipe is full and
// nobody reads it, or a disk hangs.
var ErrStuck = errors.New("nothing can be written: the reader or the disk does not take it")

// A File is one whose Write ends within a second. It is safe for concurrent use.
type File struct {
	file *os.File
	turn chan struct{} // of who writes

	mu    sync.Mutex
	stuck bool // a Write that was given up is still under way
}

// OpenFile opens a file to append to, and creates it for its owner alone. A FIFO
// that nobody reads is an error.
func OpenFile(path string) (*File, error) {
	// O_NONBLOCK: opening a FIFO does not wait for its reader
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, syscall.ENXIO) {
		return nil, fmt.Errorf("open %s: nobody reads this FIFO", path)
	}
	if err != nil {
		return nil, err
	}
	return NewFile(f), nil
}

// NewFile returns a File that writes to f, which may be a pipe or a terminal.
func NewFile(f *os.File) *File { return &File{file: f, turn: make(chan struct{}, 1)} }

// Write writes p whole, or returns an error within a second. After ErrStuck a
// part of p, or all of it, may still be written later; until then each Write
// fails at once.
func (f *File) Write(p []byte) (int, error) {
	if f.isStuck() {
		return 0, ErrStuck
	}
	timer := time.NewTimer(writeTime)
	defer timer.Stop()
	select {
	case f.turn <- struct{}{}:
	case <-timer.C:
		return 0, ErrStuck
	}
	w := f.begin(p)
	select {
	case <-w.done:
	case <-timer.C:
		if !f.giveUp(w) {
			return 0, ErrStuck
		}
	}
	return w.n, w.err
}

// A write is one that is under way, on a goroutine of its own.
type write struct {
	done chan struct{} // closed when n and err are there
	n    int
	err  error
}

func (f *File) begin(p []byte) *write {
	w := &write{done: make(chan struct{})}
	data := bytes.Clone(p) // the caller may change p once the write is given up
	go func() {
		w.n, w.err = f.file.Write(data)
		f.mu.Lock()
		f.stuck = false
		close(w.done)
		f.mu.Unlock()
		<-f.turn
	}()
	return w
}

// giveUp reports whether w has ended after all.
func (f *File) giveUp(w *write) (ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-w.done:
		return true
	default:
		f.stuck = true
		return false
	}
}

func (f *File) isStuck() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stuck
}

// Close closes the file. A Write that is under way may then fail.
func (f *File) Close() error { return f.file.Close() }
