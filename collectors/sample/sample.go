// Package sample is a company that does not exist, Acme Robotics: exchanges its
// providers would have, attestations and sets of facts its people would have
// made, and the configuration that reads them. The demo and many tests run the
// real pipeline over it. Each file of exchanges states its origin.
package sample

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport/replay"
)

//go:embed controlwatch.yaml diary.yaml exchanges scenes all:attestations facts records
var files embed.FS

// Day is when the sample company is looked at. Its keys, sign-ins and
// attestations have the ages they have on this day, whatever the real date.
var Day = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// exchanges are read once: they are many, and nobody changes them.
var exchanges = sync.OnceValues(func() ([]replay.Exchange, error) {
	folder, err := fs.Sub(files, "exchanges")
	if err != nil {
		return nil, err
	}
	all, err := replay.Load(folder)
	if err != nil {
		return nil, fmt.Errorf("sample company: %w", err)
	}
	return all, nil
})

// Player answers as the sample company's providers would.
func Player() (*replay.Player, error) {
	all, err := exchanges()
	if err != nil {
		return nil, err
	}
	return replay.New(all), nil
}

// Write puts the configuration, the attestations, the sets of facts and the files
// behind records into a folder and returns the configuration's path.
func Write(dir string) (string, error) {
	for _, part := range []string{"controlwatch.yaml", "attestations", "facts", "records"} {
		err := fs.WalkDir(files, part, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			to := filepath.Join(dir, filepath.FromSlash(name))
			if d.IsDir() {
				return os.MkdirAll(to, 0o700)
			}
			b, err := files.ReadFile(name)
			if err != nil {
				return err
			}
			return os.WriteFile(to, b, 0o600)
		})
		if err != nil {
			return "", fmt.Errorf("write sample company: %w", err)
		}
	}
	return filepath.Join(dir, "controlwatch.yaml"), nil
}

// Env is the environment the providers' clients find instead of this machine's,
// so that nothing real is ever used or signed with. The key is the example of
// AWS's documentation.
func Env(name string) string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "sample", "AWS_REGION": "eu-west-1",
	}[name]
}
