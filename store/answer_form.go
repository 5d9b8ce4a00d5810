package store

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/controlwatch/controlwatch/evidence"
)

// answerDoc is an answer as it is stored. Its items are blobs of their own, named
// by digest; each blob is JSON, packed with gzip where that makes it smaller.
type answerDoc struct {
	Status  int             `json:"status"`
	Rest    json.RawMessage `json:"rest,omitempty"`
	Items   []string        `json:"items,omitempty"` // SHA-256 of the blobs, in the answer's order
	Removed []string        `json:"removed,omitempty"`
	Digest  string          `json:"digest,omitempty"` // of what is not kept
	Why     string          `json:"why,omitempty"`
	Size    int             `json:"size,omitempty"`
}

// packing makes the stored form of requests and answers. It uses one compressor
// again and again: to set one up costs more than to compress most bodies.
type packing struct{ to *gzip.Writer }

func (p *packing) request(r evidence.AnswerRequest) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode the request %s: %w", r.Operation, err)
	}
	return p.body(b)
}

// answer gives the document of an answer and the bodies of its items.
func (p *packing) answer(a evidence.Answer) (doc []byte, bodies [][]byte, err error) {
	d := answerDoc{Status: a.Status, Rest: a.Rest, Removed: a.Removed, Why: a.Why, Digest: a.Digest}
	if a.Rest == nil {
		d.Size = a.Size // with the rest kept, it would differ with every request id
	}
	for _, item := range a.Items {
		body, err := p.body(item)
		if err != nil {
			return nil, nil, err
		}
		d.Items = append(d.Items, evidence.Digest(body))
		bodies = append(bodies, body)
	}
	b, err := json.Marshal(d)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the answer to %s: %w", a.Request.Operation, err)
	}
	doc, err = p.body(b)
	return doc, bodies, err
}

// body compresses a document with fixed settings and no name or time, so that
// equal documents have equal digests. One that does not shrink stays as it is:
// JSON never begins like gzip.
func (p *packing) body(b []byte) ([]byte, error) {
	var out bytes.Buffer
	if p.to == nil {
		w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		p.to = w
	} else {
		p.to.Reset(&out)
	}
	if _, err := p.to.Write(b); err != nil {
		return nil, err
	}
	if err := p.to.Close(); err != nil {
		return nil, err
	}
	if out.Len() >= len(b) {
		return b, nil
	}
	return out.Bytes(), nil
}

// largestBody bounds what a packed body may grow to.
const largestBody = 64 << 20

// unpackBody is the other way round.
func unpackBody(b []byte) ([]byte, error) {
	if len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unpack an answer: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(r, largestBody+1))
	if err != nil {
		return nil, fmt.Errorf("unpack an answer: %w", err)
	}
	if len(out) > largestBody {
		return nil, fmt.Errorf("unpack an answer: it grows beyond %d MiB", largestBody>>20)
	}
	return out, nil
}

func rawDigest(digest string) ([]byte, error) {
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return nil, fmt.Errorf("digest %q: %w", digest, err)
	}
	return raw, nil
}
