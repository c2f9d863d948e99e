package simulator

import (
	"context"
	"fmt"
)

// InlineQuery is what a person typed after @bot, and waits for the results.
type InlineQuery struct {
	citizen  *Citizen
	question question[InlineAnswer]
}

// InlineQuery types @bot and a query into some chat's line.
func (c *Citizen) InlineQuery(query, offset string) *InlineQuery {
	c.mu.Lock()
	c.person.known = true
	c.mu.Unlock()
	q := &InlineQuery{c, c.account.queries.ask(c.account.now())}
	c.account.updates.push(typing.of(c.id), "inline_query", wireInlineQuery{
		ID: q.question.id, From: c.User(), Query: query, Offset: offset, ChatType: "private",
	})
	return q
}

// Answer waits for the bot's results.
func (q *InlineQuery) Answer(ctx context.Context) (InlineAnswer, error) {
	a, err := q.question.wait(ctx)
	if err != nil {
		return a, fmt.Errorf("wait for inline results: %w", err)
	}
	return a, nil
}

// Choose sends a result to a chat, as a message of the person through the bot.
func (q *InlineQuery) Choose(result InlineResult, to *Chat) Message {
	to.mu.Lock()
	defer to.mu.Unlock()
	m := result.Message
	m.Inline, m.From, m.Name = true, q.citizen.id, q.citizen.User().FirstName
	m = to.add(m)
	to.account.updates.push(q.citizen.id, "chosen_inline_result", wireChosen{
		ResultID: result.ID, From: q.citizen.User(), InlineID: inlineID(m),
	})
	return m
}
