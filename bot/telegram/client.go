package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// DefaultEndpoint is Telegram's own server.
const DefaultEndpoint = "https://api.telegram.org"

// callTimeout bounds a call whose context sets no earlier deadline: Telegram answers
// within a second or two, or it is in trouble.
const callTimeout = 20 * time.Second

// uploadTimeout is the same of a call that brings a file.
const uploadTimeout = time.Minute

// Options say how to reach Telegram.
type Options struct {
	// Token is the bot's token, as BotFather gives it.
	Token string
	// Endpoint is the server's address; DefaultEndpoint if empty.
	Endpoint string
	// Budget hears of each call that Telegram counts towards its limit over all chats; nil
	// for none.
	Budget Budget
	// HTTP makes the requests; a client of this package's own if nil.
	HTTP *http.Client
	// Log hears of calls that failed, at level debug, and as an error of those that failed
	// through the program's fault; nothing if nil.
	Log *slog.Logger
	// Registerer takes the metrics; none are kept if nil.
	Registerer prometheus.Registerer
}

// Budget is what the calls are spent from that Telegram counts towards its limit over all
// chats, about 30 a second (https://core.telegram.org/bots/faq). An answer to a person
// goes at once: Spend does not wait.
type Budget interface {
	Spend(ctx context.Context)
}

// counted are the methods of those calls: all that put something on a phone, or change it.
var counted = []string{"send", "edit", "delete", "forward", "copy"}

// notCounted are those that begin so and do not.
var notCounted = []string{"sendChatAction", "deleteWebhook", "deleteMyCommands"}

func counts(method string) bool {
	return !slices.Contains(notCounted, method) &&
		slices.ContainsFunc(counted, func(prefix string) bool { return strings.HasPrefix(method, prefix) })
}

// Client calls the Bot API. It wraps go-telegram-bot-api thinly: a context for each
// call, errors with a type, and the token in none of them. It is safe for concurrent use.
type Client struct {
	token    string
	endpoint string
	files    string // what the path of a file is put behind
	http     *http.Client
	budget   Budget
	log      *slog.Logger
	metrics  *metrics
	faults   *faults
}

