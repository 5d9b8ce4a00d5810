package webconfig

// Compare has passwords compared otherwise.
func (p *Passwords) Compare(compare func(hash, password []byte) error) { p.compare = compare }
