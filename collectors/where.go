package collectors

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

//go:embed where.yaml
var wherePages []byte

// Where is how somebody sees at the provider what we saw, without us.
type Where struct {
	Page    string `yaml:"page" json:"page,omitempty"`       // of the provider's console; empty: none is known
	Command string `yaml:"command" json:"command,omitempty"` // of the provider's own tool; several joined by "; "
	None    string `yaml:"none" json:"none,omitempty"`       // why there is neither
}

// WhereIs says where a resource is seen at its provider.
func WhereIs(r evidence.Resource) (Where, error) {
	all, err := wherever()
	if err != nil {
		return Where{}, err
	}
	w, ok := all[r.Type]
	if !ok {
		return Where{None: "no such page or command is known for " + r.Type}, nil
	}
	id, name := r.ID, r.Label()
	if r.Kind == evidence.KindScope {
		id, name = "ID", "NAME" // of any in it
	}
	w.Page = strings.NewReplacer("{id}", id, "{name}", name, "{account}", r.Account, "{region}", r.Region).Replace(w.Page)
	account := r.Account
	if quoted(account) != account {
		account = "ACCOUNT" // it stands inside quotes in places
	}
	w.Command = strings.NewReplacer("{id}", quoted(id), "{name}", quoted(name), "{account}", account, "{region}", quoted(r.Region)).Replace(w.Command)
	return w, nil
}

// quoted makes one word for a shell of what a provider, or whoever named a thing
// there, chose: it is copied and run by people with many rights.
func quoted(word string) string {
	if !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@=+-", r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func wherever() (map[string]Where, error) {
	node, err := strictyaml.Parse("where.yaml", wherePages)
	if err != nil {
		return nil, fmt.Errorf("where resources are seen: %w", err)
	}
	all := map[string]Where{}
	if err := node.Decode(&all); err != nil {
		return nil, fmt.Errorf("where resources are seen: %w", err)
	}
	return all, nil
}
