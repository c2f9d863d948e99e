package bot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kabarchy/bot"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
)

func TestIntroduceSetsTheProfileOnce(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		if err := h.bot.Introduce(t.Context()); err != nil {
			t.Fatal(err)
		}
		for language, want := range map[string][2]string{
			"ky": {"Акыркы жаңылыктар", "Юстиция министрлиги"}, "ru": {"Последние новости", "Министерство юстиции"},
			"en": {"The latest news", "Ministry of Justice"}, "": {"The latest news", "Ministry of Justice"},
		} {
			profile := h.telegram.Profile(language)
			menu := h.telegram.Commands(h.telegram.Citizen("Айгүл", language).Chat, language)
			if len(menu) == 0 || menu[0].Description != want[0] {
				t.Errorf("%q: the menu is %+v", language, menu)
			}
			if !strings.Contains(profile.Description, want[1]) || profile.ShortDescription == "" {
				t.Errorf("%q: the descriptions are %q and %q", language, profile.Description, profile.ShortDescription)
			}
		}
		var changes []string
		h.telegram.Fault(simulator.Fault{Match: func(r simulator.Request) bool {
			if strings.HasPrefix(r.Method, "setMy") {
				changes = append(changes, r.Method)
			}
			return false
		}, Reset: true})
		if err := h.bot.Introduce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(changes) != 0 {
			t.Errorf("what is set already is set again: %q", changes)
		}
	})
}

func TestIntroduceOutlivesARefusedProfileAndNotAWrongToken(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		lift := h.telegram.Fault(simulator.Fault{Methods: []string{"setMyDescription"}, Refuse: simulator.TooMany(3600)})
		if err := h.bot.Introduce(t.Context()); err != nil {
			t.Errorf("a refused description ends the bot: %v", err)
		}
		lift()
		stranger := bot.New(bot.Options{Client: telegram.NewClient(telegram.Options{Token: "1:wrong", Endpoint: endpoint, HTTP: h.http})})
		err := stranger.Introduce(t.Context())
		if err == nil || !strings.Contains(err.Error(), "does not know this token") || strings.Contains(err.Error(), "1:wrong") {
			t.Errorf("a wrong token gives %v", err)
		}
	})
}

func TestTheLongestMinistryFits(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		long := strings.Repeat("Министрлик ", 60)
		b := bot.New(bot.Options{Client: h.client, Ministry: bot.Ministry{Name: map[string]string{"ky": long}, Site: "https://" + strings.Repeat("a", 200)}})
		if err := b.Introduce(t.Context()); err != nil {
			t.Fatal(err)
		}
		profile := h.telegram.Profile("ky")
		if utf8.RuneCountInString(profile.Description) == 0 || utf8.RuneCountInString(profile.ShortDescription) == 0 {
			t.Errorf("the profile is not set: %+v", profile)
		}
	})
}
