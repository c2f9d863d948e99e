package bot

import "sync"

// cache remembers what is cheap to make again: when it is full it forgets everything.
type cache[K comparable, V any] struct {
	limit int

	mu     sync.RWMutex
	values map[K]V
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: limit, values: make(map[K]V)}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.values[key]
	return v, ok
}

func (c *cache[K, V]) put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.values[key]; !known && len(c.values) >= c.limit {
		clear(c.values)
	}
	c.values[key] = value
}
