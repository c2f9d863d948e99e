package broadcast

import "testing"

func TestEntryPacksIntoANumber(t *testing.T) {
	t.Parallel()
	for _, e := range []entry{
		{},
		{Message: Message{ID: 1}, Revision: 1},
		{Message: Message{ID: 1<<31 - 1, Caption: true}, Revision: maxRevision},
		{Message: Message{ID: 42}, Revision: 7, Withdrawn: true},
		{Reason: ReasonBlocked, Revision: 1, Edition: 1},
		{Reason: ReasonGaveUp, Revision: maxRevision, Edition: maxEdition},
		{Reason: ReasonRefused},
	} {
		if got := unpackEntry(e.pack()); got != e {
			t.Errorf("unpack(pack(%+v)) = %+v", e, got)
		}
	}
	if got := unpackEntry(-7).Reason; got != ReasonGaveUp {
		t.Errorf("a reason of a later release became %q", got)
	}
	over := entry{Message: Message{ID: 5}, Revision: maxRevision + 9}
	if got := unpackEntry(over.pack()); got.ID != 5 || got.Revision != maxRevision {
		t.Errorf("a revision beyond the bits became %+v", got)
	}
}
