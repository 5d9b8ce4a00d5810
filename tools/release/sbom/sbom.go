// Package sbom says what a binary was made of, as CycloneDX. It reads what the linker wrote
// into the binary, so it cannot name what is not in it, or leave out what is.
package sbom

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
)

// Of is the bill of the binary in a file, for the release of that version. The same
// binary has the same bill: nothing in it is of now.
func Of(file, version string) ([]byte, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the build information of %s: %w", file, err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	digest := sha256.Sum256(content)
	main := cyclonedx.Component{
		BOMRef: "program", Type: cyclonedx.ComponentTypeApplication, Name: info.Main.Path, Version: version,
		PackageURL: packageURL(info.Main.Path, version), Properties: settings(info),
		Hashes:   &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(digest[:])}},
		Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
	}
	components, refs := []cyclonedx.Component{standardLibrary(info)}, []string{"std"}
	for _, m := range info.Deps {
		c := component(m)
		components, refs = append(components, c), append(refs, c.BOMRef)
	}
	bill := cyclonedx.NewBOM()
	bill.SerialNumber = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, digest[:]).String()
	bill.Metadata = &cyclonedx.Metadata{Component: &main}
	bill.Components = &components
	// The binary names its modules, not which of them asked for which: all are listed below the program.
	bill.Dependencies = &[]cyclonedx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	var text bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bill, cyclonedx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("write the bill of %s: %w", file, err)
	}
	return text.Bytes(), nil
}

// component is a module as it was built in: one that was replaced is its replacement.
func component(m *debug.Module) cyclonedx.Component {
	asked := m
	if m.Replace != nil {
		m = m.Replace
	}
	c := cyclonedx.Component{
		BOMRef: packageURL(m.Path, m.Version), Type: cyclonedx.ComponentTypeLibrary,
		Name: m.Path, Version: m.Version, PackageURL: packageURL(m.Path, m.Version),
	}
	// The sum in go.sum is one over a list of files: no CycloneDX hash, which would be of an archive.
	properties := []cyclonedx.Property{{Name: "golang:sum", Value: m.Sum}}
	if asked != m {
		properties = append(properties, cyclonedx.Property{Name: "golang:replaces", Value: asked.Path + "@" + asked.Version})
	}
	c.Properties = &properties
	return c
}

// standardLibrary is what scanners look for when Go itself has a fault.
func standardLibrary(info *debug.BuildInfo) cyclonedx.Component {
	version := strings.TrimPrefix(info.GoVersion, "go")
	return cyclonedx.Component{
		BOMRef: "std", Type: cyclonedx.ComponentTypeLibrary, Name: "stdlib", Version: version,
		PackageURL: packageURL("stdlib", version),
	}
}

func settings(info *debug.BuildInfo) *[]cyclonedx.Property {
	var all []cyclonedx.Property
	for _, s := range info.Settings {
		all = append(all, cyclonedx.Property{Name: "golang:build:" + s.Key, Value: s.Value})
	}
	slices.SortFunc(all, func(a, b cyclonedx.Property) int { return strings.Compare(a.Name, b.Name) })
	return &all
}

// packageURL is the purl of a module; its type's rules want the path in lower case.
func packageURL(path, version string) string {
	parts := strings.Split(strings.ToLower(path), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return "pkg:golang/" + strings.Join(parts, "/") + "@" + url.PathEscape(version)
}
