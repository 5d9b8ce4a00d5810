package catalogue

import (
	_ "embed" // the questions
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/controlwatch/controlwatch/soc2"
)

//go:embed answers.yaml
var customerQuestions string

// CustomerQuestions are those that customers ask, in their order. They change nothing
// that is judged and are no part of the catalogue's digest.
func CustomerQuestions() ([]soc2.CustomerQuestion, error) {
	var all []soc2.CustomerQuestion
	if err := yaml.NewDecoder(strings.NewReader(customerQuestions), yaml.Strict()).Decode(&all); err != nil {
		return nil, fmt.Errorf("questions of customers: %w", err)
	}
	return all, nil
}
