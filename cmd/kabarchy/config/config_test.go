package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// valid is a small configuration in which every mistake of the table is made.
const valid = `ministry:
  name: {ky: Министрлик, ru: Министерство, en: Ministry}
  site: https://ministry.example
timezone: Asia/Bishkek
poll: "@every 1m"
sources:
  - {id: news-ky, language: ky, url: "https://ministry.example/ky/rss"}
  - {id: news-ru, language: ru, url: "https://ministry.example/ru/rss"}
topics:
  - id: legal-aid
    name: {ky: Юридикалык жардам, ru: Юридическая помощь, en: Legal aid}
    match: {keywords: [aid], sources: [news-ky]}
admins: [111111111]
telegram: {messages_per_second: 30}
network: {allow_private_addresses: false}
listen: 127.0.0.1:8080
`

// desk begins the configuration of a desk; the one administrator is its approver.
const desk = "desk:\n"

func TestMistakesNameFileLineAndKey(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string // in valid
		want     string
	}{
		{"unknown key", "timezone:", "timezon:", `k.yaml:4: timezon: there is no such key`},
		{"unknown key inside", "admins: [111111111]", "admins: [111111111]\nministri: {}", `k.yaml:14: ministri: there is no such key`},
		{"unknown key in a list", "id: news-ru,", "id: news-ru, colour: red,", `k.yaml:8: sources[1].colour: there is no such key`},
		{"key twice", "listen:", "poll: \"@daily\"\nlisten:", `k.yaml:16: `},
		{"broken YAML", "admins: [111111111]", "admins: [111111111", `k.yaml:14: `},
		{"text for a number", "second: 30", "second: many", `k.yaml:14: telegram.messages_per_second: must be a number`},
		{"text for a truth", "addresses: false", "addresses: perhaps", `k.yaml:15: network.allow_private_addresses: must be true or false`},
		{"name for an id", "[111111111]", "[aigul]", `k.yaml:13: admins[0]: must be a whole number`},
		{"map for a list", "[111111111]", "{a: 1}", `k.yaml:13: admins: mapping was used where sequence is expected`},

		{"no name in a language", "ky: Министрлик, ", "", `k.yaml:2: ministry.name.ky: a name in Кыргызча is missing`},
		{"empty name", "en: Ministry}", `en: " "}`, `k.yaml:2: ministry.name.en: a name in English is missing`},
		{"name in an unknown language", "en: Ministry}", "en: Ministry, uz: Vazirlik}", `k.yaml:2: ministry.name.uz: unknown language "uz"; the bot speaks ky, ru, en`},
		{"no ministry", valid[:strings.Index(valid, "timezone")], "", `k.yaml:1: ministry.name.ky: a name in Кыргызча is missing`},
		{"bad site", "https://ministry.example\n", "ministry.example\n", `k.yaml:3: ministry.site: "ministry.example" is not an address that begins with https:// or http://`},

		{"bad phone", "site: https://ministry.example\n", "site: https://ministry.example\n  contacts:\n    phones: [1234, call us]\n", `k.yaml:5: ministry.contacts.phones[1]: "call us" is not a telephone number such as 1234`},
		{"hours without a language", "site: https://ministry.example\n", "site: https://ministry.example\n  contacts: {hours: {ky: 9–18, ru: 9–18}}\n", `k.yaml:4: ministry.contacts.hours.en: a name in English is missing`},
		{"hours on two lines", "site: https://ministry.example\n", "site: https://ministry.example\n  contacts: {hours: {ky: \"9\\n18\", ru: 9–18, en: 9–18}}\n", `k.yaml:4: ministry.contacts.hours.ky: must be one line of at most 120 characters`},
		{"bad e-mail address", "site: https://ministry.example\n", "site: https://ministry.example\n  contacts: {email: \"Ministry <info@ministry.example>\"}\n", `k.yaml:4: ministry.contacts.email: "Ministry <info@ministry.example>" is not an e-mail address`},
		{"bad page to write on", "site: https://ministry.example\n", "site: https://ministry.example\n  contacts: {site: ministry.example/write}\n", `k.yaml:4: ministry.contacts.site: "ministry.example/write" is not an address`},
		{"unknown contact", "site: https://ministry.example\n", "site: https://ministry.example\n  contacts: {fax: 1234}\n", `k.yaml:4`},

		{"bad time zone", "Asia/Bishkek", "Asia/Frunze", `k.yaml:4: timezone: unknown time zone "Asia/Frunze"`},
		{"no time zone", "timezone: Asia/Bishkek\n", "", `k.yaml:1: timezone: unknown time zone ""`},
		{"this machine's time zone", "Asia/Bishkek", "Local", `k.yaml:4: timezone: unknown time zone "Local"`},
		{"bad schedule", "@every 1m", "now and then", `k.yaml:5: poll: schedule "now and then"`},
		{"schedule that is too fast", "@every 1m", "@every 10ms", `k.yaml:5: poll: schedule "@every 10ms"`},
		{"schedule that never fires", "@every 1m", "0 9 31 2 *", `k.yaml:5: poll: schedule "0 9 31 2 *" never fires`},

		{"no source", valid[strings.Index(valid, "sources:"):strings.Index(valid, "topics:")], "", `k.yaml:1: sources: at least one is needed`},
		{"bad source id", "id: news-ru", "id: News ru", `k.yaml:8: sources[1].id: "News ru" must be`},
		{"source id twice", "id: news-ru", "id: news-ky", `k.yaml:8: sources[1].id: "news-ky" is duplicated`},
		{"unknown language", "language: ru", "language: de", `k.yaml:8: sources[1].language: unknown language "de"`},
		{"no language", "language: ru, ", "", `k.yaml:8: sources[1].language: unknown language ""`},
		{"bad source address", "https://ministry.example/ru/rss", "ftp://ministry.example/ru/rss", `k.yaml:8: sources[1].url: "ftp://ministry.example/ru/rss" is not`},
		{"source address without a host", "https://ministry.example/ru/rss", "https:///ru/rss", `k.yaml:8: sources[1].url: "https:///ru/rss" is not`},

		{"unknown kind", "id: news-ru,", "id: news-ru, kind: paper,", `k.yaml:8: sources[1].kind: unknown kind "paper"; there are feed and page`},
		{"page without links", "id: news-ru,", "id: news-ru, kind: page,", `k.yaml:8: sources[1].links: a page needs the regular expression`},
		{"page with bad links", "id: news-ru,", `id: news-ru, kind: page, links: "news/(",`, `k.yaml:8: sources[1].links: not a regular expression`},
		{"feed with links", "id: news-ru,", `id: news-ru, links: "/news/",`, `k.yaml:8: sources[1].links: only a source of kind page`},

		{"an address for a host", "id: news-ru,", `id: news-ru, hosts: [a.example, "https://b.example/"],`, `k.yaml:8: sources[1].hosts[1]: "https://b.example/" must be a host alone`},
		{"a path behind a host", "id: news-ru,", `id: news-ru, hosts: [b.example/news],`, `k.yaml:8: sources[1].hosts[0]: "b.example/news" must be a host alone`},
		{"any host", "id: news-ru,", `id: news-ru, hosts: ["*.example"],`, `k.yaml:8: sources[1].hosts[0]: "*.example" must be a host alone`},
		{"no host", "id: news-ru,", `id: news-ru, hosts: [""],`, `k.yaml:8: sources[1].hosts[0]: "" must be a host alone`},
		{"half a host", "id: news-ru,", `id: news-ru, hosts: [static],`, `k.yaml:8: sources[1].hosts[0]: "static" must be a host alone`},
		{"text for old TLS", "id: news-ru,", `id: news-ru, old_tls: perhaps,`, `k.yaml:8: sources[1].old_tls: must be true or false`},
		{"no file of certificates", "addresses: false", "addresses: false, ca_file: nowhere.pem", `k.yaml:15: network.ca_file: can't be read: `},
		{"a file without certificates", "addresses: false", "addresses: false, ca_file: config_test.go", `k.yaml:15: network.ca_file: config_test.go holds no certificate`},

		{"less than nothing at once", "id: news-ru,", "id: news-ru, plausible: -1,", `k.yaml:8: sources[1].plausible: -1 can't be a number of items`},
		{"text for a number of items", "id: news-ru,", "id: news-ru, plausible: many,", `k.yaml:8: sources[1].plausible: must be a whole number`},

		{"bad topic id", "id: legal-aid", "id: Юрист", `k.yaml:10: topics[0].id: "Юрист" must be`},
		{"topic without a name", ", en: Legal aid}", "}", `k.yaml:11: topics[0].name.en: a name in English is missing`},
		{"topic that matches nothing", "{keywords: [aid], sources: [news-ky]}", "{}", `k.yaml:12: topics[0].match: at least one`},
		{"topic of an unknown source", "sources: [news-ky]", "sources: [news-kg]", `k.yaml:12: topics[0].match.sources[0]: there is no source "news-kg"`},

		{"bad admin", "[111111111]", "[-5]", `k.yaml:13: admins[0]: -5 is not a Telegram user id`},
		{"desk of one", "listen:", desk + "  people: [{id: 111111111, name: А, roles: [officer]}]\nlisten:", `k.yaml:17: desk.people: one person alone can't approve`},
		{"desk of nobody", "admins: [111111111]", "desk: {approval: one}", `k.yaml:13: desk.people: nobody is an approver`},
		{"desk without approvers", "admins: [111111111]", "desk: {people: [{id: 5, name: А, roles: [officer]}, {id: 6, name: Б, roles: [operator]}]}", `k.yaml:13: desk.people: nobody is an approver`},
		{"approval by three", "listen:", desk + "  approval: three\nlisten:", `k.yaml:17: desk.approval: unknown approval "three"; there are two and one`},
		{"no time to take it back", "listen:", desk + "  hold_seconds: 9\nlisten:", `k.yaml:17: desk.hold_seconds: must be from 10 to 300`},
		{"too much time to take it back", "listen:", desk + "  hold_seconds: 301\nlisten:", `k.yaml:17: desk.hold_seconds: must be from 10 to 300`},
		{"pages of the desk in the clear", "listen:", desk + "  web: http://bot.example.kg/desk\nlisten:", `k.yaml:17: desk.web: must begin with https://`},
		{"pages of the desk at no address", "listen:", desk + "  web: bot.example.kg/desk\nlisten:", `k.yaml:17: desk.web: "bot.example.kg/desk" is not an address`},
		{"pages of the desk without a path", "listen:", desk + "  web: https://bot.example.kg\nlisten:", `k.yaml:17: desk.web: needs a path`},
		{"pages of the desk in a crooked path", "listen:", desk + "  web: https://bot.example.kg/desk/../x\nlisten:", `k.yaml:17: desk.web: needs a path`},
		{"pages of the desk over the metrics", "listen:", desk + "  web: https://bot.example.kg/metrics\nlisten:", `k.yaml:17: desk.web: has the path /metrics, where something else`},
		{"pages of the desk over the webhook", "telegram: {messages_per_second: 30}", desk + "  web: https://bot.example.kg/bot\ntelegram: {webhook: \"https://bot.example.kg/bot/hook\"}", `k.yaml:15: desk.web: has the path /bot, and telegram.webhook has /bot/hook`},
		{"alone without a right", "listen:", desk + "  alone: [5]\n  people: [{id: 5, name: А, roles: [officer]}]\nlisten:", `k.yaml:17: desk.alone[0]: 5 is no approver`},
		{"somebody without an id", "listen:", desk + "  people: [{id: -5, name: А, roles: [officer]}]\nlisten:", `k.yaml:17: desk.people[0].id: -5 is not a Telegram user id`},
		{"somebody twice", "listen:", desk + "  people: [{id: 5, name: А, roles: [officer]}, {id: 5, name: Б, roles: [approver]}]\nlisten:", `k.yaml:17: desk.people[1].id: 5 is duplicated`},
		{"somebody without a name", "listen:", desk + "  people: [{id: 5, name: ' ', roles: [officer]}]\nlisten:", `k.yaml:17: desk.people[0].name: a name of 1 to 64`},
		{"somebody without a role", "listen:", desk + "  people: [{id: 5, name: А}]\nlisten:", `k.yaml:17: desk.people[0].roles: at least one is needed`},
		{"an unknown role", "listen:", desk + "  people: [{id: 5, name: А, roles: [officer, chief]}]\nlisten:", `k.yaml:17: desk.people[0].roles[1]: unknown role "chief"`},
		{"an unknown key of the desk", "listen:", desk + "  colour: red\nlisten:", `k.yaml:17: desk.colour: there is no such key`},
		{"no rate", "second: 30", "second: 0", `k.yaml:14: telegram.messages_per_second: must be above 0`},
		{"payment for what is not urgent", "second: 30", "second: 30, paid: {per_second: 500, stars_a_day: 100}", `k.yaml:14: telegram.paid.urgent: must be true: urgent announcements alone`},
		{"payment at the free rate", "second: 30", "second: 30, paid: {urgent: true, per_second: 30, stars_a_day: 100}", `k.yaml:14: telegram.paid.per_second: must be above messages_per_second`},
		{"payment for more than Telegram takes", "second: 30", "second: 30, paid: {urgent: true, per_second: 980, stars_a_day: 100}", `k.yaml:14: telegram.paid.per_second: must be above messages_per_second, and the two together at most 1000`},
		{"payment without Stars", "second: 30", "second: 30, paid: {urgent: true, per_second: 500}", `k.yaml:14: telegram.paid.stars_a_day: must be from 1 to`},
		{"payment with a debt", "second: 30", "second: 30, paid: {urgent: true, per_second: 500, stars_a_day: -5}", `k.yaml:14: telegram.paid.stars_a_day: must be from 1 to`},
		{"an unknown key of the payment", "second: 30", "second: 30, paid: {urgent: true, per_second: 500, stars_a_day: 5, dollars: 3}", `k.yaml:14: telegram.paid.dollars: there is no such key`},
		{"corrections for ever", "second: 30", "second: 30, correct_within_hours: 1000", `k.yaml:14: telegram.correct_within_hours: must be from 1 to 168`},
		{"no patience", "second: 30", "second: 30, give_up_after_hours: 0", `k.yaml:14: telegram.give_up_after_hours: must be from 1 to 168`},
		{"rate too high", "second: 30", "second: 1001", `k.yaml:14: telegram.messages_per_second: must be above 0 and at most 1000`},
		{"webhook that is no address", "second: 30}", "second: 30, webhook: bot.example.kg/telegram}", `k.yaml:14: telegram.webhook: "bot.example.kg/telegram" is not an address such as`},
		{"webhook with a password", "second: 30}", `second: 30, webhook: "https://a:b@bot.example.kg/telegram"}`, `k.yaml:14: telegram.webhook: "https://a:b@bot.example.kg/telegram" is not an address such as`},
		{"webhook with a query", "second: 30}", `second: 30, webhook: "https://bot.example.kg/telegram?a=b"}`, `k.yaml:14: telegram.webhook: "https://bot.example.kg/telegram?a=b" is not an address such as`},
		{"webhook without TLS", "second: 30}", `second: 30, webhook: "http://bot.example.kg/telegram"}`, `k.yaml:14: telegram.webhook: must begin with https://`},
		{"webhook on another port", "second: 30}", `second: 30, webhook: "https://bot.example.kg:8080/telegram"}`, `k.yaml:14: telegram.webhook: has port 8080; Telegram delivers to 443, 80, 88 and 8443 only`},
		{"webhook without a path", "second: 30}", `second: 30, webhook: "https://bot.example.kg/"}`, `k.yaml:14: telegram.webhook: needs a path`},
		{"webhook with a pattern for a path", "second: 30}", `second: 30, webhook: "https://bot.example.kg/{x}"}`, `k.yaml:14: telegram.webhook: needs a path`},
		{"webhook with dots", "second: 30}", `second: 30, webhook: "https://bot.example.kg/a/../b"}`, `k.yaml:14: telegram.webhook: needs a path`},
		{"hubs without TLS", "telegram: {", "websub: \"http://bot.example.kg/websub\"\ntelegram: {", `k.yaml:14: websub: must begin with https://`},
		{"hubs in the pings' place", "telegram: {", "websub: \"https://bot.example.kg/ping/hubs\"\ntelegram: {", `k.yaml:14: websub: has the path /ping/hubs, and something else is served at /ping`},
		{"hubs in health's place", "telegram: {", "websub: \"https://bot.example.kg/metrics\"\ntelegram: {", `k.yaml:14: websub: has the path /metrics, and something else is served at /metrics`},
		{"hubs over the webhook", "telegram: {", "websub: \"https://bot.example.kg/bot\"\ntelegram: {webhook: \"https://bot.example.kg/bot/hook\", ", `k.yaml:14: websub: has the path /bot, and something else is served at /bot/hook`},
		{"webhook in health's place", "second: 30}", `second: 30, webhook: "https://bot.example.kg/readyz"}`, `k.yaml:14: telegram.webhook: has the path /readyz, where something else is served`},
		{"listen without a port", "127.0.0.1:8080", "127.0.0.1", `k.yaml:16: listen: "127.0.0.1" must be an address and a port`},
		{"listen on a bad port", "127.0.0.1:8080", "127.0.0.1:80800", `k.yaml:16: listen: "127.0.0.1:80800" must be`},
		{"profiles where the service is", "listen:", "debug_listen: 127.0.0.1:8080\nlisten:", `k.yaml:16: debug_listen: must be another address than listen`},
		{"profiles without a port", "listen:", "debug_listen: localhost\nlisten:", `k.yaml:16: debug_listen: "localhost" must be an address and a port`},
		{"nothing", valid, "# nothing\n", `k.yaml:1: must hold one document`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(valid, tt.old) != 1 {
				t.Fatalf("%q must be in the valid configuration once", tt.old)
			}
			_, err := Parse("k.yaml", []byte(strings.Replace(valid, tt.old, tt.new, 1)))
			if err == nil {
				t.Fatal("accepted")
			}
			if first, _, _ := strings.Cut(err.Error(), "\n"); !strings.HasPrefix(first, tt.want) {
				t.Errorf("got  %s\nwant %s…", err, tt.want)
			}
		})
	}
}