// NewClient returns a client; it calls nothing yet.
func NewClient(o Options) *Client {
	if o.Endpoint == "" {
		o.Endpoint = DefaultEndpoint
	}
	if o.HTTP == nil {
		o.HTTP = newHTTPClient()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Client{
		token: o.Token,
		// The library puts token and method into the endpoint with Sprintf.
		endpoint: strings.ReplaceAll(strings.TrimRight(o.Endpoint, "/"), "%", "%%") + "/bot%s/%s",
		files:    strings.TrimRight(o.Endpoint, "/") + "/file/bot" + o.Token + "/",
		http:     o.HTTP,
		budget:   o.Budget,
		log:      o.Log,
		metrics:  newMetrics(o.Registerer),
		faults:   newFaults(o.Log),
	}
}

// newHTTPClient keeps as many connections warm as a broadcast has messages in flight,
// and closes an idle one before Telegram does, so that no message is written into a
// connection that is just being closed. A redirect would carry the token elsewhere:
// none is followed.
func newHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ExpectContinueTimeout: time.Second,
			MaxIdleConns:          320,
			MaxIdleConnsPerHost:   320,
			IdleConnTimeout:       30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Call calls a method of the Bot API once and decodes what it answers into result,
// unless that is nil. It fails with
//
//   - an *APIError when the call is refused;
//   - a *ServerError when Telegram is in trouble, or something else answered in its place;
//   - a *ResultError when it is carried out, and the result can't be read;
//   - a *TransportError when nothing came back.
func (c *Client) Call(ctx context.Context, method string, params map[string]string, result any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.call(ctx, method, params, result)
}

// File is one that a call brings along.
type File struct {
	Param string // the parameter it is the value of: "photo", "document"
	Name  string // as people see it, with its ending
	Data  []byte // at most 10 MB of a photo, 50 MB of a document
}

// Upload is Call with a file.
func (c *Client) Upload(ctx context.Context, method string, params map[string]string, file File, result any) error {
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	return c.call(ctx, method, params, result, tgbotapi.RequestFile{
		Name: file.Param, Data: tgbotapi.FileBytes{Name: file.Name, Bytes: file.Data},
	})
}

// GetUpdates asks for updates from the offset on, at most so many, and has Telegram wait
// for one as long. It returns each as Telegram wrote it, and fails as Call does. Its only
// deadline is the context's.
func (c *Client) GetUpdates(ctx context.Context, offset int64, limit int, wait time.Duration) ([]json.RawMessage, error) {
	var batch []json.RawMessage
	err := c.call(ctx, "getUpdates", map[string]string{
		"offset":          strconv.FormatInt(offset, 10),
		"limit":           strconv.Itoa(limit),
		"timeout":         strconv.Itoa(int(wait.Seconds())),
		"allowed_updates": AllowedUpdates,
	}, &batch)
	return batch, err
}

// DerivedSecret is a secret for the purpose that follows from the bot's token, so that all
// instances agree on it. The token can't be derived from it.
func (c *Client) DerivedSecret(purpose string) string {
	mac := hmac.New(sha256.New, []byte(c.token))
	mac.Write([]byte(purpose))
	return hex.EncodeToString(mac.Sum(nil))
}

// Faults lists what Telegram found wrong with this program's requests, what it met most
// often first.
func (c *Client) Faults() []Fault { return c.faults.all() }

// call is Call with no deadline but the context's.
func (c *Client) call(ctx context.Context, method string, params map[string]string, result any, files ...tgbotapi.RequestFile) error {
	if c.budget != nil && counts(method) {
		c.budget.Spend(ctx)
	}
	began := time.Now()
	answer, err := c.request(ctx, method, params, files)
	c.metrics.observe(method, err, time.Since(began))
	if err != nil {
		c.log.DebugContext(ctx, "call failed", "method", method, "error", err)
		if params[PaidParam] == "" { // what is wrong with the payment is nothing to mend here
			c.faults.note(ctx, err)
		}
		return err
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(answer, result); err != nil {
		err := &ResultError{Method: method, Err: err}
		c.faults.note(ctx, err)
		return err
	}
	return nil
}

// request makes one request through the library. The transport knows what the library
// loses: the status, and whether the request left this machine.
func (c *Client) request(ctx context.Context, method string, params map[string]string, files []tgbotapi.RequestFile) (json.RawMessage, error) {
	x := &transport{ctx: ctx, http: c.http}
	api := &tgbotapi.BotAPI{Token: c.token, Client: x}
	api.SetAPIEndpoint(c.endpoint)
	began := time.Now()
	answer, err := ask(api, method, params, files)
	c.metrics.dated(x.date, began)
	var refusal *tgbotapi.Error
	errors.As(err, &refusal)
	switch {
	case refusal == nil && err != nil && x.saysOK:
		return nil, &ResultError{Method: method, Err: err}
	case x.err != nil:
		return nil, &TransportError{Method: method, Sent: x.sent.Load(), Err: x.err}
	case x.status == 0: // the library never came to the request: the address is broken
		return nil, &TransportError{Method: method, Err: withoutAddress(err)}
	case refusal != nil:
		if len(files) > 0 && refusal.Message != "" {
			refusal.Code = x.status // the library drops it where it uploads
		}
		return nil, x.refusal(method, *refusal)
	case err != nil:
		return nil, x.refusal(method, tgbotapi.Error{})
	}
	return answer.Result, nil
}

// ask makes a form of the parameters, in parts where there are files.
func ask(api *tgbotapi.BotAPI, method string, params map[string]string, files []tgbotapi.RequestFile) (*tgbotapi.APIResponse, error) {
	if len(files) > 0 {
		return api.UploadFiles(method, params, files)
	}
	return api.MakeRequest(method, params)
}
