package anchor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Limits of every conversation with an anchor.
const (
	answerTime = 20 * time.Second
	maxAnswer  = 1 << 20
)

// Client makes requests that end in time, answers that end, and no redirects:
// what is signed for one host is not carried to another.
func Client(base http.RoundTripper) *http.Client {
	if base == nil {
		base = http.DefaultTransport
	}
	return &http.Client{
		Transport:     bounded{base},
		Timeout:       answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends body and gives the answer of a 2xx. Its errors name the host only:
// addresses may hold secrets, and so may what a server says of a request.
func post(ctx context.Context, c *http.Client, to string, header http.Header, body []byte) ([]byte, error) {
	target, err := url.Parse(to)
	if err != nil || target.Host == "" {
		return nil, errors.New("the address cannot be read; expected one such as https://tsa.example.com/")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be asked; check the address", target.Host)
	}
	req.Header = header
	resp, err := c.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", target.Host, without(err))
	}
	defer resp.Body.Close() //nolint:errcheck // the answer was read or is of no use
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, fmt.Errorf("%s answered %d %s", target.Host, resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", target.Host, without(err))
	}
	return answer, nil
}

// without takes the address out of an error of net/http.
func without(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return errors.New("no answer in time")
		}
		return u.Err
	}
	return err
}

// bounded ends answers that are longer than any anchor has to say.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Body = &limited{ReadCloser: resp.Body, left: maxAnswer}
	}
	return resp, err
}

type limited struct {
	io.ReadCloser
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	if len(p) > l.left+1 {
		p = p[:l.left+1] // one more than allowed, to tell the end from too much
	}
	n, err := l.ReadCloser.Read(p)
	l.left -= n
	if l.left < 0 {
		return 0, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	return n, err
}
