package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// bucketPublic says whether anyone can reach a bucket through its policy or its
// access list, given the blocks of the bucket and of the account, of which the
// stricter holds. Access lists of single objects are not known.
// Source: Amazon S3 user guide, blocking public access.
func bucketPublic(w *world, s *subject, b *evidence.S3Bucket) truth {
	if b == nil {
		return unseen(sight.Holes(s.Fact, "s3")...)
	}
	ignoreACLs := or(
		s.block("ignore_public_acls", b.PublicAccessBlock, func(p *evidence.PublicAccessBlock) *bool { return p.IgnorePublicACLs }),
		w.accountBlock(s, "ignore_public_acls", func(p *evidence.PublicAccessBlock) *bool { return p.IgnorePublicACLs }),
	)
	restrict := or(
		s.block("restrict_public_buckets", b.PublicAccessBlock, func(p *evidence.PublicAccessBlock) *bool { return p.RestrictPublicBuckets }),
		w.accountBlock(s, "restrict_public_buckets", func(p *evidence.PublicAccessBlock) *bool { return p.RestrictPublicBuckets }),
	)
	return or(
		and(policyPublic(s, b.Policy), not(restrict)),
		and(grantsPublic(s, b.Grants), not(ignoreACLs), not(aclsDisabled(s, b.Ownership))),
	)
}

// block reads one switch of the bucket's own block.
func (s *subject) block(name string, p *evidence.PublicAccessBlock, get func(*evidence.PublicAccessBlock) *bool) truth {
	var value *bool
	if p != nil {
		value = get(p)
	}
	return s.look("s3.public_access_block."+name, value)
}

// accountBlock reads one switch of the block of the bucket's account.
func (w *world) accountBlock(s *subject, name string, get func(*evidence.PublicAccessBlock) *bool) truth {
	defaults := w.beside(s.Resource, "DatastoreDefaults")
	if len(defaults) == 0 {
		holes := w.Kind(s.Resource.Provider, s.Resource.Account, "DatastoreDefaults")
		if len(holes) == 0 {
			holes = []evidence.Hole{{Reason: evidence.NotCollected, Detail: "the account's own settings are missing"}}
		}
		return unseen(holes...)
	}
	// One account has one such fact; were there more, the weakest would count.
	all := make([]truth, 0, len(defaults))
	for _, f := range defaults {
		all = append(all, w.switchOf(f, name, get))
	}
	return and(all...)
}

func (w *world) switchOf(f *evidence.Fact, name string, get func(*evidence.PublicAccessBlock) *bool) truth {
	if h, lost := w.Fact(f); lost {
		return unseen(h)
	}
	var value *bool
	if d, ok := f.Body.(*evidence.DatastoreDefaults); ok && d.PublicAccessBlock != nil {
		value = get(d.PublicAccessBlock)
	}
	t := (&subject{f}).look("public_access_block."+name, value)
	for i := range t.holes {
		t.holes[i].Field = "account " + t.holes[i].Field
	}
	return t
}

// The groups that mean anyone, and anyone with an AWS account.
// Source: Amazon S3 user guide, access control list overview.
var everybody = []string{
	"http://acs.amazonaws.com/groups/global/AllUsers",
	"http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
}

func grantsPublic(s *subject, grants []evidence.ACLGrant) truth {
	if grants == nil {
		return unseen(sight.Holes(s.Fact, "s3.grants")...)
	}
	return definite(slices.ContainsFunc(grants, func(g evidence.ACLGrant) bool {
		return slices.Contains(everybody, g.Grantee)
	}))
}

// aclsDisabled: with the bucket owner enforced, access lists do nothing.
func aclsDisabled(s *subject, ownership *string) truth {
	if ownership == nil {
		return unseen(sight.Holes(s.Fact, "s3.ownership")...)
	}
	return definite(*ownership == "BucketOwnerEnforced")
}
