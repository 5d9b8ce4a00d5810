package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/controlwatch/controlwatch/tools/release/image"
	"github.com/controlwatch/controlwatch/tools/release/sbom"
)

// bill prints the bill of materials of a binary.
func bill(_ context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("sbom", flag.ContinueOnError)
	version := flags.String("version", "", "the release")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version == "" || flags.NArg() != 1 {
		return errors.New("sbom: -version and one binary are needed")
	}
	text, err := sbom.Of(flags.Arg(0), *version)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// checksums prints what `sha256sum --check` reads, in the order of the names.
func checksums(_ context.Context, out io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("checksums: one folder is needed")
	}
	entries, err := os.ReadDir(args[0])
	if err != nil {
		return fmt.Errorf("list %s: %w", args[0], err)
	}
	found := 0
	for _, e := range entries {
		if !e.Type().IsRegular() || e.Name() == "SHA256SUMS" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(args[0], e.Name()))
		if err != nil {
			return fmt.Errorf("read %s: %w", e.Name(), err)
		}
		if _, err := fmt.Fprintf(out, "%x  %s\n", sha256.Sum256(content), e.Name()); err != nil {
			return err
		}
		found++
	}
	if found == 0 {
		return fmt.Errorf("checksums: %s holds no file", args[0])
	}
	return nil
}

// certificates prints the roots that the image trusts, for the Dockerfile.
func certificates(_ context.Context, out io.Writer, args []string) error {
	if len(args) != 0 {
		return errors.New("certificates: nothing is asked")
	}
	all, err := image.Certificates()
	if err != nil {
		return err
	}
	_, err = out.Write(all)
	return err
}
