package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Environment is what is known only where the program runs: secrets and addresses. A secret
// stands in a variable, or in a file that a variable with _FILE at its end names.
type Environment struct {
	Token    Secret `env:"TELEGRAM_BOT_TOKEN"`
	FromFile Secret `env:"TELEGRAM_BOT_TOKEN_FILE,file"`
	Endpoint string `env:"TELEGRAM_API_ENDPOINT" envDefault:"https://api.telegram.org"`
	// Redis may hold a password.
	Redis         Secret `env:"REDIS_URL"`
	RedisFromFile Secret `env:"REDIS_URL_FILE,file"`
	// Ping signs what sites say of their news; without it they say nothing.
	Ping         Secret `env:"PING_SECRET"`
	PingFromFile Secret `env:"PING_SECRET_FILE,file"`
}

// defaultRedis is where Redis is where nothing says so.
const defaultRedis = "redis://127.0.0.1:6379/0"

// minPingSecret is how short a secret may be, in bytes: as long as a key of 128 bits in hexadecimal.
const minPingSecret = 32

// botToken is the form in which BotFather gives a token.
var botToken = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{20,}$`)

// ReadEnvironment reads and checks the environment, which is given as by os.Environ.
func ReadEnvironment(environ []string) (Environment, error) {
	var e Environment
	variables := env.ToMap(environ)
	err := env.ParseWithOptions(&e, env.Options{Environment: variables})
	var all env.AggregateError
	if errors.As(err, &all) {
		return e, all.Errors[0]
	}
	if err != nil {
		return e, err
	}
	for name, secret := range map[string]struct{ given, fromFile *Secret }{
		"TELEGRAM_BOT_TOKEN": {&e.Token, &e.FromFile}, "REDIS_URL": {&e.Redis, &e.RedisFromFile}, "PING_SECRET": {&e.Ping, &e.PingFromFile},
	} {
		if *secret.given != "" && *secret.fromFile != "" {
			return e, fmt.Errorf("both %[1]s and %[1]s_FILE are set: leave one of them out", name)
		}
		*secret.given = cmp.Or(*secret.given, *secret.fromFile)
	}
	e.Redis = cmp.Or(e.Redis, defaultRedis)
	return e, e.check(variables)
}

// check returns what is wrong with the values.
func (e Environment) check(variables map[string]string) error {
	switch {
	case e.Token == "" && variables["TELEGRAM_BOT_TOKEN_FILE"] != "":
		return fmt.Errorf("TELEGRAM_BOT_TOKEN_FILE: %s is empty: it has to hold the token that @BotFather gave", variables["TELEGRAM_BOT_TOKEN_FILE"])
	case e.Token == "":
		return errors.New("TELEGRAM_BOT_TOKEN is not set: ask @BotFather for a token and set it, or TELEGRAM_BOT_TOKEN_FILE")
	case !botToken.MatchString(string(e.Token)):
		return errors.New("TELEGRAM_BOT_TOKEN is not a valid bot token: it must be a number, a colon and at least 20 letters, digits, - or _, as @BotFather gave it")
	case len(e.Ping) < minPingSecret && (e.Ping != "" || variables["PING_SECRET_FILE"] != ""):
		return fmt.Errorf("PING_SECRET is too short to be a secret: give it %d characters or more, as by openssl rand -hex 32", minPingSecret)
	}
	if u, err := url.Parse(e.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		if strings.Contains(e.Endpoint, "@") {
			return errors.New("TELEGRAM_API_ENDPOINT is not an address that begins with https:// or http://") // it may hold a password
		}
		return fmt.Errorf("TELEGRAM_API_ENDPOINT: %q is not an address that begins with https:// or http://", e.Endpoint)
	}
	return nil
}

// Secret is a text that shows in no log, error or print. Convert it to a string to use it.
type Secret string

const mask = "[secret]"

// String, GoString, LogValue and MarshalText all give the same mask.
func (Secret) String() string { return mask }

// GoString is for %#v.
func (Secret) GoString() string { return mask }

// LogValue is for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText is for JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// UnmarshalText leaves out what an editor or a shell puts around a secret.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(strings.TrimSpace(string(text)))
	return nil
}
