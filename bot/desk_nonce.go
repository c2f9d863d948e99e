package bot

import (
	"crypto/rand"
	"regexp"
)

// nonce is what names a case before it is there: ten letters.
var nonce = regexp.MustCompile(`^[a-z]{10}$`)

func isNonce(id string) bool { return nonce.MatchString(id) }

func newNonce() string {
	letters := make([]byte, 10)
	rand.Read(letters) // never fails
	for i := range letters {
		letters[i] = 'a' + letters[i]%26
	}
	return string(letters)
}
