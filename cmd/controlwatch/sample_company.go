package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/store"
)

// sampleStart is the sample company on its day: its folder, with what its people did
// and recorded before, and nothing looked at yet on the day itself.
type sampleStart struct {
	dsn           string
	config        config.Config
	judge         *judge
	before        config.Config // as it was in the time of the diary
	judgeOfBefore *judge
}

// startSample writes the sample company into a folder and lives through its diary:
// each command is run as a person would run it, so that what reports show of
// decisions, statements and plans came the way it comes for real.
func (p *program) startSample(ctx context.Context, dir string) (s sampleStart, err error) {
	// Some seconds of one process that ends soon: collecting garbage less often saves a fifth.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	fmt.Fprintln(p.stderr, "SAMPLE DATA: Acme Robotics does not exist; its providers' answers are replayed, and its people's records are made.")
	s.dsn = "sqlite:" + filepath.Join(dir, "sample.db")
	if s.config, s.judge, err = p.sampleConfig(sample.Write(dir)); err != nil {
		return s, err
	}
	if s.before, s.judgeOfBefore, err = p.sampleConfig(sample.WriteThen(dir)); err != nil {
		return s, err
	}
	diary, err := sample.Diary()
	if err != nil {
		return s, err
	}
	records := map[string]string{"$folder": dir}
	for _, d := range diary {
		if d.Look != nil {
			err = p.lookBefore(ctx, s, d)
		} else {
			err = p.didBefore(ctx, s, d, records)
		}
		if err != nil {
			return s, fmt.Errorf("sample company: %s: %w", d.At.Format(time.DateTime), err)
		}
	}
	return s, nil
}

func (p *program) sampleConfig(file string, err error) (config.Config, *judge, error) {
	if err != nil {
		return config.Config{}, nil, err
	}
	c, err := config.Read(file, p.env)
	if err != nil {
		return c, nil, err
	}
	j, err := newJudge(c)
	return c, j, err
}

// open wires the pipeline of the sample company's day.
func (s sampleStart) open(ctx context.Context, p *program, sources []source, progress func(collectors.Event)) (*pipeline, pipelineOptions, error) {
	o := pipelineOptions{dsn: s.dsn, config: s.config, sources: sources, progress: progress, sampleData: true, ephemeral: true, signed: true, judge: s.judge}
	line, err := p.newPipeline(ctx, o)
	return line, o, err
}

// lookBefore looks at the company as it was.
func (p *program) lookBefore(ctx context.Context, s sampleStart, d sample.Deed) (err error) {
	then := p.then(s, d.At)
	if then.base, err = sample.Then(*d.Look); err != nil {
		return err
	}
	sources, err := then.openSources(s.before, transport.New(transport.Options{Base: then.base, Clock: then.now, Unpaced: true}))
	if err != nil {
		return err
	}
	s.config, s.judge = s.before, s.judgeOfBefore
	line, _, err := s.open(ctx, then, sources, nil)
	if err != nil {
		return err
	}
	line.runner.CommitAnswered = nil // answers of those days are shown nowhere, and are half the work of a look
	_, err = line.once(ctx, bare(sources))
	return errors.Join(err, line.close())
}

// didBefore runs a command. That something was not seen, or does not hold, is no
// mistake of the company's people.
func (p *program) didBefore(ctx context.Context, s sampleStart, d sample.Deed, records map[string]string) error {
	then, said := p.then(s, d.At), &bytes.Buffer{}
	then.stderr = said
	args := slices.Clone(d.Run)
	for i, a := range args {
		if id, known := records[a]; known {
			args[i] = id
		}
		args[i] = strings.ReplaceAll(args[i], "$folder", records["$folder"])
	}
	if code := run(ctx, then, append(args, "-c", s.before.File)); code == exitCannotRun {
		return fmt.Errorf("controlwatch %s: %s", strings.Join(d.Run, " "), strings.TrimSpace(said.String()))
	}
	if d.As == "" {
		return nil
	}
	kept, err := store.OpenReading(ctx, s.dsn, store.Options{Clock: then.now})
	if err != nil {
		return err
	}
	defer kept.Close() //nolint:errcheck // it was only read
	for e, err := range kept.Entries(ctx) {
		if err != nil {
			return err
		}
		records[d.As] = e.ID // of the newest
	}
	return nil
}

// then is the program at a time before, at the sample company.
func (p *program) then(s sampleStart, at time.Time) *program {
	env := func(name string) string {
		if name == "CONTROLWATCH_STORE" {
			return s.dsn
		}
		return sample.Env(name)
	}
	return &program{
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, env: env, now: func() time.Time { return at },
		base: p.base, wait: p.wait, binary: p.binary, configs: map[string]config.Config{s.before.File: s.before}, ephemeral: true,
	}
}
