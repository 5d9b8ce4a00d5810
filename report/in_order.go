package report

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/controlwatch/controlwatch/internal/spool"
	"github.com/controlwatch/controlwatch/soc2"
)

// inOrder renders every finding of an assessment and gives the results in the
// order every output uses: by control, check and resource. Findings that are not
// held come by resource; what is rendered of each check is put aside until it is
// its turn, compressed, so that a million findings need little memory and no sort.
func inOrder(a soc2.Assessment, render func(soc2.Finding) ([]byte, error), write func([]byte) error) (err error) {
	if a.All == nil {
		findings := slices.Clone(a.Findings)
		soc2.SortFindings(findings)
		for _, f := range findings {
			b, err := render(f)
			if err == nil {
				err = write(b)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	p := piles{of: map[pileOf]*pile{}}
	defer func() { err = errors.Join(err, p.spool.Close()) }()
	err = a.All(func(f soc2.Finding) error {
		b, err := render(f)
		if err != nil {
			return err
		}
		return p.add(pileOf{f.Control, f.Check}, b)
	})
	if err != nil {
		return err
	}
	return p.each(write)
}

type pileOf struct{ control, check string }

// pile is what was rendered of one check, in its order: blocks that are put aside,
// and the last one.
type pile struct {
	last   []byte
	blocks []block
}

type block struct{ from, size int64 }

const blockSize = 64 << 10

type piles struct {
	of    map[pileOf]*pile
	spool spool.Spool
	z     *flate.Writer
}

func (p *piles) add(to pileOf, b []byte) error {
	one := p.of[to]
	if one == nil {
		one = &pile{}
		p.of[to] = one
	}
	one.last = binary.AppendUvarint(one.last, uint64(len(b)))
	one.last = append(one.last, b...)
	if len(one.last) < blockSize {
		return nil
	}
	from := p.spool.Size()
	if p.z == nil {
		var err error
		if p.z, err = flate.NewWriter(&p.spool, flate.BestSpeed); err != nil {
			return fmt.Errorf("put findings aside: %w", err)
		}
	} else {
		p.z.Reset(&p.spool)
	}
	_, err := p.z.Write(one.last)
	if err = errors.Join(err, p.z.Close()); err != nil {
		return fmt.Errorf("put findings aside: %w", err)
	}
	one.blocks = append(one.blocks, block{from, p.spool.Size() - from})
	one.last = one.last[:0]
	return nil
}

func (p *piles) each(write func([]byte) error) error {
	order := make([]pileOf, 0, len(p.of))
	for k := range p.of {
		order = append(order, k)
	}
	slices.SortFunc(order, func(a, b pileOf) int { return cmp.Or(cmp.Compare(a.control, b.control), cmp.Compare(a.check, b.check)) })
	var whole bytes.Buffer
	for _, k := range order {
		for _, b := range p.of[k].blocks {
			whole.Reset()
			if _, err := io.Copy(&whole, flate.NewReader(p.spool.Section(b.from, b.size))); err != nil { // written above
				return fmt.Errorf("read findings that were put aside: %w", err)
			}
			if err := pieces(whole.Bytes(), write); err != nil {
				return err
			}
		}
		if err := pieces(p.of[k].last, write); err != nil {
			return err
		}
	}
	return nil
}

func pieces(b []byte, write func([]byte) error) error {
	for len(b) > 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return errors.New("findings that were put aside cannot be read")
		}
		end := n + int(size) // within b
		if err := write(b[n:end]); err != nil {
			return err
		}
		b = b[end:]
	}
	return nil
}
