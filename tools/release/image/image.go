package image

import (
	"fmt"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Release is what the labels say. Nothing in it comes from the machine or its clock.
type Release struct {
	Version  string
	Revision string // the commit; empty: not said
	Created  time.Time
}

// Labels are the OCI annotations that registries and scanners read.
func (r Release) Labels() map[string]string {
	labels := map[string]string{
		"org.opencontainers.image.title":       "controlwatch",
		"org.opencontainers.image.description": "Watches how clouds, identity providers and code hosts are configured, and judges it against the SOC 2 criteria",
		"org.opencontainers.image.source":      "https://github.com/controlwatch/controlwatch",
		"org.opencontainers.image.licenses":    "Apache-2.0",
		"org.opencontainers.image.version":     r.Version,
	}
	if r.Revision != "" {
		labels["org.opencontainers.image.revision"] = r.Revision
	}
	return labels
}

// Config is how the program is run, on whichever platform.
func Config(labels map[string]string) v1.Config {
	return v1.Config{
		User:         fmt.Sprintf("%d:%d", user, user),
		Env:          []string{"CONTROLWATCH_STORE=sqlite:/data/controlwatch.db"},
		Entrypoint:   []string{"/controlwatch"},
		Cmd:          []string{"run", "-c", "/etc/controlwatch/controlwatch.yaml"},
		ExposedPorts: map[string]struct{}{"9464/tcp": {}},
		Volumes:      map[string]struct{}{"/data": {}},
		WorkingDir:   "/",
		Labels:       labels,
	}
}

// For is the image of one platform around its binary.
func For(platform v1.Platform, binary []byte, r Release) (v1.Image, error) {
	root, err := base()
	if err != nil {
		return nil, err
	}
	img := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	img = mutate.ConfigMediaType(img, types.OCIConfigJSON)
	for _, part := range []struct {
		what    string
		entries []entry
	}{{"certificates and users", root}, {"the program", program(binary)}} {
		l, err := layer(part.entries)
		if err != nil {
			return nil, err
		}
		img, err = mutate.Append(img, mutate.Addendum{
			Layer: l, History: v1.History{CreatedBy: part.what, Created: v1.Time{Time: r.Created}},
		})
		if err != nil {
			return nil, fmt.Errorf("append %s: %w", part.what, err)
		}
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the image's configuration: %w", err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Variant = platform.OS, platform.Architecture, platform.Variant
	file.Created = v1.Time{Time: r.Created}
	file.Config = Config(r.Labels())
	if img, err = mutate.ConfigFile(img, file); err != nil {
		return nil, fmt.Errorf("configure the image: %w", err)
	}
	return img, nil
}

// Index joins the images of several platforms under one digest.
func Index(images []v1.Image, r Release) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, img := range images {
		file, err := img.ConfigFile()
		if err != nil {
			return nil, fmt.Errorf("read the image's configuration: %w", err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: file.Platform()}})
	}
	annotated, ok := mutate.Annotations(index, r.Labels()).(v1.ImageIndex)
	if !ok {
		return nil, fmt.Errorf("annotate the index: it became no index")
	}
	return annotated, nil
}

// Reference is checked before anything is built or sent.
func Reference(text string) (name.Reference, error) {
	ref, err := name.ParseReference(text, name.StrictValidation)
	if err != nil {
		return nil, fmt.Errorf("read the image's name %q: %w", text, err)
	}
	return ref, nil
}
