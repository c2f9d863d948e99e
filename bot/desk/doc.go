// Package desk is the press office: what is announced, corrected and withdrawn, who decides
// it, and what became of it. It knows neither Telegram nor HTML; its views call Do and Look.
//
// What it promises:
//
//   - Only what the table Rules allows happens, each act in one step with its line in the
//     audit: a script compares the case and the rights of who acts with what was read.
//   - An act has an id and is done once, however often it comes, for a day.
//   - An approval is for a version. Every act makes a new one, and what goes out is the
//     version that was approved.
//   - Who approves wrote none of it, unless the configuration says otherwise.
//   - What a case in Sending is to do is done again until it is done: a kill between the
//     decision and its effect loses nothing, and what was done before is done once.
package desk
