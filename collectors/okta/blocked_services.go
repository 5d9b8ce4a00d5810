package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// readBlockedServices lists what the active blocking zones keep out beside
// addresses and countries. Every org has a blocking zone of Okta's making that is
// empty, so that there is a zone says nothing.
// Source: schemas EnhancedDynamicNetworkZone, DynamicNetworkZone.
func (s *source) readBlockedServices(ctx context.Context) ([]string, error) {
	blocked := []string{}
	err := s.client.list(ctx, readZones, "/api/v1/zones", url.Values{"limit": {"200"}}, func(page []json.RawMessage) error {
		for _, raw := range page {
			services, err := parseZone(raw)
			if err != nil {
				return unseen(readZones, evidence.ProviderError, err)
			}
			blocked = append(blocked, services...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(blocked)
	return slices.Compact(blocked), nil
}

func parseZone(raw json.RawMessage) ([]string, error) {
	var z struct {
		ID       string `json:"id"`
		Status   string `json:"status"`
		Usage    string `json:"usage"`
		Proxy    string `json:"proxyType"`
		Services struct {
			Include []string `json:"include"`
		} `json:"ipServiceCategories"`
	}
	if err := json.Unmarshal(raw, &z); err != nil {
		return nil, fmt.Errorf("a zone cannot be read: %w", err)
	}
	if z.ID == "" {
		return nil, errors.New("a zone has no id")
	}
	if z.Status != "ACTIVE" || z.Usage != "BLOCKLIST" {
		return nil, nil
	}
	services := z.Services.Include
	if z.Proxy != "" && z.Proxy != "null" {
		services = append(services, "proxy:"+z.Proxy)
	}
	return services, nil
}
