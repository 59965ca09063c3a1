//go:build !unix

package localnode

import (
	"errors"
	"syscall"
)

func childAttr() *syscall.SysProcAttr { return nil }

func (c *child) pause() error  { return errors.ErrUnsupported }
func (c *child) resume() error { return errors.ErrUnsupported }
