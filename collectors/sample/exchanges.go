package sample

import "github.com/controlwatch/controlwatch/collectors/transport/replay"

// Exchanges are what Player plays, for whoever needs many players: to read them
// takes longer than to play them.
func Exchanges() ([]replay.Exchange, error) { return exchanges() }