func TestDeskHasDefaultsAndAdministratorsAreAtIt(t *testing.T) {
	t.Parallel()
	read := func(people string) *Config {
		c, err := Parse("k.yaml", []byte(valid+"desk: {people: ["+people+"]}\n"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := read("{id: 5, name: А, roles: [officer]}, {id: 111111111, name: Б, roles: [officer]}")
	if c.Desk.One() || c.Desk.HoldSeconds != 30 {
		t.Errorf("defaults: %+v", c.Desk)
	}
	if all := c.Colleagues(); len(all) != 2 || !slices.Equal(all[1].Roles, []string{Officer, Operator, Approver}) {
		t.Errorf("at the desk are %+v", all)
	}
	if w := c.Warnings(); len(w) != 1 || !strings.Contains(w[0], "what Б writes") {
		t.Errorf("warnings: %q", w)
	}
	if w := read("{id: 5, name: А, roles: [officer, approver]}").Warnings(); len(w) != 0 {
		t.Errorf("another can approve it: %q", w)
	}
}

// TestProfilesAreForThisMachine, unless another address is named, which is warned of.
func TestProfilesAreForThisMachine(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]struct {
		address string
		warned  bool
	}{
		":6060": {"127.0.0.1:6060", false}, "localhost:6060": {"localhost:6060", false},
		"0.0.0.0:6060": {"0.0.0.0:6060", true}, "[::]:6060": {"[::]:6060", true}, "": {"", false},
	} {
		c, err := Parse("k.yaml", []byte(valid+"debug_listen: \""+at+"\"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if w := c.Warnings(); c.DebugListen != want.address || len(w) > 0 != want.warned {
			t.Errorf("%q: got %q, warnings %q", at, c.DebugListen, w)
		}
	}
}

func TestEveryMistakeHasItsLine(t *testing.T) {
	t.Parallel()
	broken := strings.NewReplacer("id: news-ru", "id: news-ky", "[111111111]", "[0]", "@every 1m", "soon").Replace(valid)
	_, err := Parse("k.yaml", []byte(broken))
	if err == nil {
		t.Fatal("accepted")
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 3 {
		t.Errorf("%d lines for 3 mistakes:\n%s", len(lines), err)
	}
}

func TestWebhookAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://bot.example.kg/telegram", "https://bot.example.kg:8443/a/b-c", "https://bot.example.kg:443/telegram",
		"http://127.0.0.1:8081/telegram", "http://localhost:1/t", "http://[::1]:1/t",
	} {
		text := strings.Replace(valid, "second: 30}", `second: 30, webhook: "`+address+`"}`, 1)
		if c, err := Parse("k.yaml", []byte(text)); err != nil || c.Telegram.Webhook != address {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	least := valid[:strings.Index(valid, "poll:")] + valid[strings.Index(valid, "sources:"):strings.Index(valid, "topics:")]
	c, err := Parse("k.yaml", []byte(least))
	if err != nil {
		t.Fatal(err)
	}
	if c.Poll != "@every 1m" || c.Telegram.MessagesPerSecond != 30 || c.Listen != "127.0.0.1:8080" || c.Network.AllowPrivateAddresses {
		t.Errorf("defaults: %+v", c)
	}
	if c.Zone().String() != "Asia/Bishkek" {
		t.Errorf("zone %v", c.Zone())
	}
}

func TestExampleConfigurationIsValid(t *testing.T) {
	t.Parallel()
	if _, err := Load(filepath.Join("..", "..", "..", "kabarchy.example.yaml")); err != nil {
		t.Error(err)
	}
}

func TestMissingConfiguration(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), "absent.yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
