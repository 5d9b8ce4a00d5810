package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// EntryErased says that what was kept of a resource was erased. Its id is the rule
// of the tombstones.
const EntryErased = "erased"

// Erasure is a request to erase what is kept of resources: a person's data.
type Erasure struct {
	Resource   string // the provider's id, as it stands in the log
	Provider   string // empty: of all
	Kind       evidence.Kind
	Also       []string // what else the person is called, beside what the facts say
	Reason     string
	By         evidence.Actor
	ApprovedBy evidence.Actor
}

// Erased is what an erasure did.
type Erased struct {
	ID        string `json:"id"`        // of its record
	Resources int64  `json:"resources"` // that have this id
	Bodies    int64  `json:"bodies"`    // of facts, emptied
	Shared    int64  `json:"shared"`    // of facts, left: something else has the same body
	Names     int64  `json:"names"`     // that it had, emptied
	Answers   int64  `json:"answers"`   // bodies of answers, emptied
	Pulls     int64  `json:"pulls"`     // records of pulls, emptied
	Bytes     int64  `json:"bytes"`
	// Left are the places in the store that still name the resource; empty: none does.
	Left []Left `json:"left"`
}

// Erase empties, under tombstones, the bodies of every version of every fact of a
// resource, and those of answers and records of older pulls that name it. Then it
// looks through the whole store for what the resource was called and says where that
// still stands: what the log's lines are made of cannot go. The bytes are overwritten
// in the file; where rows were moved about, Compact is needed for copies of them.
//
// It is refused while the resource is there, since the next pull would bring it
// back, and while a hold covers any of it.
func (s *Store) Erase(ctx context.Context, e Erasure) (done Erased, err error) {
	what := "erase " + e.Resource
	switch {
	case e.Resource == "" || strings.TrimSpace(e.Reason) == "":
		return done, fmt.Errorf("%s: it needs a resource and a reason", what)
	case e.By.Name == "" || e.ApprovedBy.Name == "":
		return done, fmt.Errorf("%s: it needs who asks for it and who approves it", what)
	case soc2.SamePerson(e.By.Name, e.ApprovedBy.Name):
		return done, fmt.Errorf("%s: %s cannot both ask for it and approve it", what, e.By.Name)
	}
	// What SQLite frees it leaves on the disk unless it is told to overwrite it. The
	// writer is one connection, so this is for what follows.
	if _, err := s.writer.ExecContext(ctx, "PRAGMA secure_delete = ON"); err != nil {
		return done, s.explain(what, err)
	}
	defer func() {
		_, off := s.writer.ExecContext(context.WithoutCancel(ctx), "PRAGMA secure_delete = OFF")
		err = errors.Join(err, s.explain(what, off))
	}()
	seq, err := s.commit(ctx, kindEntry, what, func(ctx context.Context, c *commit) error {
		done, err = c.erase(ctx, e)
		return err
	})
	if err != nil {
		return Erased{}, err
	}
	done.ID = entryID(seq, 0)
	// The pages as they were are in the write-ahead log, and go with it.
	if _, err := s.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return done, s.explain(what, err)
	}
	_, err = s.Sign(ctx)
	return done, err
}

func (c *commit) erase(ctx context.Context, e Erasure) (Erased, error) {
	var done Erased
	resources, err := c.named(ctx, e)
	if err != nil {
		return done, err
	}
	held, err := c.held(ctx)
	if err != nil {
		return done, err
	}
	blobs := map[int64]bool{}
	called := newCalled(e)
	for _, resource := range resources {
		versions, err := c.versions(ctx, resource)
		if err != nil {
			return done, err
		}
		for _, v := range versions {
			if why, covered := held.covers(v.from, v.until); covered {
				return done, fmt.Errorf("the version of pull %s is held: %s", pullID(v.from), why)
			}
			if v.planned && v.until == never {
				return done, fmt.Errorf("it is still there as of pull %s, and the next would bring it back: "+
					"remove it at the provider, or its source here, and pull again first", pullID(v.from))
			}
			blobs[v.blob] = true
		}
	}
	shared, err := c.shared(ctx, blobs, resources)
	if err != nil {
		return done, err
	}
	var erasable []int64
	for _, blob := range slices.Sorted(maps.Keys(blobs)) {
		var body []byte
		if err := c.row(ctx, "SELECT body FROM blob WHERE id = $1", blob).Scan(&body); err != nil {
			return done, err
		}
		called.learn(body)
		switch {
		case shared[blob]:
			done.Shared++
		case len(body) > 0:
			erasable, done.Bytes = append(erasable, blob), done.Bytes+int64(len(body))
		}
	}
	names, nameBytes, err := c.names(ctx, resources, called)
	if err != nil {
		return done, err
	}
	erasable, done.Bytes = append(erasable, names...), done.Bytes+nameBytes
	done.Names = int64(len(names))
	done.Resources, done.Bodies = int64(len(resources)), int64(len(erasable)-len(names))
	answers, answerBytes, err := c.answersNaming(ctx, called, held)
	if err != nil {
		return done, err
	}
	pulls, pullBytes, err := c.pullsNaming(ctx, called, held)
	if err != nil {
		return done, err
	}
	done.Answers, done.Pulls, done.Bytes = int64(len(answers)), int64(len(pulls)), done.Bytes+answerBytes+pullBytes
	erasable = append(append(erasable, answers...), pulls...)
	if len(erasable) == 0 {
		return done, errors.New("there is nothing to erase: no body that is its alone is kept")
	}
	body, err := json.Marshal(struct {
		Reason      string         `json:"reason"`
		ApprovedBy  evidence.Actor `json:"approved_by"`
		Resources   int64          `json:"resources"`
		Bodies      int64          `json:"bodies"`
		Answers     int64          `json:"answers"`
		Pulls       int64          `json:"pulls"`
		AnswerBytes int64          `json:"answer_bytes,omitempty"`
	}{e.Reason, e.ApprovedBy, done.Resources, done.Bodies, done.Answers, done.Pulls, answerBytes})
	if err != nil {
		return done, err
	}
	if err := c.entry(ctx, 0, Entry{Kind: EntryErased, Subject: e.Resource, Actor: e.By, Body: body}); err != nil {
		return done, err
	}
	if err := c.bury(ctx, erasable, erasedRule+entryID(c.seq, 0)); err != nil {
		return done, err
	}
	done.Left, err = c.left(ctx, called)
	return done, err
}

