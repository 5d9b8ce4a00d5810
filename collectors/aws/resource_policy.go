package aws

import (
	"errors"

	"github.com/controlwatch/controlwatch/evidence"
)

// parsePolicyOf reads the policy that an operation answered.
func parsePolicyOf(operation, text string) (*evidence.PolicyDocument, error) {
	document, err := parsePolicy(text)
	if u, ok := errors.AsType[*evidence.Unseen](err); ok {
		named := *u
		named.Operation = operation
		return nil, &named
	}
	return document, err
}
