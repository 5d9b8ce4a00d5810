package alert

import (
	"errors"
	"regexp"
)

var named = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// CheckName says what is wrong with the name of a receiver. The outbox and
// metrics carry it, so that it is short and plain.
func CheckName(name string) error {
	if !named.MatchString(name) {
		return errors.New("name: expected 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit")
	}
	return nil
}
