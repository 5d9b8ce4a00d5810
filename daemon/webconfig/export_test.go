package webconfig

// Hold takes the turn to compare until it is released.
func (p *Passwords) Hold() (release func()) {
	p.turn <- struct{}{}
	return func() { <-p.turn }
}
