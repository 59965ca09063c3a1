package sessions

import "context"

// KillAll closes the sessions that the node has when it begins, but for the
// protected ones, and returns one outcome for each of them. progress, where it
// is not nil, is told of the outcomes so far, now and then, by the calling
// goroutine; the slice is KillAll's and must not be kept or changed.
//
// It is paced as Kill is. Errors are Kill's, but never ErrProtected; when ctx
// ends the kill stops and the error wraps its cause. The outcomes tell how far
// it came.
func (n *Node) KillAll(ctx context.Context, progress func([]Outcome)) ([]Outcome, error) {
	panic("to be built")
}
