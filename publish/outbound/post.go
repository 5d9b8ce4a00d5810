package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
)

const (
	mostAnswer = 64 << 10
	// mostLater bounds how long a receiver may have us wait: one that says a year
	// would silence every alert.
	mostLater = time.Hour
)

// Answer is what a receiver said.
type Answer struct {
	Status int
	Body   []byte // at most 64 KiB. It may repeat the request: never part of an error
}

// Post delivers a body. Its error Is alert.ErrRefused where the receiver will
// never take it, As *alert.LaterError where it said when, and otherwise is worth
// another attempt. It names the host and the status only: addresses hold secrets,
// and so may what a server says of a request. The answer is there for every
// status, for receivers that know its words.
func (c *Client) Post(ctx context.Context, to Target, header http.Header, body []byte) (Answer, error) {
	if to.at == nil {
		return Answer{}, errors.New("there is no address to deliver to")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.at.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("%s cannot be asked; check the address", to.Host())
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("User-Agent", "controlwatch")
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("deliver to %s: %w", to.Host(), Cause(err))
	}
	defer resp.Body.Close() //nolint:errcheck // the answer was read or is of no use
	said, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil && resp.StatusCode/100 == 2 {
		// Taken, or not: what is sent again has the same ID.
		return Answer{}, fmt.Errorf("read the answer of %s: %w", to.Host(), Cause(err))
	}
	answer := Answer{Status: resp.StatusCode, Body: said}
	return answer, c.judge(to, resp)
}

// judge says what a status means for what was delivered.
func (c *Client) judge(to Target, resp *http.Response) error {
	status := resp.StatusCode
	if status/100 == 2 {
		return nil
	}
	err := fmt.Errorf("%s answered %d %s%s", to.Host(), status, http.StatusText(status), hint(status))
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if after, ok := retryAfter(resp.Header.Get("Retry-After"), c.clock()); ok {
			return &alert.LaterError{After: after, Err: err}
		}
		return err
	case http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusLocked, http.StatusTooEarly:
		return err
	}
	if status/100 == 4 {
		return fmt.Errorf("%w: %w", alert.ErrRefused, err)
	}
	return err
}

func hint(status int) string {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return "; check its credentials"
	case status == http.StatusNotFound, status == http.StatusGone:
		return "; check its address, it may have been revoked"
	case status == http.StatusRequestEntityTooLarge:
		return "; the message is too long for it"
	case status/100 == 3:
		return "; redirects are not followed, give the address it leads to"
	}
	return ""
}

// retryAfter reads RFC 9110 §10.2.3: seconds or a date.
func retryAfter(said string, now time.Time) (time.Duration, bool) {
	said = strings.TrimSpace(said)
	if seconds, err := strconv.ParseFloat(said, 64); err == nil && seconds >= 0 {
		if seconds > mostLater.Seconds() {
			return mostLater, true
		}
		return time.Duration(seconds * float64(time.Second)), true
	}
	at, err := http.ParseTime(said)
	if err != nil {
		return 0, false
	}
	return min(max(0, at.Sub(now)), mostLater), true
}
