package sessions

import (
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Why a node could not do what it was asked, for errors.Is. What the server
// said, or the network, is wrapped beside it.
var (
	// ErrUnreachable: no connection, no answer in time, or the connection broke.
	ErrUnreachable = errors.New("the node cannot be reached")
	// ErrBusy: a script runs, the data is being loaded, or there are too many
	// clients. It passes by itself.
	ErrBusy = errors.New("the node is busy")
	// ErrRefused: the server wants other credentials, the user may not run
	// CLIENT, or the command was renamed.
	ErrRefused = errors.New("the node refuses to manage its sessions")
)

// ErrProtected: the request named sessions that must live, so nothing was
// killed. The outcomes tell which.
var ErrProtected = errors.New("the request names protected sessions")

// explain wraps what go-redis returned in the reason that a caller can act on.
func explain(err error) error {
	var reply redis.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &reply):
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	case redis.HasErrorPrefix(err, "BUSY"), redis.IsLoadingError(err), redis.IsMaxClientsError(err):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case redis.IsAuthError(err), redis.IsPermissionError(err), redis.HasErrorPrefix(err, "unknown command"):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	default:
		return fmt.Errorf("unexpected reply: %w", err)
	}
}
