// Independent checks an evidence bundle from its description alone: zip, SHA-256,
// Ed25519 and JSON of Go's standard library, and another project's RFC 6962 proofs.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: independent BUNDLE KEY")
		os.Exit(2)
	}
	counts, err := check(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(counts)
}

type manifest struct {
	Origin  string                      `json:"origin"`
	Commits struct{ First, Last int64 } `json:"commits"`
	Leaves  struct{ First, Last int64 } `json:"leaves"`
	Size    uint64                      `json:"tree_size"`
	Root    string                      `json:"tree_root"`
	Files   []struct {
		Path   string
		Size   int64
		SHA256 string
	} `json:"files"`
}

func check(file, key string) (string, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return "", err
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return "", err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return "", err
		}
		r.Close()
		if _, twice := files[f.Name]; twice {
			return "", fmt.Errorf("%s is there twice", f.Name)
		}
		files[f.Name] = b
	}
	var m manifest
	if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
		return "", err
	}
	if len(files) != len(m.Files)+2 {
		return "", fmt.Errorf("%d files, the manifest lists %d", len(files), len(m.Files))
	}
	for _, f := range m.Files {
		b, ok := files[f.Path]
		if sum := sha256.Sum256(b); !ok || hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(b)) != f.Size {
			return "", fmt.Errorf("%s is not what the manifest says", f.Path)
		}
	}
	keys := strings.Fields(string(files["keys/log-keys.txt"]))
	if len(keys) == 0 || !slices.Contains(keys, key) {
		return "", errors.New("the key given is not one of the log's")
	}
	if err := statement(files, keys[len(keys)-1]); err != nil {
		return "", err
	}
	root, err := base64.StdEncoding.DecodeString(m.Root)
	if err != nil {
		return "", err
	}
	points, err := checkpoints(files, keys, m)
	if err != nil {
		return "", err
	}
	if newest := points[len(points)-1]; newest.size != m.Size || !bytes.Equal(newest.root, root) {
		return "", errors.New("the newest checkpoint is not that of the manifest")
	}
	named, leaves, err := inclusion(files, m, root)
	if err != nil {
		return "", err
	}
	if err := attached(files); err != nil {
		return "", err
	}
	bodies, err := tied(files, named)
	return fmt.Sprintf("ok: %d files, %d leaves, %d checkpoints, %d bodies", len(m.Files), leaves, len(points), bodies), err
}

func public(key string) (ed25519.PublicKey, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 || raw[0] != 1 {
		return nil, errors.New("no Ed25519 key")
	}
	return raw[1:], nil
}

func statement(files map[string][]byte, key string) error {
	var envelope struct {
		PayloadType string
		Payload     []byte
		Signatures  []struct{ Sig []byte }
	}
	if err := json.Unmarshal(files["statement.dsse.json"], &envelope); err != nil {
		return err
	}
	k, err := public(key)
	if err != nil {
		return err
	}
	pae := fmt.Sprintf("DSSEv1 %d %s %d %s", len(envelope.PayloadType), envelope.PayloadType, len(envelope.Payload), envelope.Payload)
	if len(envelope.Signatures) != 1 || !ed25519.Verify(k, []byte(pae), envelope.Signatures[0].Sig) {
		return errors.New("the statement is not signed by the newest key")
	}
	var s struct {
		Type          string `json:"_type"`
		PredicateType string
		Subject       []struct {
			Name   string
			Digest map[string]string
		}
	}
	if err := json.Unmarshal(envelope.Payload, &s); err != nil {
		return err
	}
	sum := sha256.Sum256(files["manifest.json"])
	if s.Type != "https://in-toto.io/Statement/v1" || s.PredicateType != "https://controlwatch.dev/evidence-bundle/v1" ||
		len(s.Subject) != 1 || s.Subject[0].Digest["sha256"] != hex.EncodeToString(sum[:]) {
		return errors.New("the statement is about something else")
	}
	return nil
}

type point struct {
	size uint64
	root []byte
}

func checkpoints(files map[string][]byte, keys []string, m manifest) ([]point, error) {
	var points []point
	for name, b := range files {
		if !strings.HasPrefix(name, "log/checkpoints/") {
			continue
		}
		text, signatures, ok := strings.Cut(string(b), "\n\n")
		lines := strings.Split(text, "\n")
		if !ok || len(lines) != 3 || lines[0] != m.Origin {
			return nil, fmt.Errorf("%s is no checkpoint of the log", name)
		}
		good := false
		for line := range strings.Lines(signatures) {
			words := strings.Fields(line)
			sig, err := base64.StdEncoding.DecodeString(words[len(words)-1])
			if err != nil || len(sig) != 4+ed25519.SignatureSize {
				return nil, fmt.Errorf("%s: a signature cannot be read", name)
			}
			for _, key := range keys {
				k, err := public(key)
				if err != nil {
					return nil, err
				}
				good = good || ed25519.Verify(k, []byte(text+"\n"), sig[4:])
			}
		}
		if !good {
			return nil, fmt.Errorf("%s is signed by none of the keys", name)
		}
		size, err := strconv.ParseUint(lines[1], 10, 63)
		if err != nil {
			return nil, err
		}
		root, err := base64.StdEncoding.DecodeString(lines[2])
		if err != nil {
			return nil, err
		}
		points = append(points, point{size, root})
	}
	if len(points) == 0 {
		return nil, errors.New("there is no checkpoint")
	}
	slices.SortFunc(points, func(a, b point) int { return int(a.size) - int(b.size) })
	next := 1
	for line := range strings.Lines(string(files["log/consistency.txt"])) {
		words := strings.Fields(line)
		hashes, err := decoded(words[2:])
		if err != nil {
			return nil, err
		}
		if next >= len(points) || words[0] != fmt.Sprint(points[next-1].size) || words[1] != fmt.Sprint(points[next].size) {
			return nil, errors.New("a consistency proof is of other sizes")
		}
		a, b := points[next-1], points[next]
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, a.size, b.size, hashes, a.root, b.root); err != nil {
			return nil, err
		}
		next++
	}
	if next != len(points) {
		return nil, errors.New("a consistency proof is missing")
	}
	return points, nil
}

