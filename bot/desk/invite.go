package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// The verbs with which the audit tells of people.
const (
	Invite Verb = "invite"
	Accept Verb = "accept"
	PutOut Verb = "putout"
)

// inviteScript keeps an invitation.
//
// KEYS: 1 the invitation · 2 audit · 3 people
// ARGV: 1 who invites, as JSON · 2 seconds it is valid · 3 the audit's line · 4 its oldest id ·
// 5 who · 6 their entry as read
// Result: 1; -2 where the person is another by now.
var inviteScript = redis.NewScript(`
if (redis.call('HGET', KEYS[3], ARGV[5]) or '') ~= ARGV[6] then return -2 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[4], '*', 'line', ARGV[3])
return 1
`)

// acceptScript lets somebody in.
//
// KEYS: 1 the invitation · 2 audit · 3 people
// ARGV: 1 the invitation as read · 2 user · 3 their entry · 4 the audit's line · 5 its oldest id
// Result: 1; 0 where the invitation was used or is over.
var acceptScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[5], '*', 'line', ARGV[4])
return 1
`)

// putOutScript takes somebody's entry away.
//
// KEYS: 1 audit · 2 people
// ARGV: 1 user · 2 the audit's line · 3 its oldest id · 4 who · 5 their entry as read
// Result: 1; 0 where there is no such entry; -2 where the person is another by now.
var putOutScript = redis.NewScript(`
if (redis.call('HGET', KEYS[2], ARGV[4]) or '') ~= ARGV[5] then return -2 end
if redis.call('HDEL', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[3], '*', 'line', ARGV[2])
return 1
`)

// Invite returns a token of 32 characters with which one person can come to the desk, once
// and for 24 hours, as an officer. Only its SHA-256 is kept.
func (d *Desk) Invite(ctx context.Context, by int64) (token string, err error) {
	if !d.options.Writing {
		return "", fmt.Errorf("invite: %w", ErrNotAllowed)
	}
	random := make([]byte, 20)
	rand.Read(random) // never fails
	token = strings.ToLower(base32.StdEncoding.EncodeToString(random))
	now := d.moment()
	raw, err := json.Marshal(Person{InvitedBy: by, Since: now})
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	err = d.administer(ctx, by, Line{At: now, Verb: Invite}, func(l Line, entry string) (int, error) {
		line, err := json.Marshal(l)
		if err != nil {
			return 0, err
		}
		return inviteScript.Run(ctx, d.rdb, []string{keyInvite(hash(token)), keyAudit, keyPeople},
			string(raw), int(keptInvite.Seconds()), string(line), oldestLine(now), by, entry).Int()
	})
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	return token, nil
}

// Accept lets somebody in by a token. ok is false where it was used, is older than 24
// hours, or who gave it is no approver any more.
func (d *Desk) Accept(ctx context.Context, token string, user int64, name string) (p Person, ok bool, err error) {
	key := keyInvite(hash(token))
	raw, err := d.rdb.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) || err == nil && user <= 0 {
		return Person{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &p)
	}
	if err != nil {
		return Person{}, false, fmt.Errorf("accept an invitation: %w", err)
	}
	if roles, err := d.RolesOf(ctx, p.InvitedBy); err != nil || roles&Approver == 0 {
		return Person{}, false, err
	}
	p.ID, p.Name, p.Roles, p.Since = user, shorten(name), Officer, d.moment()
	entry, err := json.Marshal(p)
	if err != nil {
		return Person{}, false, fmt.Errorf("accept an invitation: %w", err)
	}
	line, err := json.Marshal(Line{At: p.Since, Who: user, Role: Officer, Verb: Accept, Whom: p.InvitedBy})
	if err != nil {
		return Person{}, false, fmt.Errorf("accept an invitation: %w", err)
	}
	done, err := acceptScript.Run(ctx, d.rdb, []string{key, keyAudit, keyPeople}, raw, user, string(entry), string(line), oldestLine(p.Since)).Int()
	if err != nil {
		return Person{}, false, fmt.Errorf("accept an invitation: %w", err)
	}
	return p, done == 1, nil
}

// PutOut ends what an invitation gave somebody, at once. ErrNotInvited where they have none.
func (d *Desk) PutOut(ctx context.Context, by, user int64) error {
	now := d.moment()
	err := d.administer(ctx, by, Line{At: now, Verb: PutOut, Whom: user}, func(l Line, entry string) (int, error) {
		line, err := json.Marshal(l)
		if err != nil {
			return 0, err
		}
		return putOutScript.Run(ctx, d.rdb, []string{keyAudit, keyPeople}, user, string(line), oldestLine(now), by, entry).Int()
	})
	if err != nil {
		return fmt.Errorf("put %d out: %w", user, err)
	}
	return nil
}

// hash is how a token is kept.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// maxName is how much of a name is kept, in characters.
const maxName = 64

func shorten(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if characters := []rune(name); len(characters) > maxName {
		return string(characters[:maxName])
	}
	return name
}
