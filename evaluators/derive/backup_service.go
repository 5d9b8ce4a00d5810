package derive

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var backupServiceRule = rule{kind: "BackupService", apply: func(w *world, s *subject) {
	b, ok := s.Body.(*evidence.BackupService)
	if !ok {
		return
	}
	stores := w.storesIn(s.Resource)
	b.HoldsData = s.set("holds_data", w.holdsData(s.Resource, stores))
	b.Data = make([]evidence.BackupData, len(backedUp))
	for i, kind := range backedUp {
		b.Data[i] = evidence.BackupData{Type: kind.name, InUse: s.set(fmt.Sprintf("data[%d].in_use", i), w.inUse(s.Resource, stores, kind))}
	}
}}

// backedUp are the kinds of data store that AWS Backup has a name for, and the
// types of fact they are. Source: AWS Backup API reference, ByResourceType.
var backedUp = []backupType{
	{"Aurora", []string{"aws.rds.db_cluster"}},
	{"DocumentDB", []string{"aws.rds.db_cluster"}},
	{"DynamoDB", []string{"aws.dynamodb.table"}},
	{"EBS", []string{"aws.ec2.volume"}},
	{"EFS", []string{"aws.efs.file_system"}},
	{"Neptune", []string{"aws.rds.db_cluster"}},
	{"RDS", []string{"aws.rds.db_instance", "aws.rds.db_cluster"}},
	{"S3", []string{"aws.s3.bucket"}},
}

type backupType struct {
	name  string
	types []string
}

// storesIn are the data stores of a resource's account in its region. A copy of
// a store is none.
func (w *world) storesIn(r evidence.Resource) []*evidence.Fact {
	var stores []*evidence.Fact
	for _, f := range w.beside(r, "Datastore") {
		if f.Resource.Region == r.Region && !strings.HasSuffix(f.Resource.Type, "snapshot") {
			stores = append(stores, f)
		}
	}
	return stores
}

// holdsData: one store seen is enough; that there is none only whole lists can say.
func (w *world) holdsData(r evidence.Resource, stores []*evidence.Fact) truth {
	out := definite(false)
	for _, f := range stores {
		if h, lost := w.Fact(f); lost {
			out = or(out, unseen(h))
		} else {
			return definite(true)
		}
	}
	if holes := w.In(r.Provider, r.Account, r.Region, "Datastore"); len(holes) > 0 {
		out = or(out, unseen(holes...))
	}
	return out
}

// inUse says whether there is a store of a kind in the region.
func (w *world) inUse(r evidence.Resource, stores []*evidence.Fact, kind backupType) truth {
	out := definite(false)
	for _, f := range stores {
		for _, typ := range kind.types {
			if f.Resource.Type != typ {
				continue
			}
			if h, lost := w.Fact(f); lost {
				out = or(out, unseen(h))
			} else {
				out = or(out, isBackedUpAs(f, kind.name))
			}
		}
	}
	for _, typ := range kind.types {
		if holes := w.TypeIn(r.Provider, r.Account, r.Region, typ); len(holes) > 0 {
			out = or(out, unseen(holes...))
		}
	}
	return out
}

// isBackedUpAs tells databases apart: Aurora, DocumentDB and Neptune are backed
// up by cluster under their own names, everything else as RDS.
func isBackedUpAs(f *evidence.Fact, name string) truth {
	d, ok := f.Body.(*evidence.Datastore)
	if !ok {
		return unseen(sight.Holes(f, "")...)
	}
	if !strings.HasPrefix(f.Resource.Type, "aws.rds.") {
		return definite(true)
	}
	if d.RDS == nil || d.RDS.Engine == nil {
		return unseen(sight.Holes(f, "rds.engine")...)
	}
	own := "RDS"
	switch engine := *d.RDS.Engine; {
	case strings.HasPrefix(engine, "aurora"):
		own = "Aurora"
	case engine == "docdb":
		own = "DocumentDB"
	case engine == "neptune":
		own = "Neptune"
	}
	return definite(own == name)
}
