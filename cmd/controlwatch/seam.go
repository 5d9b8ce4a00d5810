package main

import (
	"os"
	"path/filepath"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
)

// newSeam is the way out to providers as the configuration wants it. observe is
// told of every call; nil: nobody is.
func (p *program) newSeam(c config.Config, observe func(transport.Call)) (*transport.Seam, error) {
	o := transport.Options{Base: p.base, Clock: p.now, Observe: observe}
	if n := c.Network; p.base == nil && n != (config.Network{}) {
		network := transport.Network{Proxy: n.Proxy}
		if n.CAFile != "" {
			path := n.CAFile
			if !filepath.IsAbs(path) {
				path = filepath.Join(filepath.Dir(c.File), path)
			}
			pem, err := os.ReadFile(path)
			if err != nil {
				return nil, c.Problem([]any{"network", "ca_file"}, "network.ca_file: %v", err)
			}
			network.CA = pem
		}
		base, err := network.Base()
		if err != nil {
			return nil, c.Problem([]any{"network"}, "network.%v", err)
		}
		o.Base = base
	}
	return transport.New(o), nil
}
