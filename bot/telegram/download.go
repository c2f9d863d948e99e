package telegram

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Download returns the bytes of a file that this bot knows by an id, most at most. It fails as
// Call does. No error holds the link, which has the token in it; see
// https://core.telegram.org/bots/api#getfile.
func (c *Client) Download(ctx context.Context, id string, most int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var file struct {
		Path string `json:"file_path"`
	}
	if err := c.call(ctx, "getFile", map[string]string{"file_id": id}, &file); err != nil {
		return nil, err
	}
	const method = "file"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.files+file.Path, http.NoBody)
	if err != nil {
		return nil, &TransportError{Method: method, Err: withoutAddress(err)}
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, &TransportError{Method: method, Sent: true, Err: withoutAddress(err)}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &ServerError{Method: method, Status: answer.StatusCode}
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err != nil {
		return nil, &TransportError{Method: method, Sent: true, Err: withoutAddress(err)}
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: it is larger than %d bytes", method, most)
	}
	return data, nil
}
