package main

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// keepingAnswers commits pulls with the redacted answers behind them, within the
// bounds the configuration sets.
func keepingAnswers(s *store.Store, c config.Answers) func(context.Context, evidence.Pull, []evidence.Fact, []evidence.Answer) error {
	budget, err := c.Budget.Number()
	if err != nil {
		budget = store.DefaultAnswerBudget // the configuration was checked when it was read
	}
	policy := store.AnswerPolicy{Keep: time.Duration(c.Keep), Budget: budget}
	return func(ctx context.Context, pull evidence.Pull, facts []evidence.Fact, answers []evidence.Answer) error {
		return s.CommitAnswered(ctx, pull, facts, answers, policy)
	}
}
