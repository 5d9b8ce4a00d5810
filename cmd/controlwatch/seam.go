package main

import (
	"net/http"
	"os"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
)

// newSeam is the way out to providers as the configuration wants it. observe is
// told of every call; nil: nobody is.
func (p *program) newSeam(c config.Config, observe func(transport.Call)) (*transport.Seam, error) {
	base, err := p.wayOut(c)
	if err != nil {
		return nil, err
	}
	return transport.New(transport.Options{Base: base, Clock: p.now, Observe: observe}), nil
}

// wayOut is the network as the configuration wants it; nil: as the machine has it.
func (p *program) wayOut(c config.Config) (http.RoundTripper, error) {
	if n := c.Network; p.base == nil && n != (config.Network{}) {
		network := transport.Network{Proxy: n.Proxy}
		if n.CAFile != "" {
			pem, err := os.ReadFile(beside(c, n.CAFile))
			if err != nil {
				return nil, c.Problem([]any{"network", "ca_file"}, "network.ca_file: %v", err)
			}
			network.CA = pem
		}
		base, err := network.Base()
		if err != nil {
			return nil, c.Problem([]any{"network"}, "network.%v", err)
		}
		return base, nil
	}
	return p.base, nil
}
