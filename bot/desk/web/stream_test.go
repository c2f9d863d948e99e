package web

import (
	"testing"
	"testing/synctest"
	"time"
)

// heard is all that a stream has said since.
func heard(events <-chan string) (all string) {
	synctest.Wait()
	for {
		select {
		case e, open := <-events:
			if !open {
				return all + "closed"
			}
			all += e
		default:
			return all
		}
	}
}

func TestAnOpenPageFollowsWhatHappens(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(cholpon)
		events := b.events("/desk/stream/now?nonce=NONCE")
		time.Sleep(1500 * time.Millisecond)
		contains(t, heard(events), "event: running", "Nothing is going out", "event: waiting")
		o.submitted("abcdefghij", "Legal aid")
		time.Sleep(time.Second)
		contains(t, heard(events), "event: waiting", "Legal aid", "Waiting for your approval", "!event: running")
		time.Sleep(10 * time.Second)
		if again := heard(events); again != "" {
			t.Errorf("nothing has happened, and it says %q", again)
		}
		time.Sleep(6 * time.Second)
		contains(t, heard(events), ": is there")
		o.do(o.approval("abcdefghij"))
		time.Sleep(time.Second)
		contains(t, heard(events), "event: next", `name="nonce" value="NONCE"`)
	})
}

func TestAnOpenPageEndsWithItsSessionAndItsRole(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		invitation, err := o.Invite(t.Context(), cholpon)
		if err != nil {
			t.Fatal(err)
		}
		if _, in, err := o.Accept(t.Context(), invitation, 555, "Э. Эсенов"); err != nil || !in {
			t.Fatal(in, err)
		}
		guest, out, idle := o.signIn(555), o.signIn(bakyt), o.signIn(daniyar)
		streams := []<-chan string{guest.events("/desk/stream/now"), out.events("/desk/stream/now"), idle.events("/desk/stream/now")}
		time.Sleep(1500 * time.Millisecond)
		for _, events := range streams {
			contains(t, heard(events), "event: running", "!event: end")
		}
		if err := o.PutOut(t.Context(), cholpon, 555); err != nil {
			t.Fatal(err)
		}
		out.post("/desk/out")
		time.Sleep(time.Second)
		for _, events := range streams[:2] {
			contains(t, heard(events), "You are signed out here", "event: end", "closed")
		}
		time.Sleep(31 * time.Minute)
		contains(t, heard(streams[2]), "event: end", "closed")
		if o.web.hub.stop != nil {
			t.Error("the desk is looked at though no page is open")
		}
	})
}

func TestManyOpenPagesAskRedisOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		var streams []<-chan string
		for range 20 {
			streams = append(streams, o.signIn(cholpon).events("/desk/stream/now"))
			time.Sleep(7 * time.Second)
		}
		asked := 0
		o.server.Refuse(func(command []string) string {
			if len(command) > 1 && command[1] == "{news}:desk:open" {
				asked++
			}
			return ""
		})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		o.server.Refuse(nil)
		if asked < 9 || asked > 11 {
			t.Errorf("in ten seconds with %d pages open Redis was asked %d times", len(streams), asked)
		}
	})
}

func TestAnOpenPageSaysThatRedisIsAway(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		events := o.signIn(cholpon).events("/desk/stream/now")
		time.Sleep(1500 * time.Millisecond)
		heard(events)
		o.server.Kill()
		time.Sleep(30 * time.Second)
		contains(t, heard(events), "event: state", "does not answer")
		o.server.Restart()
		time.Sleep(30 * time.Second)
		contains(t, heard(events), "event: state\ndata: \n")
	})
}
