package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/witness"
)

// witnessKeys reads the keys of witnesses from files, one on each line as the witness
// publishes it, and those that a configuration names for its anchors.
func (p *program) witnessKeys(files []string, configuration string) ([]witness.Key, error) {
	var keys []witness.Key
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--witness: %w", err)
		}
		before := len(keys)
		for n, line := range strings.Split(string(text), "\n") {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			key, err := witness.ParseKey(line)
			if err != nil {
				return nil, fmt.Errorf("--witness: %s, line %d: %w", file, n+1, err)
			}
			keys = append(keys, key)
		}
		if len(keys) == before {
			return nil, fmt.Errorf("--witness: %s holds no key: expected NAME+HASH+BASE64, one on each line", file)
		}
	}
	if configuration == "" {
		return keys, nil
	}
	cfg, err := config.Read(configuration, p.env)
	if err != nil {
		return nil, err
	}
	for _, a := range cfg.Evidence.Log.Anchors {
		if a.Webhook == nil || a.Webhook.WitnessKey == "" {
			continue
		}
		key, err := witness.ParseKey(a.Webhook.WitnessKey)
		if err != nil {
			return nil, fmt.Errorf("witness key of anchor %s: %w", a.Name, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// cosigned judges the signature lines of a witness by the keys that are known. Without
// a name, none of the lines is of any of these keys: nothing is known of them. A line
// that says to be of one and is not is an error.
func cosigned(keys []witness.Key, lines, checkpoint []byte) (at time.Time, by string, err error) {
	for _, key := range keys {
		at, err := key.Verify(checkpoint, lines)
		if _, others := errors.AsType[*note.UnverifiedNoteError](err); others {
			continue
		}
		return at, key.Name(), err
	}
	return time.Time{}, "", nil
}
