package subscriptions

import "errors"

// Check returns an error for preferences, as they are stored, that only a newer release can have
// written, and CheckWords for the words that a chat follows.
func Check(packed string) error {
	_, err := unpack(packed)
	return onlyNewer(err)
}

// CheckWords is Check for the words that a chat follows.
func CheckWords(packed string) error {
	_, err := unpackWords(packed)
	return onlyNewer(err)
}

// onlyNewer leaves out what no release wrote: that is told by who reads it.
func onlyNewer(err error) error {
	if errors.Is(err, errNewer) {
		return err
	}
	return nil
}
