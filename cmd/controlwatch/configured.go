package main

import "github.com/controlwatch/controlwatch/config"

// configured is the configuration that a command was given; without one, the
// defaults. It is read once, so that no two parts of a command see different ones.
func (p *program) configured(file string) (c config.Config, err error) {
	if file == "" {
		return config.Default(), nil
	}
	c, read := p.configs[file]
	if !read {
		if c, err = config.Read(file, p.env); err != nil {
			return c, err
		}
		p.configs = map[string]config.Config{file: c}
	}
	return c, nil
}
