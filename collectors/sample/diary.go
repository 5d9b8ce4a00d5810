package sample

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Deed is what was done at the sample company before its day: somebody ran a command
// of controlwatch, or controlwatch looked.
type Deed struct {
	At   time.Time `yaml:"at"`
	Run  []string  `yaml:"run"`  // the command; "$folder" in it is where Write wrote, and As of a deed before stands for its record
	As   string    `yaml:"as"`   // what the record that it makes is called
	Look *[]string `yaml:"look"` // folders of scenes that were so then; given: it looked
}

// Diary is what was done, in the order of time.
func Diary() ([]Deed, error) {
	b, err := files.ReadFile("diary.yaml")
	if err != nil {
		return nil, err
	}
	var all []Deed
	if err := strictyaml.Decode("diary.yaml", b, &all); err != nil {
		return nil, fmt.Errorf("sample company: %w", err)
	}
	for i, d := range all {
		if (d.Look == nil) == (len(d.Run) == 0) || !d.At.Before(Day) || i > 0 && d.At.Before(all[i-1].At) {
			return nil, fmt.Errorf("sample company: diary.yaml: entry %d: expected a command or a look, in the order of time, before %s", i+1, Day.Format(time.DateOnly))
		}
	}
	return all, nil
}

// folders are the sources that were configured last, of what people wrote into files:
// before, these files were not there.
const folders = "  - provider: attestations\n"

// WriteThen puts the configuration as it was in the time of the diary beside the one
// that Write has written, and returns its path.
func WriteThen(dir string) (string, error) {
	now, err := files.ReadFile("controlwatch.yaml")
	if err != nil {
		return "", err
	}
	then, _, found := bytes.Cut(now, []byte(folders))
	if !found {
		return "", fmt.Errorf("sample company: controlwatch.yaml: there is no %q", folders)
	}
	file := filepath.Join(dir, "before.yaml")
	return file, os.WriteFile(file, then, 0o600)
}

// Then answers as the sample company's providers would have, with scenes that were so.
func Then(scenes []string) (http.RoundTripper, error) {
	base, err := exchanges()
	if err != nil {
		return nil, err
	}
	var other []replay.Exchange
	for _, folder := range scenes {
		part, err := fs.Sub(files, "scenes/"+folder)
		if err != nil {
			return nil, err
		}
		more, err := replay.Load(part)
		if err != nil {
			return nil, fmt.Errorf("sample company: %w", err)
		}
		other = append(other, more...)
	}
	return replay.New(replay.Override(base, slices.Clip(other))), nil
}
