package attestations

import (
	"context"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// committed asks who committed the files of statements, as they were read.
func (s *source) committed(ctx context.Context, found []statement) (map[string]connect.Commit, error) {
	if s.commits == nil || len(found) == 0 {
		return nil, nil
	}
	files := map[string][]byte{}
	for _, st := range found {
		files[st.file] = st.src
	}
	return s.commits(ctx, s.dir, files)
}

// known says of a statement who committed it. The signer of the commit is known to
// have performed the control only if the statement says so itself, and if there is
// nothing else in the file that the commit may have been about.
func (s statement) known(body *evidence.Attestation, c connect.Commit) {
	body.Commit, body.SignedBy, body.Unverified = c.Hash, c.Signer, c.Unverified
	if c.Signer == "" {
		return
	}
	switch {
	case c.Is == nil || !c.Is(body.PerformedBy):
		body.Unverified = "whoever committed it is not known to be who performed it"
	case !s.alone:
		body.Unverified = "its file holds other statements, and which of them the commit was about is not known; give it a file of its own"
	default:
		body.Identity = evidence.IdentityGit
	}
}
