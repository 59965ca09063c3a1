package server

import (
	"sync"
	"time"
)

// An expiring map forgets its entries by itself, so that nothing stays in memory
// that nobody asks for any more.
type expiring[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*expiringEntry[V]
}

type expiringEntry[V any] struct {
	value V
	timer *time.Timer
}

func newExpiring[K comparable, V any]() *expiring[K, V] {
	return &expiring[K, V]{entries: map[K]*expiringEntry[V]{}}
}

func (m *expiring[K, V]) get(key K) (value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	if e == nil {
		return value, false
	}
	return e.value, true
}

// put keeps value for this time, in the place of what key had.
func (m *expiring[K, V]) put(key K, value V, keep time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.entries[key]; old != nil {
		old.timer.Stop()
		*old = expiringEntry[V]{} // a timer that is stopped may hold it for a while
	}
	e := &expiringEntry[V]{value: value}
	e.timer = time.AfterFunc(keep, func() { m.drop(key, e) })
	m.entries[key] = e
}

func (m *expiring[K, V]) drop(key K, e *expiringEntry[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key] == e {
		delete(m.entries, key)
	}
}
