package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// document knows on which line of the file a key is.
type document struct {
	name string
	file *ast.File
}

// problem puts file, line and key in front of what is wrong.
func (d document) problem(p problem) error {
	key := ""
	if p.key != "" {
		key = p.key + ": "
	}
	return fmt.Errorf("%s:%d: %s%s", d.name, d.line(p.key), key, p.text)
}

// line finds the key, or of a missing one what should hold it.
func (d document) line(key string) int {
	for key != "" {
		if path, err := yaml.PathString("$." + key); err == nil {
			if node, err := path.FilterFile(d.file); err == nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 1
}

// syntax explains an error of the YAML library in the same form.
func (d document) syntax(err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	at, text := e.GetToken(), e.GetMessage()
	var unknown *yaml.UnknownFieldError
	var wrong *yaml.TypeError
	var large *yaml.OverflowError
	switch {
	case errors.As(err, &unknown):
		text = "there is no such key"
	case errors.As(err, &wrong):
		text = "must be " + kindName(wrong.DstType)
	case errors.As(err, &large):
		text = "is too large a number"
	}
	if key := d.key(at); key != "" {
		text = key + ": " + text
	}
	return fmt.Errorf("%s:%d: %s", d.name, at.Position.Line, text)
}

// key is the key at which a token of the file stands, such as sources[1].url.
func (d document) key(at *token.Token) string {
	if d.file == nil {
		return ""
	}
	finder := keyFinder{at: at}
	for _, doc := range d.file.Docs {
		ast.Walk(&finder, doc)
	}
	return strings.TrimPrefix(strings.TrimPrefix(finder.path, "$"), ".")
}

type keyFinder struct {
	at   *token.Token
	path string
}

// Visit is part of ast.Visitor.
func (f *keyFinder) Visit(node ast.Node) ast.Visitor {
	if node.GetToken() == f.at && len(node.GetPath()) > len(f.path) {
		f.path = node.GetPath()
	}
	return f
}

// kindName says of a Go type what the file must hold for it.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "text"
	default:
		return "a " + t.Kind().String()
	}
}
