package github

// account is who did something. GitHub says null where the account is gone: its
// login is then empty.
type account struct {
	Login string `json:"login"`
	Type  string `json:"type"` // User, Bot, Organization, Mannequin
}

// bot says that a program acts, not a person.
func (a account) bot() bool { return a.Type == "Bot" }

// or gives the value, or another where GitHub said null.
func (s stated[T]) or(other T) T {
	if s.Value == nil {
		return other
	}
	return *s.Value
}
