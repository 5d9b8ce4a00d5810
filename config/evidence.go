package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Evidence is what is kept beside the facts, and how all of it is kept.
type Evidence struct {
	Answers   Answers   `yaml:"answers" json:"answers,omitzero"`
	Log       Log       `yaml:"log" json:"log,omitzero"`
	Retention Retention `yaml:"retention" json:"retention,omitzero"`

	MaxFileSize Bytes `yaml:"max_file_size" json:"max_file_size,omitempty" jsonschema:"description=Largest file that can be attached to an attestation or a walkthrough\\, at most 1GiB. Default 20MiB."`
}

// DefaultMaxFileSize is how large an attached file may be.
const DefaultMaxFileSize Bytes = "20MiB"

// FileLimit is the largest file that can be attached, in bytes.
func (e Evidence) FileLimit() (int64, error) {
	size := e.MaxFileSize
	if size == "" {
		size = DefaultMaxFileSize
	}
	n, err := size.Number()
	if err == nil && (n < 1 || n > 1<<30) {
		err = fmt.Errorf("%s: expected between 1KiB and 1GiB", size)
	}
	return n, err
}

// Answers bounds what is kept of the providers' redacted answers.
type Answers struct {
	Keep   Duration `yaml:"keep" json:"keep,omitempty" jsonschema:"description=The redacted answers of each feed are kept at least this often\\, and whenever its facts change. Between 1h and 2160h. Default 24h."`
	Budget Bytes    `yaml:"budget" json:"budget,omitempty" jsonschema:"description=What all kept answers may take in the store\\, such as 500MiB or 2GiB; 0 keeps none. What exceeds it is not kept; the pull's record and a metric say so. Default 1GiB."`
}

// The defaults of what is left out.
const (
	DefaultAnswersKeep         = 24 * time.Hour
	DefaultAnswersBudget Bytes = "1GiB"
)

func (a *Answers) fill() {
	if a.Keep == 0 {
		a.Keep = Duration(DefaultAnswersKeep)
	}
	if a.Budget == "" {
		a.Budget = DefaultAnswersBudget
	}
}

func (a Answers) problems() map[string]string {
	out := map[string]string{}
	if d := time.Duration(a.Keep); d < time.Hour || d > 90*24*time.Hour {
		out["keep"] = "expected between 1h and 2160h"
	}
	if _, err := a.Budget.Number(); err != nil {
		out["budget"] = err.Error()
	}
	return out
}

// Bytes is an amount such as "500MiB".
type Bytes string

// Number is the amount in bytes.
func (b Bytes) Number() (int64, error) {
	text, shift := string(b), 0
	for unit, n := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			text, shift = strings.TrimSpace(number), n
			break
		}
	}
	n, err := strconv.ParseUint(text, 10, 62-shift)
	if err != nil {
		return 0, fmt.Errorf("%q is no amount of bytes; expected a whole number with KiB, MiB, GiB or TiB, such as 500MiB", string(b))
	}
	return int64(n << shift), nil // bounded by the number of bits read
}
