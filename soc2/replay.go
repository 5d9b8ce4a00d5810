package soc2

import "time"

// Replay is what came of judging stored evidence again. It is no judgement of its
// own: nothing of it is merged with what was judged at the time.
type Replay struct {
	PerformedAt time.Time
	Judge       Judge  // engine and derivations that judged again; catalogue and parameters where they were given
	Version     string // of the program that judged again
	From, To    time.Time
	Control     string // only this control was compared; empty: all
	WhatIf      bool   // catalogue or parameters were exchanged
	Exchanged   []string
	SampleData  bool

	Assessments int // in the window
	Sampled     int // of them chosen; as many as there are unless a sample was asked for
	Reproduced  int // came out as they were kept, in everything
	Verdicts    int64
	// Rejudged counts the resources judged in full; of the others it was shown that
	// they could not come out otherwise than the assessment before.
	Rejudged, Resources int64
	// NamesErased counts the resources whose names of then were erased, and were
	// collected again: their names were not compared, all else was.
	NamesErased int

	Unproved    []Unproved // could not be proved: another judge, or not enough was kept
	Differences []Difference
	Different   int // assessments with differences
	More        int // differences beyond those listed
	Otherwise   []Otherwise
	Days        []OutcomesOfDay
}

// Unproved is a run of assessments that could not be proved, and why.
type Unproved struct {
	First       string    `json:"first"`
	Last        string    `json:"last"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Assessments int       `json:"assessments"`
	Why         string    `json:"why"`
	Judge       Judge     `json:"judge"`
	Compared    bool      `json:"compared"` // verdicts that differ are listed as judgement changed
}
