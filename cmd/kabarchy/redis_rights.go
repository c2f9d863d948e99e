package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// rightsOn are the commands that the program sends, by what the keys begin with that it
// sends them for. A test compares them with what a server was asked. Those of a
// transaction stand for themselves.
var rightsOn = []struct {
	prefix   string
	commands []string
}{
	{"subs", []string{
		"EVALSHA", "EVAL", "EXISTS", "HDEL", "HGET", "HGETALL", "HLEN", "HMGET", "HSET", "HSETNX",
	}},
	{"sent", []string{"EVALSHA", "EVAL", "EXPIRE", "PERSIST", "HDEL", "HGET", "HGETALL", "HLEN", "HMGET", "HSET"}},
	{"{news}", []string{
		"EVALSHA", "EVAL", "DEL", "EXISTS", "EXPIRE", "PEXPIRE", "PERSIST", "GET", "MGET", "SET", "INCR",
		"HDEL", "HEXISTS", "HGET", "HGETALL", "HINCRBY", "HKEYS", "HLEN", "HMGET", "HSET", "HSETNX", "HVALS",
		"LLEN", "LRANGE", "LREM", "LTRIM", "RPUSH", "SADD", "SMEMBERS",
		"ZADD", "ZCARD", "ZCOUNT", "ZRANGE", "ZRANGEBYSCORE", "ZREM", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE",
		"ZREVRANGE", "ZREVRANGEBYSCORE", "ZSCORE",
		"XADD", "XREVRANGE",
	}},
}

// arguments are what a command needs behind its key, if anything, to be understood.
var arguments = map[string][]any{
	"EXPIRE": {1}, "PEXPIRE": {1}, "SET": {""}, "HDEL": {""}, "HEXISTS": {""}, "HGET": {""}, "HMGET": {""},
	"HINCRBY": {"", 1}, "HSET": {"", ""}, "HSETNX": {"", ""}, "LRANGE": {0, 0}, "LREM": {0, ""}, "LTRIM": {0, -1}, "RPUSH": {""},
	"SADD": {""}, "ZADD": {0, ""}, "ZCOUNT": {0, 0}, "ZRANGE": {0, 0}, "ZRANGEBYSCORE": {0, 0}, "ZREM": {""},
	"ZREMRANGEBYRANK": {0, 0}, "ZREMRANGEBYSCORE": {0, 0}, "ZREVRANGE": {0, 0}, "ZREVRANGEBYSCORE": {0, 0}, "ZSCORE": {""},
	"XADD": {"*", "", ""}, "XREVRANGE": {"+", "-"},
}

// denied is the error of a user who lacks rights.
type denied struct {
	user           string
	commands, keys []string
}

func (d *denied) Error() string {
	var lacks, grant []string
	if len(d.commands) > 0 {
		lacks = append(lacks, "run "+strings.Join(d.commands, ", "))
		for _, c := range d.commands {
			grant = append(grant, "+"+strings.ToLower(c))
		}
	}
	if len(d.keys) > 0 {
		lacks = append(lacks, "read and write the keys "+strings.Join(d.keys, ", "))
		for _, k := range d.keys {
			grant = append(grant, "~"+k)
		}
	}
	return fmt.Sprintf("its user %s may not %s; grant what docs/redis.md says: ACL SETUSER %[1]s %[3]s",
		d.user, strings.Join(lacks, " nor "), strings.Join(grant, " "))
}

// Rights asks whether the program may do here all that it has to. It puts each command
// into a transaction and discards that, so that nothing is changed: a server judges a
// command when it is put there, also whether it takes writes at all.
func (r Redis) Rights(ctx context.Context) error {
	missing := &denied{user: r.user()}
	for _, on := range rightsOn {
		err := r.onServerOf(ctx, on.prefix+":rights", func(conn *redis.Conn) error {
			return missing.probe(ctx, conn, on.prefix, on.commands)
		})
		if err != nil {
			return err
		}
	}
	if len(missing.commands)+len(missing.keys) > 0 {
		return missing
	}
	return nil
}

// user is the name under which the servers know the program.
func (r Redis) user() string {
	name := ""
	switch client := r.UniversalClient.(type) {
	case *redis.Client:
		name = client.Options().Username
	case *redis.ClusterClient:
		name = client.Options().Username
	}
	if name == "" {
		return "default"
	}
	return name
}

// onServerOf does something with a connection of its own to the server that holds a key.
func (r Redis) onServerOf(ctx context.Context, key string, do func(*redis.Conn) error) error {
	server, ok := r.UniversalClient.(*redis.Client)
	if cluster, spread := r.UniversalClient.(*redis.ClusterClient); spread {
		var err error
		if server, err = cluster.MasterForKey(ctx, key); err != nil {
			return err
		}
	} else if !ok {
		return fmt.Errorf("a client of type %T", r.UniversalClient)
	}
	conn := server.Conn()
	defer conn.Close()
	return do(conn)
}

// probe adds what is missing of the commands on keys with a prefix.
func (d *denied) probe(ctx context.Context, conn *redis.Conn, prefix string, commands []string) error {
	for _, name := range []string{"PING", "MULTI", "EXEC", "MULTI"} {
		switch err := conn.Do(ctx, name).Err(); {
		case redis.IsPermissionError(err), redis.IsExecAbortError(err):
			d.lacks(err, name, prefix)
			return nil // outside of a transaction the commands would be carried out
		case err != nil:
			return err
		}
	}
	pipe := conn.Pipeline()
	for _, name := range commands {
		pipe.Do(ctx, probing(name, prefix+":rights")...)
	}
	pipe.Do(ctx, "DISCARD")
	answers, err := pipe.Exec(ctx)
	for _, answer := range answers {
		switch refusal := answer.Err(); {
		case redis.IsPermissionError(refusal):
			d.lacks(refusal, strings.ToUpper(answer.Name()), prefix)
		case refusal != nil:
			return refusal
		}
	}
	if redis.IsPermissionError(err) {
		return nil
	}
	return err
}

// probing is a command as it is put into the transaction.
func probing(name, key string) []any {
	switch name {
	case "EVAL":
		return []any{name, "return 1", 1, key}
	case "EVALSHA":
		return []any{name, strings.Repeat("0", 40), 1, key}
	}
	return append([]any{name, key}, arguments[name]...)
}

// lacks takes down what a server refused: a command or all keys with a prefix.
func (d *denied) lacks(refusal error, command, prefix string) {
	list, entry := &d.commands, command
	if strings.Contains(refusal.Error(), "key") {
		list, entry = &d.keys, prefix+":*"
	}
	if !slices.Contains(*list, entry) {
		*list = append(*list, entry)
	}
}
