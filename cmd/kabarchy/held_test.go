package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestAHeldBroadcastIsToldAtOnceAndInTelegramsWords: the administrators need not wait for
// the next time that somebody looks.
func TestAHeldBroadcastIsToldAtOnceAndInTelegramsWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		w := newFixture(t, rdb, simulator.Options{})
		admin := w.telegram.Citizen("Бакыт", "ru")
		w.config.Admins = []int64{admin.ID()}
		a := w.app()
		defer w.stop(a)
		w.says(admin, "/start ru", "Вы подписались")
		for range 30 {
			reader := w.telegram.Citizen("Айгүл", "ky")
			redistest.Fill(t, rdb, reader.ID(), 1, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		}
		w.telegram.Fault(simulator.Fault{
			Chats:  func(chat int64) bool { return chat != admin.ID() },
			Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: PHOTO_OF_A_NEW_KIND"},
		})
		w.publish(1)
		eventually(t, "the broadcast is held", func() bool {
			held, err := a.Engine.HeldBroadcasts(t.Context())
			return err == nil && len(held) > 0
		})
		began := time.Now()
		w.shows(admin, "«Bad Request: PHOTO_OF_A_NEW_KIND»")
		if took := time.Since(began); took > lookEvery/5 {
			t.Errorf("the administrator was told after %v", took)
		}
	})
}

// TestAdministratorsAreToldOfAnEmptyRedis at the first start, once, and again when all was
// lost and somebody restarts the service.
func TestAdministratorsAreToldOfAnEmptyRedis(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		w := newFixture(t, rdb, simulator.Options{})
		admin := w.telegram.Citizen("Бакыт", "ru")
		w.config.Admins = []int64{admin.ID()}
		told := func() (n int) {
			for _, m := range admin.Messages() {
				if strings.Contains(m.Text, "с пустой базой данных") {
					n++
				}
			}
			return n
		}
		a := w.app()
		w.says(admin, "/start ru", "Вы подписались")
		for range 2 { // a restart
			time.Sleep(time.Minute)
			if n := told(); n != 1 {
				t.Errorf("told %d times", n)
			}
			w.stop(a)
			a = w.app()
		}
		w.stop(a)
		if err := rdb.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		a = w.app()
		defer func() { w.stop(a) }()
		time.Sleep(time.Minute)
		if n := told(); n != 2 {
			t.Errorf("told %d times after all was lost", n)
		}
	})
}
