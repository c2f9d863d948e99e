package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// query is a request as the methods see it: JSON, forms and addresses all become
// strings, as in the real server. A JSON value that is no string stays JSON.
type query struct {
	method string // in lower case
	params map[string]string
	files  map[string]upload
}

// upload is a file that comes with a request.
type upload struct {
	name string
	data []byte
}

const (
	maxBody   = 50 << 20
	maxMemory = 4 << 20
)

// errTooLarge is a body that the server does not even read.
var errTooLarge = &Refusal{Code: 413, Description: "Request Entity Too Large"}

// readQuery reads the parameters of a request.
func readQuery(w http.ResponseWriter, r *http.Request, method string) (*query, *Refusal) {
	q := &query{method: strings.ToLower(method), params: map[string]string{}}
	if r.URL.RawQuery != "" {
		q.fill(r.URL.Query())
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, options, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = q.multipart(multipart.NewReader(r.Body, options["boundary"]))
	case "application/json":
		err = q.json(r.Body)
	default:
		err = q.form(r.Body)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, errTooLarge
	case err != nil:
		return nil, badf("can't parse request: %s", err)
	}
	return q, nil
}

func (q *query) fill(values url.Values) {
	for name, value := range values {
		q.params[name] = value[0]
	}
}

func (q *query) form(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("read a form: %w", err)
	}
	values, err := url.ParseQuery(string(raw))
	q.fill(values)
	return err
}

func (q *query) json(body io.Reader) error {
	var object map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&object); err != nil && err != io.EOF {
		return fmt.Errorf("JSON object: %w", err)
	}
	for name, raw := range object {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			s = string(raw)
		}
		if s != "null" {
			q.params[name] = s
		}
	}
	return nil
}

func (q *query) multipart(parts *multipart.Reader) error {
	form, err := parts.ReadForm(maxMemory)
	if err != nil {
		return fmt.Errorf("multipart form: %w", err)
	}
	defer form.RemoveAll() //nolint:errcheck // temporary files
	q.fill(form.Value)
	q.files = make(map[string]upload, len(form.File))
	for name, headers := range form.File {
		file, err := headers[0].Open()
		if err != nil {
			return fmt.Errorf("multipart file: %w", err)
		}
		data, err := io.ReadAll(file)
		q.files[name] = upload{headers[0].Filename, data}
		file.Close() // only read
		if err != nil {
			return fmt.Errorf("multipart file: %w", err)
		}
	}
	return nil
}

// flag reads a boolean as the real server does.
func (q *query) flag(name string) bool {
	switch strings.ToLower(q.params[name]) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// int reads a number, 0 if it is none.
func (q *query) int(name string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(q.params[name]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// between reads a number and brings it between two others.
func (q *query) between(name string, otherwise, low, high int64) int64 {
	if q.params[name] == "" {
		return otherwise
	}
	return min(max(q.int(name), low), high)
}

// object reads a parameter that is JSON; the pointer stays nil without one.
func object[T any](q *query, name, what string) (*T, *Refusal) {
	raw := q.params[name]
	if raw == "" {
		return nil, nil
	}
	value := new(T)
	if err := json.Unmarshal([]byte(raw), value); err != nil {
		return nil, badf("can't parse %s JSON object", what)
	}
	return value, nil
}
