package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/controlwatch/controlwatch/tools/release/image"
)

// push sends the image of a layout to each name, and prints name and digest. Who it is, two
// variables say: an argument would stand in the list of processes.
func push(ctx context.Context, out io.Writer, args []string) error {
	if len(args) < 2 {
		return errors.New("push: the folder of the image and at least one name are needed")
	}
	who := authn.Anonymous
	if user, token := os.Getenv("REGISTRY_USER"), os.Getenv("REGISTRY_TOKEN"); user != "" || token != "" {
		who = &authn.Basic{Username: user, Password: token}
	}
	index, err := only(args[0])
	if err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return fmt.Errorf("compute the image's digest: %w", err)
	}
	for _, text := range args[1:] {
		ref, err := image.Reference(text)
		if err != nil {
			return err
		}
		if err := remote.WriteIndex(ref, index, remote.WithAuth(who), remote.WithContext(ctx)); err != nil {
			return fmt.Errorf("push to %s: %w", ref, err)
		}
		if _, err := fmt.Fprintf(out, "%s %s\n", ref, digest); err != nil {
			return err
		}
	}
	return nil
}

// only is the one image that the layout is of.
func only(folder string) (v1.ImageIndex, error) {
	all, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return nil, fmt.Errorf("read the image in %s: %w", folder, err)
	}
	manifest, err := all.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read the image in %s: %w", folder, err)
	}
	if n := len(manifest.Manifests); n != 1 {
		return nil, fmt.Errorf("the layout in %s is of %d images, not of one: make it again", folder, n)
	}
	index, err := all.ImageIndex(manifest.Manifests[0].Digest)
	if err != nil {
		return nil, fmt.Errorf("read the image in %s: %w", folder, err)
	}
	return index, nil
}
