package web

// keySession is a string: who has signed in, as scs encodes it; by SHA-256 of the token in
// the cookie.
func keySession(sum string) string { return "{news}:desk:session:" + sum }

// keySaid is a string: the words that a page begins with; by SHA-256 of the token and the page.
func keySaid(sum string) string { return "{news}:desk:said:" + sum }

// keySeen is a string: that a sign-in by Telegram, or a form that invites, was used.
func keySeen(sum string) string { return "{news}:desk:seen:" + sum }

// keyKnocks is a string: how many sign-ins came from an address within a minute.
func keyKnocks(sum string) string { return "{news}:desk:knocks:" + sum }

// keyTyping is a sorted set: the cases of which somebody has typed something that is not saved, by
// when they typed last.
func keyTyping(who int64) string { return "{news}:desk:typing:" + decimal(who) }

// keyTyped is a string: a form that somebody filled in and has not saved, as it is sent; by the
// case and the person.
func keyTyped(id string, who int64) string { return "{news}:desk:typed:" + id + ":" + decimal(who) }
