package sample

import (
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport/replay"
)

// Scene is a change in the sample company's life. Its answers take the place of
// those that ask the same, until the next scene.
type Scene struct {
	After   time.Duration // since the company was first looked at
	Says    string        // what happens, for people
	folders []string      // of what is other than at first
}

// Scenes are what happens while the demo runs, within a minute.
var Scenes = []Scene{
	{10 * time.Second, "GitHub: the branch main of cloud-api loses its ruleset", []string{"branch"}},
	{20 * time.Second, "Okta: Marie's only second factor disappears", []string{"branch", "factor"}},
	{30 * time.Second, "AWS: reading the databases of eu-west-1 is denied", []string{"branch", "factor", "denied"}},
	{45 * time.Second, "GitHub: the branch has its ruleset again", []string{"factor", "denied"}},
}

// Life answers as the sample company's providers would, a time after it was
// first looked at.
func Life(since func() time.Duration) (http.RoundTripper, error) {
	base, err := exchanges()
	if err != nil {
		return nil, err
	}
	l := &life{since: since, players: []*replay.Player{replay.New(base)}}
	for _, s := range Scenes {
		var other []replay.Exchange
		for _, folder := range s.folders {
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
		l.players = append(l.players, replay.New(replay.Override(base, other)))
	}
	return l, nil
}

// life plays the scene of the moment.
type life struct {
	since   func() time.Duration
	players []*replay.Player // before the first scene, and of each
}

// RoundTrip answers a request.
func (l *life) RoundTrip(req *http.Request) (*http.Response, error) {
	now := l.since()
	scene := 0
	for i, s := range slices.Backward(Scenes) {
		if now >= s.After {
			scene = i + 1
			break
		}
	}
	return l.players[scene].RoundTrip(req)
}
