package websub

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // see algorithms
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"
)

// idSize is the length of an id, in hexadecimal digits: 128 bits.
const idSize = 32

// derived is a secret for a purpose, which follows from the key.
func (s *Subscriber) derived(purpose string, of ...string) string {
	mac := hmac.New(sha256.New, []byte(s.Key))
	mac.Write([]byte(purpose + "\x00" + strings.Join(of, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}

// id is that of a subscription: the same at each start and on each instance, so that there are no
// two of one; another one under another public address, or with another token.
func (s *Subscriber) id(source, hub, topic string) string {
	return s.derived("id", s.Address, source, hub, topic)[:idSize]
}

// secret is what a hub signs with: fewer than 200 bytes, as the recommendation says.
func (s *Subscriber) secret(id string) string { return s.derived("secret", id) }

// name is the last part of the address that a hub is given: the id and its signature.
func (s *Subscriber) name(id string) string { return id + s.derived("callback", id)[:idSize] }

// callback is the address that a hub is given.
func (s *Subscriber) callback(id string) string { return s.Address + "/" + s.name(id) }

// idOf reads the last part of an address. Nobody can make one up.
func (s *Subscriber) idOf(name string) (id string, known bool) {
	if len(name) != 2*idSize {
		return "", false
	}
	id = name[:idSize]
	return id, hmac.Equal([]byte(s.name(id)), []byte(name))
}

// algorithms are those that the recommendation names. Hubs choose, and the largest public one
// knows nothing but sha1: what is found against SHA-1 makes no HMAC of it, and who could make one
// would have a source polled.
var algorithms = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}

// signature is what a request says that its body is signed with.
type signature struct {
	hash.Hash
	said []byte
}

// readSignature reads the header X-Hub-Signature; no hash where it is none.
func readSignature(header, secret string) signature {
	method, said, _ := strings.Cut(header, "=")
	algorithm := algorithms[strings.ToLower(method)]
	sum, err := hex.DecodeString(said)
	if algorithm == nil || err != nil {
		return signature{}
	}
	return signature{hmac.New(algorithm, []byte(secret)), sum}
}

// holds reports whether what was written is what was signed.
func (s signature) holds() bool { return hmac.Equal(s.said, s.Sum(nil)) }