func (c *commit) named(ctx context.Context, e Erasure) ([]int64, error) {
	var all []int64
	var attestation bool
	err := c.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var kind evidence.Kind
		err := rows.Scan(&id, &kind)
		all, attestation = append(all, id), attestation || kind == "Attestation"
		return err
	}, "SELECT id, kind FROM resource WHERE ref = $1 AND ($2 = '' OR provider = $2) AND ($3 = '' OR kind = $3) ORDER BY id",
		e.Resource, e.Provider, string(e.Kind))
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return nil, errors.New("no resource has this id: give the provider's id, as the column id of `controlwatch inventory -o csv` or `controlwatch population KIND -o csv` has it")
	case attestation:
		return nil, errors.New("it is an attestation, which people wrote to be kept: period reports are read from all of them")
	}
	return all, nil
}

// names are the bodies of what resources were called.
func (c *commit) names(ctx context.Context, resources []int64, who *called) (blobs []int64, size int64, err error) {
	for _, resource := range resources {
		err := c.each(ctx, func(rows *sql.Rows) error {
			var blob int64
			var name storedName
			if err := rows.Scan(&blob, &name.digest, &name.body); err != nil || len(name.body) == 0 {
				return err
			}
			var text string
			if err := name.into(&text); err != nil {
				return err
			}
			who.name(text)
			blobs, size = append(blobs, blob), size+int64(len(name.body))
			return nil
		}, "SELECT b.id, b.digest, b.body FROM resource_name n JOIN blob b ON b.id = n.name WHERE n.resource = $1", resource)
		if err != nil {
			return nil, 0, err
		}
	}
	return blobs, size, nil
}

// version is one body of a resource and the commits between which it was valid.
type version struct {
	blob, from, until int64
	planned           bool // some source still looks at its population
}

func (c *commit) versions(ctx context.Context, resource int64) ([]version, error) {
	looked, err := c.lookedAt(ctx)
	if err != nil {
		return nil, err
	}
	var all []version
	err = c.each(ctx, func(rows *sql.Rows) error {
		var population int64
		var v version
		if err := rows.Scan(&population, &v.blob, &v.from, &v.until); err != nil {
			return err
		}
		v.planned = looked[population]
		all = append(all, v)
		return nil
	}, `SELECT population, blob, seq, until FROM (
			SELECT population, blob, seq, LEAD(seq, 1, $2) OVER (PARTITION BY population ORDER BY seq) AS until FROM fact_change WHERE resource = $1
		) v WHERE blob IS NOT NULL ORDER BY population, seq`, resource, never)
	return all, err
}

// lookedAt are the populations of the newest plans.
func (c *commit) lookedAt(ctx context.Context) (map[int64]bool, error) {
	var sources []string
	err := c.each(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		sources = append(sources, name)
		return err
	}, "SELECT DISTINCT source FROM plan")
	if err != nil {
		return nil, err
	}
	looked := map[int64]bool{}
	for _, source := range sources {
		plan, err := planAt(ctx, c.session, source, c.seq)
		if err != nil {
			return nil, err
		}
		for _, f := range plan.Feeds {
			feed, err := c.feed(ctx, f.ID)
			if err != nil {
				return nil, err
			}
			for _, p := range f.Populations {
				population, err := c.population(ctx, feed, p)
				if err != nil {
					return nil, err
				}
				looked[population] = true
			}
		}
	}
	return looked, nil
}

// shared are those of some bodies that anything but facts of these resources has.
func (c *commit) shared(ctx context.Context, blobs map[int64]bool, resources []int64) (map[int64]bool, error) {
	shared := map[int64]bool{}
	for _, r := range references() {
		of := "0"
		switch r.table {
		case "fact_current":
			continue // follows from fact_change
		case "fact_change":
			of = "resource"
		}
		err := c.each(ctx, func(rows *sql.Rows) error {
			var blob, resource int64
			err := rows.Scan(&blob, &resource)
			if blobs[blob] && !slices.Contains(resources, resource) {
				shared[blob] = true
			}
			return err
		}, "SELECT "+r.column+", "+of+" FROM "+r.table+" WHERE "+r.column+" IS NOT NULL")
		if err != nil {
			return nil, err
		}
	}
	return shared, nil
}
