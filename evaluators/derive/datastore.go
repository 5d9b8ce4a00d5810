package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var datastoreRule = rule{kind: "Datastore", apply: func(w *world, s *subject) {
	d, ok := s.Body.(*evidence.Datastore)
	if !ok {
		return
	}
	public, tlsOnly := notDerived("public"), notDerived("tls_only")
	switch s.Resource.Type {
	case "aws.s3.bucket":
		public, tlsOnly = bucketPublic(w, s, d.S3), bucketTLSOnly(s, d.S3)
	case "aws.rds.db_instance", "aws.rds.db_cluster":
		// Whether the network lets anyone in is not known yet; a publicly
		// resolvable endpoint counts as reachable.
		public = databasePublic(s, d.RDS)
	case "aws.rds.db_snapshot", "aws.rds.db_cluster_snapshot":
		public = sharedWithAll(s, d)
	case "aws.ec2.snapshot":
		public = snapshotPublic(s, d.EBS)
	}
	d.Public = s.set("public", public)
	d.TLSOnly = s.set("tls_only", tlsOnly)
}}

// notDerived is the answer for data stores nobody wrote a derivation for.
func notDerived(field string) truth {
	return unseen(evidence.Hole{Field: field, Reason: evidence.NotCollected, Detail: "not derived for this type of data store"})
}

func databasePublic(s *subject, r *evidence.RDSInstance) truth {
	if r == nil {
		return unseen(sight.Holes(s.Fact, "rds.publicly_accessible")...)
	}
	return s.look("rds.publicly_accessible", r.PubliclyAccessible)
}

// sharedWithAll says whether anybody may make a store of their own from a copy.
func sharedWithAll(s *subject, d *evidence.Datastore) truth {
	if d.SharedWith == nil {
		return unseen(sight.Holes(s.Fact, "shared_with")...)
	}
	return definite(slices.Contains(d.SharedWith, "all"))
}

// snapshotPublic: the region's block is not weighed against it, since the day it
// is lifted the snapshot is public again.
func snapshotPublic(s *subject, e *evidence.EBSDisk) truth {
	if e == nil {
		return unseen(sight.Holes(s.Fact, "ebs.restorable_by_all")...)
	}
	return s.look("ebs.restorable_by_all", e.RestorableByAll)
}