func inclusion(files map[string][]byte, m manifest, root []byte) (map[string]bool, int, error) {
	named := map[string]bool{}
	leaves := map[int64]bool{}
	for line := range strings.Lines(string(files["log/inclusion.txt"])) {
		words := strings.Fields(line)
		leaf, err := strconv.ParseInt(words[0], 10, 63)
		if err != nil {
			return nil, 0, err
		}
		hashes, err := decoded(words[1:])
		if err != nil {
			return nil, 0, err
		}
		data := files[fmt.Sprintf("log/leaves/%012d.jsonl", leaf)]
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(leaf), m.Size, rfc6962.DefaultHasher.HashLeaf(data), hashes, root); err != nil {
			return nil, 0, fmt.Errorf("leaf %d: %w", leaf, err)
		}
		leaves[leaf] = true
		for line := range strings.Lines(string(data)) {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				return nil, 0, err
			}
			for _, key := range []string{"record", "fact", "feeds", "result", "checks", "states_sha256", "body", "request", "answer", "basis", "called"} {
				if text, ok := fields[key].(string); ok {
					named[text] = true
				}
			}
		}
	}
	for leaf := m.Leaves.First; leaf <= m.Leaves.Last; leaf++ {
		if !leaves[leaf] {
			return nil, 0, fmt.Errorf("leaf %d of the window is missing", leaf)
		}
	}
	return named, len(leaves), nil
}

func decoded(words []string) ([][]byte, error) {
	var out [][]byte
	for _, w := range words {
		b, err := base64.StdEncoding.DecodeString(w)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// attached: files that are named by their SHA-256 are what it says, and a body names
// them; items of answers are those that answers name, all of them.
func attached(files map[string][]byte) error {
	var facts, records, answers, items []byte
	for name, b := range files {
		switch {
		case strings.HasPrefix(name, "bodies/facts/"):
			facts = append(facts, b...)
		case strings.HasPrefix(name, "bodies/entries/"), strings.HasPrefix(name, "bodies/samples/"):
			records = append(records, b...)
		case strings.HasPrefix(name, "bodies/answers/"):
			answers = append(answers, b...)
		case strings.HasPrefix(name, "answers/items/"):
			items = append(items, b...)
		}
	}
	for name, b := range files {
		in := facts
		switch {
		case strings.HasPrefix(name, "files/"):
		case strings.HasPrefix(name, "samples/populations/"):
			in = records
		default:
			continue
		}
		digest := strings.TrimSuffix(path.Base(name), ".txt")
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != digest || !bytes.Contains(in, []byte(`"`+digest+`"`)) {
			return fmt.Errorf("%s is not a file that a body names", name)
		}
	}
	asked := map[string]bool{}
	for line := range strings.Lines(string(answers)) {
		var row struct{ JSON struct{ Items []string } }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return err
		}
		for _, digest := range row.JSON.Items {
			asked[digest] = true
		}
	}
	n := 0
	for line := range strings.Lines(string(items)) {
		var row struct{ Packed []byte }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return err
		}
		if sum := sha256.Sum256(row.Packed); !asked[hex.EncodeToString(sum[:])] {
			return errors.New("an item that no answer names")
		}
		n++
	}
	if n != len(asked) {
		return fmt.Errorf("%d items are named, %d are there", len(asked), n)
	}
	return nil
}

func tied(files map[string][]byte, named map[string]bool) (int, error) {
	held := map[string]bool{}
	for name, b := range files {
		if !strings.HasPrefix(name, "bodies/") {
			continue
		}
		parts := [][]byte{b}
		if path.Ext(name) == ".jsonl" {
			parts = nil
			lines := bufio.NewScanner(bytes.NewReader(b))
			lines.Buffer(nil, 1<<26)
			for lines.Scan() {
				part := bytes.Clone(lines.Bytes())
				if strings.HasPrefix(name, "bodies/answers/") {
					var row struct{ Packed []byte }
					if err := json.Unmarshal(part, &row); err != nil {
						return 0, err
					}
					part = row.Packed
				}
				if strings.HasPrefix(name, "bodies/states/") {
					var row struct{ States []byte }
					if err := json.Unmarshal(part, &row); err != nil {
						return 0, err
					}
					part = row.States
				}
				parts = append(parts, part)
			}
		}
		for _, part := range parts {
			sum := sha256.Sum256(part)
			if !named[hex.EncodeToString(sum[:])] {
				return 0, fmt.Errorf("%s has a body that no line names", name)
			}
			held[hex.EncodeToString(sum[:])] = true
		}
	}
	for line := range strings.Lines(string(files["log/left-out.txt"])) {
		held[strings.Fields(line)[0]] = true
	}
	if len(held) != len(named) {
		return 0, fmt.Errorf("%d bodies are named, %d are there or listed as left out", len(named), len(held))
	}
	return len(held), nil
}
