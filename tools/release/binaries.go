package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// binaries builds the program for each platform: static, without paths of this machine,
// and without what Git says of the folder, so that a shallow clone or an archive of the
// sources makes the same bytes.
func binaries(ctx context.Context, _ io.Writer, args []string) error {
	flags := flag.NewFlagSet("binaries", flag.ContinueOnError)
	version := flags.String("version", "", "what `controlwatch version` says")
	source := flags.String("source", "../..", "the folder of the sources")
	to := flags.String("o", "", "the folder to write to")
	platforms := flags.String("platforms", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64", "what to build for")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version == "" || *to == "" {
		return errors.New("binaries: -version and -o are needed")
	}
	folder, err := filepath.Abs(*to)
	if err != nil {
		return fmt.Errorf("find %s: %w", *to, err)
	}
	for text := range strings.SplitSeq(*platforms, ",") {
		platform, err := v1.ParsePlatform(text)
		if err != nil {
			return fmt.Errorf("read the platform %q: %w", text, err)
		}
		if err := build(ctx, *source, *version, platform, filepath.Join(folder, binaryName(*version, platform))); err != nil {
			return err
		}
	}
	return nil
}

func binaryName(version string, p *v1.Platform) string {
	return fmt.Sprintf("controlwatch_%s_%s_%s", strings.TrimPrefix(version, "v"), p.OS, p.Architecture)
}

func build(ctx context.Context, source, version string, p *v1.Platform, file string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version="+version, "-o", file, "./cmd/controlwatch")
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOAMD64=v1", "GOARM64=v8.0", "GOOS="+p.OS, "GOARCH="+p.Architecture)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build for %s: %w\n%s", p, err, out)
	}
	return nil
}
