// Package report keeps the sums that a press office answers for and makes reports,
// pictures and tables of them: what became of an item, who reads, and who came and left.
//
// It guarantees:
//
//   - Only sums are written, never a chat or anything new about one.
//   - No group of fewer than Least people is shown, and no subtraction of shown figures
//     tells one: see Fold, Spans and Table. What becomes of an item's messages as a whole
//     (sent, blocked, failed) is told exactly, since it has to add up; whose they are is not.
//   - Counting holds up nobody: a counter that fails or waits fails no answer.
package report
