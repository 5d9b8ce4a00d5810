package replay

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Player answers requests from exchanges. Exchanges that ask the same are
// played in their order, and the last of them again and again. Where several
// different ones fit a request, the first in order answers. Safe for concurrent use.
type Player struct {
	mu     sync.Mutex
	series map[string][]*series // by operation
}

type series struct {
	answers []Exchange // all ask the same
	played  int
}

// New makes a player.
func New(exchanges []Exchange) *Player {
	p := &Player{series: map[string][]*series{}}
	index := map[string]*series{}
	for _, e := range exchanges {
		s, ok := index[e.asks()]
		if !ok {
			s = &series{}
			index[e.asks()] = s
			p.series[e.Operation] = append(p.series[e.Operation], s)
		}
		s.answers = append(s.answers, e)
	}
	return p
}

// Override takes other exchanges in the place of those that ask the same.
func Override(exchanges, other []Exchange) []Exchange {
	asked := map[string]bool{}
	for _, e := range other {
		asked[e.asks()] = true
	}
	kept := slices.DeleteFunc(slices.Clone(exchanges), func(e Exchange) bool { return asked[e.asks()] })
	return append(kept, other...)
}

// RoundTrip answers a request, or says that no exchange fits and how the
// nearest ones differ.
func (p *Player) RoundTrip(req *http.Request) (*http.Response, error) {
	r, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	e, err := p.next(r)
	if err != nil {
		return nil, err
	}
	return e.Response.answer(req), nil
}

func (p *Player) next(r request) (Exchange, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var near []string
	for _, s := range p.series[r.operation] {
		switch d := s.answers[0].differs(r); d {
		case "":
			e := s.answers[min(s.played, len(s.answers)-1)]
			s.played++
			return e, nil
		default:
			near = append(near, d)
		}
	}
	if len(near) == 0 {
		return Exchange{}, fmt.Errorf("replay: no exchange fits %s: none of this operation", r)
	}
	return Exchange{}, fmt.Errorf("replay: no exchange fits %s: those of this operation want %s", r, strings.Join(near[:min(3, len(near))], "; "))
}

func (r Response) answer(req *http.Request) *http.Response {
	h := http.Header{}
	for k, v := range r.Headers {
		h.Set(k, v)
	}
	body := r.Body
	if req.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)),
		StatusCode: r.Status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        h,
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}
}
