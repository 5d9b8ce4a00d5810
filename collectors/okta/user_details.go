package okta

import (
	"context"
	"sync"

	"github.com/controlwatch/controlwatch/evidence"
)

// userDetails reads what Okta answers user by user. A read that failed for one
// user is a hole in that user; one that cannot succeed for anybody is not tried
// again for the thousands that follow.
type userDetails struct {
	source         *source
	factors, roles surrender
}

// fill adds factors and roles to a user's fact. It returns an error only when
// the pull as a whole is over.
func (d *userDetails) fill(ctx context.Context, f *evidence.Fact) error {
	user := f.Body.(*evidence.User)
	err := d.factors.try(func() error {
		mfa, err := d.source.readMFA(ctx, f.Resource.ID)
		user.MFA = mfa.seen
		for _, hole := range mfa.holes {
			f.Miss(hole.field, hole.err)
		}
		return err
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		f.Miss("mfa", err)
	}
	err = d.roles.try(func() error {
		roles, err := d.source.readRoles(ctx, f.Resource.ID)
		if err == nil {
			user.Admin, user.Roles = new(len(roles.held) > 0), roles.held
		}
		return err
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		f.Miss("admin", err)
		f.Miss("roles", err)
	}
	return nil
}

// surrender remembers the error after which asking again is useless.
type surrender struct {
	mu  sync.Mutex
	err error
}

func (s *surrender) try(ask func() error) error {
	s.mu.Lock()
	err := s.err
	s.mu.Unlock()
	if err != nil {
		return err
	}
	err = ask()
	if hopeless(err) {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	return err
}
