package main

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// keepingAnswers commits pulls with the redacted answers behind them, within the
// bounds the configuration sets. Of the sources' maximum ages the smallest counts:
// several may plan one feed.
func keepingAnswers(s *store.Store, c config.Answers, ages map[string]time.Duration) func(context.Context, evidence.Pull, []evidence.Fact, []evidence.Answer) error {
	budget, err := c.Budget.Number()
	if err != nil {
		budget = store.DefaultAnswerBudget // the configuration was checked when it was read
	}
	policy := store.AnswerPolicy{Keep: time.Duration(c.Keep), Budget: budget}
	for _, age := range ages {
		if age > 0 && (policy.MaxAge == 0 || age < policy.MaxAge) {
			policy.MaxAge = age
		}
	}
	return func(ctx context.Context, pull evidence.Pull, facts []evidence.Fact, answers []evidence.Answer) error {
		return s.CommitAnswered(ctx, pull, facts, answers, policy)
	}
}
