package aws

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// noPolicy is a resource without a policy.
func noPolicy() *evidence.PolicyDocument { return &evidence.PolicyDocument{Absent: true} }

// parsePolicy reads a policy document. An element it does not know is an error,
// since it might change what the statement means. Source: IAM user guide, IAM
// JSON policy elements reference; names of elements have one spelling.
func parsePolicy(text string) (*evidence.PolicyDocument, error) {
	var doc struct {
		Version   string
		ID        string `json:"Id"`
		Statement oneOrMore[statement]
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&doc); err != nil {
		return nil, &evidence.Unseen{Reason: evidence.ProviderError, Operation: "s3:GetBucketPolicy", Err: fmt.Errorf("the policy cannot be read: %w", err)}
	}
	if len(doc.Statement) == 0 {
		return nil, without("s3:GetBucketPolicy", "statement")
	}
	out := &evidence.PolicyDocument{}
	for _, s := range doc.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return nil, without("s3:GetBucketPolicy", "effect of a statement")
		}
		out.Statements = append(out.Statements, evidence.PolicyStatement{
			Sid: s.Sid, Effect: s.Effect,
			Principal: s.Principal, NotPrincipal: s.NotPrincipal,
			Action: s.Action, NotAction: s.NotAction,
			Resource: s.Resource, NotResource: s.NotResource,
			Condition: s.condition(),
		})
	}
	return out, nil
}

type statement struct {
	Sid          string
	Effect       string
	Principal    principals
	NotPrincipal principals
	Action       oneOrMore[string]
	NotAction    oneOrMore[string]
	Resource     oneOrMore[string]
	NotResource  oneOrMore[string]
	Condition    map[string]map[string]oneOrMore[scalar]
}

func (s statement) condition() map[string]map[string][]string {
	if s.Condition == nil {
		return nil
	}
	out := map[string]map[string][]string{}
	for operator, keys := range s.Condition {
		out[operator] = map[string][]string{}
		for key, values := range keys {
			list := []string{}
			for _, v := range values {
				list = append(list, string(v))
			}
			out[operator][key] = list
		}
	}
	return out
}

// oneOrMore is a value or a list of values.
type oneOrMore[T any] []T

// UnmarshalJSON reads either form, and refuses null: an element that is there
// and says nothing.
func (o *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return errors.New("null where a value must be")
	}
	if b[0] == '[' {
		var many []T
		if err := strictly(b, &many); err != nil {
			return err
		}
		*o = many
		return nil
	}
	var one T
	if err := strictly(b, &one); err != nil {
		return err
	}
	*o = oneOrMore[T]{one}
	return nil
}

// principals is "*" or a map from type to one or more values.
type principals map[string][]string

// UnmarshalJSON reads either form.
func (p *principals) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var all string
		if err := json.Unmarshal(b, &all); err != nil {
			return err
		}
		*p = principals{all: {all}}
		return nil
	}
	var byType map[string]oneOrMore[string]
	if err := json.Unmarshal(b, &byType); err != nil {
		return err
	}
	*p = principals{}
	for kind, values := range byType {
		(*p)[kind] = values
	}
	return nil
}

// scalar is a condition's value: text, or a number or boolean that means the same as its text.
type scalar string

// UnmarshalJSON reads any of them.
func (s *scalar) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		*s = scalar(text)
		return nil
	}
	switch b[0] {
	case '{', '[', 'n':
		return errors.New("a condition's value is neither text, number nor boolean")
	}
	*s = scalar(b)
	return nil
}

// strictly refuses unknown elements below an UnmarshalJSON, where the outer
// decoder's strictness does not reach.
func strictly(b []byte, into any) error {
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
