package email

import "sync"

// taken is who had which of the last messages: where one mailbox is full for a
// day, the others must not get a copy at every attempt. It is not kept over a
// restart; then Message-IDs tell.
type taken struct {
	mu    sync.Mutex
	by    map[string]map[string]bool // address by notice
	order []string
}

const mostTaken = 256

func (t *taken) has(id, address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.by[id][address]
}

func (t *taken) add(id string, addresses []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(addresses) == 0 {
		return
	}
	if t.by[id] == nil {
		t.by[id] = map[string]bool{}
		t.order = append(t.order, id)
	}
	for _, a := range addresses {
		t.by[id][a] = true
	}
	if len(t.order) > mostTaken {
		delete(t.by, t.order[0])
		t.order = t.order[1:]
	}
}
