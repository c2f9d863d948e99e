// Package lease decides which of several instances leads: one polls and sends, the others
// stand by.
//
// It guarantees that
//
//   - what an instance writes once it does not lead any more is refused: whoever writes
//     compares the lease's value in the same step;
//   - a standby takes over within seconds when the leader fails, and within a minute or two
//     when the leader alone does not reach Telegram;
//   - the numbers given grow, also over a failover of Redis that loses the last writes.
package lease
