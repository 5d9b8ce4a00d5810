package expression

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/controlwatch/controlwatch/evidence"
)

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	program    cel.Program
	source     string
	parameters []string
	loops      bool // nested: bounded and interruptible
	clocked    bool
}

// Source is the expression as written.
func (p *Program) Source() string { return p.source }

// Parameters are the names of the parameters the expression reads, sorted.
func (p *Program) Parameters() []string { return p.parameters }

// Clocked says that the answer can change with time alone: the expression reads
// `now`.
func (p *Program) Clocked() bool { return p.clocked }

// Answer is what an expression says of a fact.
type Answer struct {
	Known  bool     // Value holds
	Value  bool     // meaningless unless Known
	Unseen []string // paths that were not seen and on which the answer depends, sorted
	Err    error    // why it could not be evaluated; nil where it is merely unknown
}

// Subject is a fact prepared to be judged by any number of expressions of its
// kind. The zero Subject answers nothing.
type Subject struct {
	self, resource *object
	now            types.Timestamp
	parameters     map[string]ref.Val
}

// Subject prepares a fact. The body must be a pointer to the kind's struct.
func (e *Env) Subject(body any, resource *evidence.Resource, now time.Time) (*Subject, error) {
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Type().Elem() != e.rootType {
		return nil, fmt.Errorf("body is a %T: expected *evidence.%s", body, e.root.name)
	}
	return &Subject{
		self:       &object{layout: e.root, value: v.Elem(), index: -1},
		resource:   &object{layout: e.resource, value: reflect.ValueOf(resource).Elem(), name: "resource", index: -1},
		now:        types.Timestamp{Time: now},
		parameters: e.parameters,
	}, nil
}

// With is the same fact under another control's parameters, those of env.
func (s *Subject) With(env *Env) Subject {
	return Subject{self: s.self, resource: s.resource, now: s.now, parameters: env.parameters}
}

// ResolveName gives CEL the variables.
func (s *Subject) ResolveName(name string) (any, bool) {
	switch name {
	case "self":
		return s.self, true
	case "resource":
		return s.resource, true
	case "now":
		return s.now, true
	}
	v, ok := s.parameters[name]
	return v, ok
}

// Parent is none.
func (s *Subject) Parent() interpreter.Activation { return nil }

// Evaluate answers for one fact. The error is of the context only; whatever goes
// wrong in the expression is part of the answer.
func (p *Program) Evaluate(ctx context.Context, s *Subject) (Answer, error) {
	var out ref.Val
	var err error
	if p.loops {
		out, _, err = p.program.ContextEval(ctx, s)
		if ctx.Err() != nil {
			return Answer{}, context.Cause(ctx)
		}
	} else {
		out, _, err = p.program.Eval(s)
	}
	switch v := out.(type) {
	case types.Bool:
		if err == nil {
			return Answer{Known: true, Value: bool(v)}, nil
		}
	case *types.Unknown:
		if err == nil {
			return Answer{Unseen: paths(v)}, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("gave %v, which is neither true nor false", out)
	}
	return Answer{Err: tidy(err)}, nil
}

// tidy keeps the message of a CEL error without the position in a plan.
func tidy(err error) error {
	var e *types.Err
	if errors.As(err, &e) && e.Unwrap() != nil {
		return e.Unwrap()
	}
	return err
}

func paths(u *types.Unknown) []string {
	var found []string
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			found = append(found, t.String())
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
