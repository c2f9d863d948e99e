package main

import (
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/config"
)

// output is where a command prints, and what it logs to.
type output struct {
	stdout, stderr io.Writer
}

// json prints a value for a program to read.
func (o output) json(value any) error {
	encoder := json.NewEncoder(o.stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// configFlag is how commands are told their configuration.
type configFlag struct {
	Config string `help:"The configuration file: kabarchy.yaml unless said otherwise." env:"KABARCHY_CONFIG" placeholder:"FILE"`
	// Listen is for where the file can't know it: in a container, what asks is outside.
	Listen string `hidden:"" env:"KABARCHY_LISTEN"`
}

// name is that of the file. An empty variable is as good as none.
func (f configFlag) name() string { return cmp.Or(f.Config, "kabarchy.yaml") }

// load reads the configuration; its errors are for a person to mend.
func (f configFlag) load() (*config.Config, error) {
	configured, err := config.Load(f.name())
	if err != nil {
		return nil, misuse(err)
	}
	configured.Listen = cmp.Or(f.Listen, configured.Listen)
	return configured, nil
}

// logFlags say what is logged and how.
type logFlags struct {
	LogFormat string     `help:"How to log: auto (text on a terminal, JSON otherwise), text or json." enum:"auto,text,json" default:"auto"`
	LogLevel  slog.Level `help:"What to log: debug, info, warn or error." default:"info"`
}

// logger returns what the flags ask for.
func (f logFlags) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: f.LogLevel}
	var log *slog.Logger
	if f.LogFormat == "text" || f.LogFormat == "auto" && terminal(w) {
		log = slog.New(slog.NewTextHandler(w, o))
	} else {
		log = slog.New(slog.NewJSONHandler(w, o))
	}
	redis.SetLogger(redisLog{log})
	return log
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
