package feeds

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"
)

// memory is an archive that does in memory what commitScript does in Redis, for tests that
// poll many thousand times.
type memory struct {
	reader  // read once for all polls
	source  Source
	state   sourceState
	records map[string]record
	index   map[string][]string
	held    map[string]Held
}

func newMemory(s Source) *memory {
	return &memory{reader: newReader(), source: s, records: make(map[string]record), index: make(map[string][]string), held: make(map[string]Held)}
}

// know returns what commit would read.
func (m *memory) know(entries []entry) knowledge {
	k := newKnowledge()
	k.reader, k.state = m.reader, m.state
	want := make(map[string]bool)
	for _, key := range k.study(entries) {
		if ids, ok := m.index[key]; ok {
			k.index[key] = slices.Clone(ids)
			for _, id := range ids {
				want[id] = true
				want[m.records[id].Other] = true
			}
		}
	}
	for id := range want {
		r, known := m.records[id]
		if !known {
			continue
		}
		r.Keys = slices.Clone(r.Keys)
		k.records[id] = stored{record: r, raw: id}
		if h, held := m.held[id]; held {
			k.held[id] = h
		}
	}
	return k
}

// poll plans what a document brings and writes it down.
func (m *memory) poll(found poll) changes {
	found.source = m.source
	var clipped bool
	found.entries, clipped = newest(found.entries, m.state.Order)
	found.clipped = found.clipped || clipped
	c := diff(found, m.know(found.entries), 10)
	for _, item := range c.items {
		m.records[item.ID] = item.record
		switch {
		case item.freed:
			delete(m.held, item.ID)
		case item.held != nil:
			m.held[item.ID] = *item.held
		}
	}
	for _, pair := range c.gone {
		m.index[pair[0]] = slices.DeleteFunc(slices.Clone(m.index[pair[0]]), func(id string) bool { return id == pair[1] })
	}
	maps.Copy(m.index, c.index)
	m.state = c.state
	return c
}

// check finds what can never be right in an archive.
func (m *memory) check(t testing.TB) {
	t.Helper()
	perKey := 0
	for key, ids := range m.index {
		perKey += len(ids)
		if len(ids) > idsKept {
			t.Errorf("key %s has %d items", key, len(ids))
		}
		for _, id := range ids {
			if !slices.Contains(m.records[id].Keys, key) {
				t.Errorf("item %s is under the key %s, which it does not have", id, key)
			}
		}
	}
	for id, r := range m.records {
		if len(r.Keys) > 9*keysKept+wordingsKept {
			t.Errorf("item %s has %d keys", id, len(r.Keys))
		}
		if raw, err := json.Marshal(r); err != nil || len(raw) > 20_000 {
			t.Errorf("item %s: %d bytes, %v", id, len(raw), err)
		}
	}
}

var memoryStart = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
