package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// nameBody is what a resource was called, as it is kept. The salt keeps whoever has
// the log, and not the body, from trying names until a digest fits.
type nameBody struct {
	Name string `json:"name"`
	Salt string `json:"salt"`
}

// calledAs is a join with what a resource was called as of a row of another table,
// and calledColumns are what it adds.
func calledAs(row string) string {
	return " LEFT JOIN resource_name rn ON rn.resource = " + row + ".resource" +
		" AND rn.seq = (SELECT MAX(x.seq) FROM resource_name x WHERE x.resource = " + row + ".resource AND x.seq <= " + row + ".seq)" +
		" LEFT JOIN blob nb ON nb.id = rn.name "
}

const calledColumns = ", nb.digest, nb.body"

// storedName is what calledColumns give.
type storedName struct{ digest, body sql.RawBytes }

// into sets a name, unless the row has it in itself, as older ones do. One that was
// erased is none.
func (n storedName) into(name *string) error {
	if *name != "" || n.digest == nil || len(n.body) == 0 {
		return nil
	}
	var b nameBody
	if err := (stored{digest: n.digest, body: n.body}).decode("the name of a resource", &b); err != nil {
		return err
	}
	*name = b.Name
	return nil
}

// nameOf is what a resource is called now, and by which commit; 0: none says so.
func (c *commit) nameOf(ctx context.Context, resource int64) (name string, seq int64, err error) {
	var b stored
	err = c.row(ctx, "SELECT n.seq, b.digest, b.body FROM resource_name n JOIN blob b ON b.id = n.name WHERE n.resource = $1 ORDER BY n.seq DESC LIMIT 1", resource).
		Scan(&seq, &b.digest, &b.body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	err = storedName{b.digest, b.body}.into(&name)
	return name, seq, err
}

// call notes what a resource is called, if that differs from before.
func (c *commit) call(ctx context.Context, resource int64, name string) error {
	was, seq, err := c.nameOf(ctx, resource)
	if err != nil || was == name || seq == c.seq {
		return err
	}
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return fmt.Errorf("salt of a name: %w", err)
	}
	body, err := json.Marshal(nameBody{name, hex.EncodeToString(salt[:])})
	if err != nil {
		return err
	}
	blob, err := c.blob(ctx, body)
	if err != nil {
		return err
	}
	return c.exec(ctx, "INSERT INTO resource_name (resource, seq, name) VALUES ($1, $2, $3)", resource, c.seq, blob)
}

// names are what resources were called last as of a commit.
func (s session) names(ctx context.Context, upTo int64) (map[int64]string, error) {
	names := map[int64]string{}
	return names, s.each(ctx, func(rows *sql.Rows) error {
		var resource int64
		var of storedName
		if err := rows.Scan(&resource, &of.digest, &of.body); err != nil {
			return err
		}
		var name string
		err := of.into(&name)
		names[resource] = name
		return err
	}, "SELECT n.resource, b.digest, b.body FROM resource_name n JOIN blob b ON b.id = n.name WHERE n.seq <= $1 ORDER BY n.resource, n.seq", upTo)
}
