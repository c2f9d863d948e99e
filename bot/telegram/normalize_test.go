package telegram

import "testing"

func TestTheSameRefusalIsTheSameReason(t *testing.T) {
	t.Parallel()
	for want, all := range map[string][]string{
		"something_new": {"Bad Request: SOMETHING_NEW", "SOMETHING_NEW", "bad request: something_new"},
		"can't parse entities: unsupported start tag … at byte offset #": {
			`Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 12`,
			`Bad Request: can't parse entities: Unsupported start tag "br" at byte offset 3`,
		},
		"inline keyboard button url … is invalid: url host is empty": {
			"Bad Request: inline keyboard button URL 'https://' is invalid: URL host is empty",
			"Bad Request: inline keyboard button URL 'https://мин юст.kg/' is invalid: URL host is empty",
		},
		"can't get … of chat #":           {"can't get https://a.kg/1?x=2 of chat -100123", "can't get http://b.kg of chat 42"},
		"file_reference_#_expired":        {"Bad Request: FILE_REFERENCE_0_EXPIRED", "Bad Request: FILE_REFERENCE_12_EXPIRED"},
		"bot … not found":                 {`Bad Request: bot "kabarchy_helper_bot" not found`, "Bad Request: bot @other_bot not found"},
		"bot can't write to the chat":     {"Forbidden: bot can't write to the chat"},
		"bot was kicked from the channel": {"Forbidden: bot was kicked from the channel"},
	} {
		for _, description := range all {
			if got := Normalized(description); got != want {
				t.Errorf("%q is %q, not %q", description, got, want)
			}
		}
	}
}
