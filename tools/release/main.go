// Command release makes what a release consists of: binaries, their checksums and bills of
// materials, and the container image. It knows nothing of whoever runs it: each of its steps
// can be repeated from the sources, and ends in the same bytes.
//
//	release binaries -version V -o dist [-platforms linux/amd64,linux/arm64]
//	release sbom -version V BINARY
//	release checksums FOLDER
//	release image -version V [-revision SHA] -created TIME -o FOLDER linux/amd64=BINARY ...
//	release push FOLDER NAME ...
//	release certificates
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

type step func(ctx context.Context, out io.Writer, args []string) error

func steps() map[string]step {
	return map[string]step{
		"binaries": binaries, "sbom": bill, "checksums": checksums, "image": assemble, "push": push, "certificates": certificates,
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	if len(args) == 0 {
		return errors.New("say what to make: binaries, sbom, checksums, image, push or certificates")
	}
	made, ok := steps()[args[0]]
	if !ok {
		return fmt.Errorf("%q is nothing that is made here: binaries, sbom, checksums, image, push or certificates", args[0])
	}
	return made(ctx, out, args[1:])
}
