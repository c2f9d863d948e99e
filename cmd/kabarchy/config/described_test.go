package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// described is a row of docs/configure.md: of a key, or of a variable, whose type is empty.
type described struct{ kind, leftOut, rule string }

// TestEachKeyIsDescribed: docs/configure.md has a row for each key of the file, with its type and
// with what it is where it is left out, and for each variable. It has no other rows.
func TestEachKeyIsDescribed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/configure.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]described{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z][^`]*)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$").FindAllStringSubmatch(string(text), -1) {
		rows[row[1]] = described{row[2], row[3], row[4]}
	}
	there := map[string]described{}
	c, _ := Parse("k.yaml", []byte("desk: {}\ntelegram: {paid: {}}"))
	keysOf(reflect.ValueOf(*c), "", there)
	for _, key := range needed(t) {
		there[key] = described{kind: there[key].kind, leftOut: "needed"}
	}
	for key, want := range there {
		got, is := rows[key]
		delete(rows, key)
		switch {
		case !is || got.rule == "":
			t.Errorf("docs/configure.md has no row for %s, which is %q, left out %q", key, want.kind, want.leftOut)
		case got.kind != want.kind:
			t.Errorf("%s is %q, want %q", key, got.kind, want.kind)
		case want.leftOut != "" && strings.Trim(got.leftOut, "`") != want.leftOut:
			t.Errorf("%s, left out, is %q, want %q", key, got.leftOut, want.leftOut)
		case want.leftOut == "" && (got.leftOut == "needed" || strings.TrimSpace(got.leftOut) == ""):
			t.Errorf("%s, left out, is %q", key, got.leftOut)
		}
	}
	for key := range rows {
		t.Errorf("docs/configure.md has a row for %s, which is no key", key)
	}
	variables := reflect.TypeFor[Environment]()
	for field := range variables.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		if !regexp.MustCompile("(?m)^\\| `?[^|]*`" + name + "`").Match(text) {
			t.Errorf("docs/configure.md does not name %s", name)
		}
		if left := field.Tag.Get("envDefault"); !strings.Contains(string(text), left) {
			t.Errorf("docs/configure.md does not say that %s is %s", name, left)
		}
	}
	if !strings.Contains(string(text), defaultRedis) {
		t.Errorf("docs/configure.md does not say that REDIS_URL is %s", defaultRedis)
	}
}

// keysOf adds the keys below a value: each with its type, and what it is where the file says nothing.
func keysOf(v reflect.Value, at string, into map[string]described) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		key, value := at+field.Tag.Get("yaml"), v.Field(i)
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
		switch {
		case value.Kind() == reflect.Struct:
			keysOf(value, key+".", into)
		case value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Struct:
			keysOf(reflect.New(value.Type().Elem()).Elem(), key+"[].", into)
		default:
			d := described{kind: kindOf(value.Type())}
			if !value.IsZero() || value.Kind() == reflect.Bool {
				d.leftOut = fmt.Sprint(value.Interface())
			}
			into[key] = d
		}
	}
}

// kindOf is what the document calls a type.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "list of " + kindOf(t.Elem()) + "s"
	case reflect.Map:
		return "text by language"
	}
	return strings.TrimPrefix(kindName(t), "a ")
}

// needed are the keys that a file with empty entries is told to lack.
func needed(t *testing.T) []string {
	t.Helper()
	_, err := Parse("k.yaml", []byte("sources: [{}]\ntopics: [{}]\ndesk: {people: [{}]}"))
	var keys []string
	for _, found := range regexp.MustCompile(`k\.yaml:\d+: ([a-z_.0-9\[\]]+): `).FindAllStringSubmatch(fmt.Sprint(err), -1) {
		key := regexp.MustCompile(`\[\d+\]`).ReplaceAllString(found[1], "[]")
		keys = append(keys, regexp.MustCompile(`\.(ky|ru|en)$`).ReplaceAllString(key, ""))
	}
	// One of three keys is needed below match, and of the desk an approver: the rows say so.
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == "topics[].match" || key == "desk.people" })
	if len(keys) < 8 {
		t.Fatalf("needed: %q", keys)
	}
	return keys
}
