package broadcast

import "testing"

func TestEntryPacksIntoANumber(t *testing.T) {
	t.Parallel()
	for _, e := range []entry{
		{},
		{Message: Message{ID: 1}, Revision: 1},
		{Message: Message{ID: 1<<31 - 1, Caption: true}, Revision: maxRevision},
		{Message: Message{ID: 42}, Revision: 7, Withdrawn: true},
	} {
		if got := unpackEntry(e.pack()); got != e {
			t.Errorf("unpack(pack(%+v)) = %+v", e, got)
		}
	}
	over := entry{Message: Message{ID: 5}, Revision: maxRevision + 9}
	if got := unpackEntry(over.pack()); got.ID != 5 || got.Revision != maxRevision {
		t.Errorf("a revision beyond the bits became %+v", got)
	}
}
