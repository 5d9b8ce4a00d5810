package contract

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Comments reads what the sources of packages say of their types and fields, by
// package path, type and field, joined by dots. Tests are left out.
func Comments(module string, sources fs.FS, packages ...string) (map[string]string, error) {
	all := map[string]string{}
	for _, pkg := range packages {
		files, err := fs.Glob(sources, path.Join(pkg, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := fs.ReadFile(sources, name)
			if err != nil {
				return nil, err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			within := module + "/" + pkg
			if file.Name.Name == "main" {
				within = "main"
			}
			read(file, within, all)
		}
	}
	return all, nil
}

func read(file *ast.File, pkg string, all map[string]string) {
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE {
			continue
		}
		for _, spec := range group.Specs {
			of, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			key := pkg + "." + of.Name.Name
			all[key] = said(of.Doc, group.Doc, of.Comment)
			object, ok := of.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, field := range object.Fields.List {
				for _, name := range field.Names {
					all[key+"."+name.Name] = said(field.Doc, field.Comment)
				}
			}
		}
	}
}

// said is the first of some comments that says anything.
func said(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}
