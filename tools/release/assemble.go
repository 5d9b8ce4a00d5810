package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/controlwatch/controlwatch/tools/release/image"
)

// assemble writes the image of all platforms as an OCI layout, and prints its digest.
func assemble(_ context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	version := flags.String("version", "", "the release")
	revision := flags.String("revision", "", "the commit")
	created := flags.String("created", "", "the time of the commit, RFC 3339")
	to := flags.String("o", "", "the folder to make")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version == "" || *to == "" || flags.NArg() == 0 {
		return errors.New("image: -version, -o and at least one PLATFORM=BINARY are needed")
	}
	at, err := time.Parse(time.RFC3339, *created)
	if err != nil {
		return fmt.Errorf("image: -created is the time of the commit (git log -1 --format=%%cI): %w", err)
	}
	index, err := join(flags.Args(), image.Release{Version: *version, Revision: *revision, Created: at.UTC()})
	if err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return fmt.Errorf("compute the image's digest: %w", err)
	}
	if err := os.RemoveAll(*to); err != nil {
		return fmt.Errorf("make room for the image: %w", err)
	}
	path, err := layout.Write(*to, empty.Index)
	if err != nil {
		return fmt.Errorf("write the image to %s: %w", *to, err)
	}
	// The name by which a container engine loads it.
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": *version})); err != nil {
		return fmt.Errorf("write the image to %s: %w", *to, err)
	}
	_, err = fmt.Fprintln(out, digest)
	return err
}

func join(given []string, r image.Release) (v1.ImageIndex, error) {
	var images []v1.Image
	for _, text := range given {
		name, file, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("image: %q is not PLATFORM=BINARY", text)
		}
		platform, err := v1.ParsePlatform(name)
		if err != nil {
			return nil, fmt.Errorf("read the platform %q: %w", name, err)
		}
		binary, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the binary of %s: %w", name, err)
		}
		img, err := image.For(*platform, binary, r)
		if err != nil {
			return nil, err
		}
		images = append(images, img)
	}
	return image.Index(images, r)
}
