package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// ErrRefused is returned for a request the guard did not let out: its operation
// is not declared by the running collector, or no collector is running.
var ErrRefused = errors.New("refused: collectors may only make the reads they declare")

// guard names the operation of a request and refuses it unless the collector
// whose meter is in the context declares it.
func (rt *roundTripper) guard(req *http.Request, m *Meter) (operation, service string, err error) {
	if rt.policy.Identify == nil {
		return "", "", fmt.Errorf("%s %s: %w: the policy of %s names no operations", req.Method, req.URL.Path, ErrRefused, rt.policy.Provider)
	}
	operation, service, err = rt.policy.Identify(req)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if operation == "" {
		return "", "", fmt.Errorf("%s %s: %w: it has no name", req.Method, req.URL.Path, ErrRefused)
	}
	if m == nil {
		return operation, "", fmt.Errorf("%s: %w: no collector is running", operation, ErrRefused)
	}
	if !slices.Contains(m.collector.Reads, operation) && !rt.isMint(operation) {
		return operation, "", fmt.Errorf("%s: %w: %s does not declare it", operation, ErrRefused, m.collector.Name)
	}
	return operation, service, nil
}

func (rt *roundTripper) isMint(operation string) bool {
	return slices.Contains(rt.policy.TokenMints, operation)
}

// call is what the guard knows of a request, carried to the layers below.
type call struct {
	operation string
	mint      bool
}

type callKey struct{}

func withCall(ctx context.Context, c call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// Operation is the name the guard gave to the request of this context. It is
// known below the guard only: to a Base, a replay, a recorder.
func Operation(ctx context.Context) string {
	c, _ := ctx.Value(callKey{}).(call)
	return c.operation
}

// MintsToken says that the request of this context exchanges credentials: what
// it says and what it is answered must not be recorded.
func MintsToken(ctx context.Context) bool {
	c, _ := ctx.Value(callKey{}).(call)
	return c.mint
}
