package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// pages are all Markdown files of the repository, by path from its root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	root := os.DirFS("../..")
	require.NoError(t, fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		all[name] = string(text)
		return err
	}))
	return all
}

var (
	fence = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```")
	code  = regexp.MustCompile("`[^`\n]*`")
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// anchors are the names that GitHub gives the headings of a page.
func anchors(text string) (out []string) {
	for line := range strings.Lines(fence.ReplaceAllString(text, "")) {
		title, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !is || !strings.HasPrefix(line, "#") {
			continue
		}
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ', r == '-':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title)))
	}
	return out
}

// Whoever follows a link of the documentation comes to something.
func TestLinksOfTheDocumentation(t *testing.T) {
	t.Parallel()
	all := pages(t)
	require.Contains(t, all, "docs/README.md")
	followed := 0
	for name, text := range all {
		prose := code.ReplaceAllString(fence.ReplaceAllString(text, ""), "")
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			file, anchor, anchored := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") || strings.HasPrefix(file, "mailto:") {
				continue
			}
			followed++
			to := name
			if file != "" {
				to = filepath.Join(filepath.Dir(name), file)
			}
			_, err := os.Stat(filepath.Join("../..", to))
			require.NoError(t, err, "%s links to %s", name, m[1])
			if page, is := all[to]; is && anchored {
				require.True(t, slices.Contains(anchors(page), anchor), "%s links to %s, and there is no such heading", name, m[1])
			}
		}
	}
	require.Greater(t, followed, 100)
}

// Whoever copies a command from the documentation types one that there is, with
// flags that it has.
func TestCommandsOfTheDocumentation(t *testing.T) {
	t.Parallel()
	root := newRoot(&program{})
	typed := 0
	try := func(page, line string) {
		line, _, _ = strings.Cut(line, " #")
		line, _, _ = strings.Cut(line, " | ")
		line = strings.Replace(strings.TrimPrefix(strings.TrimSpace(line), "$ "), "go run ./cmd/controlwatch", "controlwatch", 1)
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "controlwatch" || strings.ToLower(words[1]) != words[1] {
			return
		}
		typed++
		found, _, err := root.Find(words[1:])
		require.NoError(t, err, "%s: %s", page, line)
		if len(words) > 2 && found.HasSubCommands() && strings.ToUpper(words[2]) == words[2] && words[2][0] != '-' {
			return // as "report KIND": which one it is, is left open
		}
		for _, m := range exampleFlag.FindAllStringSubmatch(line, -1) {
			require.True(t, m[1] == "help" || found.Flag(m[1]) != nil || root.PersistentFlags().Lookup(m[1]) != nil, "%s: there is no --%s: %s", page, m[1], line)
		}
	}
	for name, text := range pages(t) {
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			if m[1] == "" || m[1] == "sh" {
				for line := range strings.Lines(strings.ReplaceAll(m[2], "\\\n", " ")) {
					try(name, line)
				}
			}
		}
		for _, quoted := range code.FindAllString(fence.ReplaceAllString(text, ""), -1) {
			if quoted = strings.Trim(quoted, "`"); strings.HasPrefix(quoted, "controlwatch ") {
				try(name, quoted)
			}
		}
	}
	require.Greater(t, typed, 80)
}
