package lease

// The keys share the hash tag of all that is small, so that one script can look at the lease
// and write something else in a Cluster too.
const (
	// Key is where the lease stands: what a leader writes is written only while that holds
	// its value.
	Key        = "{news}:lease"   // string: the leader's "<fencing number>:<token>"; it expires
	keyStandby = "{news}:standby" // string: that an instance stands by which reaches Telegram; it expires
	keyFence   = "{news}:fence"   // string: the last fencing number given
)
