package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"kabarchy/cmd/kabarchy/config"
)

// cli is the command line.
type cli struct {
	Demo        demoCommand        `cmd:"" help:"Show the whole system on this machine: no account, nothing to install."`
	Run         runCommand         `cmd:"" help:"Run the service."`
	Check       checkCommand       `cmd:"" help:"Say what a configuration would do, and change nothing."`
	Backup      backupCommand      `cmd:"" help:"Write all that the bot has in Redis to a file, while the service runs."`
	Restore     restoreCommand     `cmd:"" help:"Bring a backup back into an empty Redis. What came since waits for a person."`
	Explain     explainCommand     `cmd:"" help:"Say why a chat has an item, will have it or won't, step by step."`
	Doctor      doctorCommand      `cmd:"" help:"Look at all that a running service needs, and say what mends what is wrong."`
	Healthcheck healthcheckCommand `cmd:"" hidden:"" help:"Ask the service at the configured address whether it is alive."`
	Version     versionCommand     `cmd:"" help:"Print version, revision, date and the version of Go."`
	VersionFlag versionFlag        `name:"version" help:"The same, as a flag."`
}

// endless are the commands that only end when they are asked to. Of the others, one that was
// interrupted has not done what a script relies on.
var endless = []string{"run", "demo"}

var errInterrupted = errors.New("interrupted before it was done")

// execute runs the command line and returns the exit status. Errors are printed to
// stderr, a line each.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
	exited := false
	parser, err := kong.New(&cli{},
		kong.Name("kabarchy"),
		kong.Description("A Telegram bot that brings a ministry's news to citizens in Kyrgyz, Russian and English."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { status, exited = code, true }), // after --help and --version
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(output{stdout, stderr}),
		kong.UsageOnError(),
	)
	if err != nil {
		panic(err) // the command line's own description is wrong
	}
	command, err := parser.Parse(args)
	if exited {
		return status
	}
	if err != nil {
		err = misuse(fmt.Errorf("%w; kabarchy --help lists the commands", err))
	} else {
		err = command.Run()
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		if command != nil && slices.Contains(endless, command.Command()) {
			return 0 // asked to stop before it had begun
		}
		err = errInterrupted
	}
	complain(stderr, err)
	return exitStatus(err)
}

// complain prints an error, a line for each of what was joined to it.
func complain(w io.Writer, err error) {
	if err == nil {
		return
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "kabarchy: %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// runCommand is the service.
type runCommand struct {
	configFlag
	logFlags
	RedisWait time.Duration `help:"How long to wait at the start for a Redis that can't be reached; one that reads its file is waited for as long as it takes." default:"30s"`
	Rebind    bool          `help:"Make what Redis holds this bot's, though it belongs to another one or to nobody, or though subscribers are missing. Once, and never in a script."`
}

// Run runs the service until a signal or a fatal error.
func (c *runCommand) Run(ctx context.Context, out output) error {
	configured, err := c.load()
	if err != nil {
		return err
	}
	environment, err := config.ReadEnvironment(os.Environ())
	if err != nil {
		return misuse(err)
	}
	rdb, err := OpenRedis(environment.Redis)
	if err != nil {
		return misuse(err)
	}
	app, err := NewApp(ctx, AppOptions{
		Config: configured, Token: environment.Token, Endpoint: environment.Endpoint,
		PingSecret: environment.Ping, Redis: rdb, RedisWait: c.RedisWait, Rebind: c.Rebind, Log: c.logger(out.stderr),
	})
	if err != nil {
		return err
	}
	return app.Run(ctx)
}

// healthcheckCommand is for a container, which has no other program to ask with.
type healthcheckCommand struct {
	configFlag
}

// Run asks /healthz.
func (c *healthcheckCommand) Run(ctx context.Context) error {
	configured, err := c.load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+configured.Listen+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request) // no proxy
	if err != nil {
		return fmt.Errorf("not alive: %w", reason(err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not alive: %s", response.Status)
	}
	return nil
}
