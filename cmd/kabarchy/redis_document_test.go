package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

// redisDocument is docs/redis.md.
func redisDocument(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "redis.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documentedKeys are the first column of its tables of keys.
func documentedKeys(t *testing.T) (keys []string) {
	t.Helper()
	for _, row := range regexp.MustCompile("(?m)^\\| `((?:subs|sent|\\{news\\}):[^`]*)` \\|.*").FindAllStringSubmatch(redisDocument(t), -1) {
		if cells := strings.Split(row[0], " | "); len(cells) != 5 || slices.Contains(cells, "") {
			t.Errorf("docs/redis.md: a key has a name, a type, what it is, a size and a lifetime: %s", row[0])
		}
		keys = append(keys, row[1])
	}
	return keys
}

// documentedUser are the words of its ACL command, without the first.
func documentedUser(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^ACL (SETUSER kabarchy .* >PASSWORD .*)$`).FindStringSubmatch(redisDocument(t))
	if found == nil {
		t.Fatal("docs/redis.md holds no ACL command")
	}
	return found[1]
}

// placeholder is what stands for the part of a key that varies.
var placeholder = regexp.MustCompile(`<[a-z]+>`)

// documented fails the test if a key is in Redis that is not in the document.
func documented(t *testing.T, rdb redis.UniversalClient) {
	t.Helper()
	var patterns []string
	for _, key := range documentedKeys(t) {
		patterns = append(patterns, placeholder.ReplaceAllString(regexp.QuoteMeta(key), `[^:]+`))
	}
	known := regexp.MustCompile("^(" + strings.Join(patterns, "|") + ")$")
	for _, key := range keysOf(t, rdb) {
		if !known.MatchString(key) {
			t.Errorf("%s is in Redis and not in docs/redis.md", key)
		}
	}
}

// keysOf lists all keys, of a Cluster those of each master.
func keysOf(t *testing.T, rdb redis.UniversalClient) (keys []string) {
	t.Helper()
	var mu sync.Mutex
	walk := func(ctx context.Context, server redis.Cmdable) error {
		found := server.Scan(ctx, 0, "", 1000).Iterator()
		for found.Next(ctx) {
			mu.Lock()
			keys = append(keys, found.Val())
			mu.Unlock()
		}
		return found.Err()
	}
	if r, ok := rdb.(Redis); ok {
		rdb = r.UniversalClient
	}
	var err error
	if cluster, ok := rdb.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(t.Context(), func(ctx context.Context, master *redis.Client) error { return walk(ctx, master) })
	} else {
		err = walk(t.Context(), rdb)
	}
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys: %v", len(keys), err)
	}
	return keys
}

// TestEveryKeyIsDocumented compares the key names in the sources with those in the
// document, both ways.
func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	written := map[string]string{} // a key up to what varies → the file
	for _, folder := range []string{"feeds", "subscriptions", "bot", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Name() == "family.go" && filepath.Base(filepath.Dir(name)) == "backup" {
				return nil // it names all that others write
			}
			if err == nil && !entry.IsDir() && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				for _, key := range keyNames(t, name) {
					written[key] = name
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(written) < 20 {
		t.Fatalf("only %d keys are found in the sources", len(written))
	}
	var documented []string
	for _, key := range documentedKeys(t) {
		constant, _, _ := strings.Cut(key, "<")
		documented = append(documented, constant)
		if written[constant] == "" {
			t.Errorf("docs/redis.md: %s is nowhere in the sources", key)
		}
	}
	for key, file := range written {
		if !slices.Contains(documented, key) {
			t.Errorf("%s: %q is not in docs/redis.md", file, key)
		}
	}
}

// keyNames are the texts in a file that name keys: with the prefix of a key, or any text
// in a file keys.go but what joins their parts.
func keyNames(t *testing.T, name string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	all := filepath.Base(name) == "keys.go"
	ast.Inspect(file, func(node ast.Node) bool {
		if _, ok := node.(*ast.ImportSpec); ok {
			return false
		}
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err == nil && (all && text != ":" || keyPrefix.MatchString(text)) {
			names = append(names, text)
		}
		return true
	})
	return names
}

var keyPrefix = regexp.MustCompile(`^(subs|sent|\{news\}):`)
