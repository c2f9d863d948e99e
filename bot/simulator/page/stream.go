package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"kabarchy/bot/simulator"
)

// How the stream paces itself.
const (
	streamCalm  = 60 * time.Millisecond  // changes within this time go out together
	streamTick  = 300 * time.Millisecond // the desk and the crowd are looked at
	streamWhole = 4                      // every so many ticks, all phones are too: typing ends by itself
	streamAlive = 15 * time.Second       // something is written at least this often
	streamStuck = 20 * time.Second       // a browser that takes nothing for so long is left
)

// events streams the state: first a snapshot, then each part that changed, whole. A
// browser that missed some or comes back needs no history. The stream ends with the
// request, and soon after the server is closed.
func (p *handler) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	watch := p.server.Watch()
	defer watch.Close()
	s := &stream{page: p, out: w, control: http.NewResponseController(w), sent: map[string][]byte{}}
	if err := s.run(r.Context(), watch); err != nil && r.Context().Err() == nil {
		p.log.Debug("a page's stream ended", "error", err)
	}
}

// stream is one browser's.
type stream struct {
	page    *handler
	out     http.ResponseWriter
	control *http.ResponseController
	sent    map[string][]byte // part → its last JSON
	phones  []int64           // that the browser has
	wrote   time.Time
}

func (s *stream) run(ctx context.Context, watch *simulator.Watch) error {
	if err := s.snapshot(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(streamTick)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-watch.C:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(streamCalm):
			}
			n--
			if err := s.changed(watch.Take()); err != nil {
				return err
			}
		case <-tick.C:
			if s.page.server.Closed() {
				return nil // the server was closed: nobody waits for a page
			}
			if err := s.tick(ctx, n%streamWhole == 0); err != nil {
				return err
			}
		}
	}
}

// snapshot sends everything.
func (s *stream) snapshot(ctx context.Context) error {
	whole := viewSnapshot{Phones: []viewPhone{}, Crowd: s.page.dots.view(s.page.server), Desk: s.page.desk.look(ctx)}
	for _, c := range holders(s.page.server) {
		phone, there := view(s.page.server, c)
		if !there {
			continue
		}
		whole.Phones = append(whole.Phones, phone)
		s.phones = append(s.phones, phone.ID)
		s.remember(phoneKey(phone.ID), phone)
	}
	s.remember("crowd", whole.Crowd)
	s.remember("desk", whole.Desk)
	return s.send("snapshot", "", whole)
}

// changed sends those of the chats that are phones and look different.
func (s *stream) changed(chats []int64) error {
	for _, c := range holders(s.page.server) {
		if !slices.Contains(chats, c.chat().ID()) {
			continue
		}
		if err := s.phone(c); err != nil {
			return err
		}
	}
	return s.send("crowd", "crowd", s.page.dots.view(s.page.server))
}

// tick sends what changes without a watch telling.
func (s *stream) tick(ctx context.Context, whole bool) error {
	if whole {
		for _, c := range holders(s.page.server) {
			if err := s.phone(c); err != nil {
				return err
			}
		}
	}
	if err := s.send("crowd", "crowd", s.page.dots.view(s.page.server)); err != nil {
		return err
	}
	if desk := s.page.desk.look(ctx); desk != nil {
		if err := s.send("desk", "desk", desk); err != nil {
			return err
		}
	}
	if time.Since(s.wrote) > streamAlive {
		return s.write([]byte(": alive\n\n"))
	}
	return nil
}

func (s *stream) phone(c holder) error {
	phone, there := view(s.page.server, c)
	at := slices.Index(s.phones, phone.ID)
	switch {
	case there && at < 0:
		s.phones = append(s.phones, phone.ID)
	case !there && at < 0:
		return nil
	case !there:
		s.phones = slices.Delete(s.phones, at, at+1)
		return s.send("gone", "", map[string]int64{"id": phone.ID})
	}
	return s.send("phone", phoneKey(phone.ID), phone)
}

func phoneKey(id int64) string { return "phone " + strconv.FormatInt(id, 10) }

func (s *stream) remember(key string, part any) {
	if data, err := json.Marshal(part); err == nil {
		s.sent[key] = data
	}
}

// send writes a part unless the browser has it already; without a key it always does.
func (s *stream) send(event, key string, part any) error {
	data, err := json.Marshal(part)
	if err != nil {
		return fmt.Errorf("marshal %s: %w", event, err)
	}
	if key != "" {
		if bytes.Equal(s.sent[key], data) {
			return nil
		}
		s.sent[key] = data
	}
	return s.write(fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, data))
}

func (s *stream) write(data []byte) error {
	// Not every writer knows deadlines (a test's recorder does not); those that don't can't hang.
	_ = s.control.SetWriteDeadline(time.Now().Add(streamStuck))
	if _, err := s.out.Write(data); err != nil {
		return fmt.Errorf("write to the page: %w", err)
	}
	s.wrote = time.Now()
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("write to the page: %w", err)
	}
	return nil
}
