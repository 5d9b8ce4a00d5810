package connect

import "fmt"

// Safely turns a panic into an error. Its value stays out of what we keep
// unless it is an error's text: it could be anything. Every goroutine that a
// collector starts needs it: a panic there is out of the reach of whoever waits,
// and would end the program.
func Safely(name string, f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("panic in %s: %w", name, v)
		case string:
			err = fmt.Errorf("panic in %s: %s", name, v)
		default:
			err = fmt.Errorf("panic in %s: a %T", name, v)
		}
	}()
	return f()
}
