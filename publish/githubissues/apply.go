package githubissues

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// create makes a new issue. An issue whose answer was lost is looked for by its
// mark in the next run, and never made again in this one.
func (r *round) create(ctx context.Context, g *gap, a Action) error {
	if r.dry {
		r.out.Actions = append(r.out.Actions, a)
		return nil
	}
	var made issue
	_, err := r.send(ctx, createIssue, 0, nil, a.change, &made)
	if refusedWith(err, http.StatusUnprocessableEntity) && a.change.Assignees != nil {
		// Most often somebody who cannot be assigned: the issue matters more.
		a.change.Assignees = nil
		a.Why += "; its owner cannot be assigned"
		_, err = r.send(ctx, createIssue, 0, nil, a.change, &made)
	}
	if err == nil && (made.Number <= 0 || take(made.Body).mark.gap != g.id) {
		err = fmt.Errorf("%s: %w", createIssue.name, errUncertain)
	}
	if err != nil {
		return r.failed(ctx, a, err)
	}
	a.Done, a.Number, a.URL = true, made.Number, made.URL
	if !slices.ContainsFunc(made.labels(), func(l string) bool { return strings.EqualFold(l, r.opts.Label) }) {
		a.failed = fmt.Errorf("GitHub left out the label %q: the credentials may not set labels, and without it the issue is found only through the log", r.opts.Label)
		a.Error = a.failed.Error()
	}
	r.out.Actions = append(r.out.Actions, a)
	return r.remember(ctx, g.id, made, Created)
}

// do changes an issue, with the comment first: the state is written in the one
// request that changes it, so that a run that was cut short goes on where it was.
func (r *round) do(ctx context.Context, a Action, is issue) error {
	if r.dry || a.Do == Unchanged || a.Do == Left {
		a.Done = !r.dry && a.Do == Unchanged
		r.out.Actions = append(r.out.Actions, a)
		return nil
	}
	if a.comment != "" {
		if err := r.say(ctx, a, is); err != nil {
			return r.failed(ctx, a, err)
		}
	}
	var changed issue
	_, err := r.send(ctx, updateIssue, is.Number, nil, a.change, &changed)
	if refusedWith(err, http.StatusUnprocessableEntity) && a.change.Assignees != nil {
		a.change.Assignees = nil
		a.Why += "; its owner cannot be assigned"
		_, err = r.send(ctx, updateIssue, is.Number, nil, a.change, &changed)
	}
	if err != nil {
		return r.failed(ctx, a, err)
	}
	a.Done = true
	r.out.Actions = append(r.out.Actions, a)
	return nil
}

// say writes a comment, unless it stands there from a run that was cut short.
func (r *round) say(ctx context.Context, a Action, is issue) error {
	note := said(a.mark, string(a.Do))
	there, err := pages[struct {
		Body string `json:"body"`
	}](ctx, r.client, listComments, is.Number, url.Values{})
	if err != nil {
		return err
	}
	for _, c := range there {
		if strings.Contains(c.Body, note) {
			return nil
		}
	}
	_, err = r.send(ctx, createComment, is.Number, nil, map[string]string{"body": a.comment + "\n\n" + note}, &struct{}{})
	return err
}

// failed notes an action that failed. What would fail the next one as well ends the run.
func (r *round) failed(ctx context.Context, a Action, err error) error {
	a.failed, a.Error = err, err.Error()
	r.out.Actions = append(r.out.Actions, a)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	no, refused := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errUncertain):
		return nil
	case !refused || no.limited:
		return err
	case no.status == http.StatusForbidden:
		// One issue may be locked. Twice in a run, and nothing done, is a missing permission.
		if r.forbidden++; r.forbidden > 1 && !r.out.Changed() {
			return err
		}
		return nil
	case no.status == http.StatusMovedPermanently, no.status == http.StatusGone, no.status == http.StatusNotFound, no.status == http.StatusUnprocessableEntity:
		return nil
	}
	return err
}
