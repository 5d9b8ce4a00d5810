package export

import (
	_ "embed" // the text
	"fmt"
	"strings"
)

//go:embed VERIFY.md.txt
var verifyWords string

// verifyText is VERIFY.md: the same words in every bundle but for what it is, so
// that whoever knows one knows all.
func verifyText(x *exporter) []byte {
	e := x.from
	var b strings.Builder
	fmt.Fprintf(&b, "# How to check this bundle\n\nEvidence of the log `%s` from %s to %s: commits %d to %d, leaves %d to %d, proved under a checkpoint over %d leaves.\n\n",
		e.Origin, stamp(e.From), stamp(e.To), e.First, e.Last, e.FirstLeaf, e.LastLeaf, e.Newest.Size)
	b.WriteString(x.unprotected() + "\n\n")
	b.WriteString(verifyWords)
	return []byte(b.String())
}
