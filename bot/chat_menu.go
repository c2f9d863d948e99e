package bot

import (
	"context"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
)

// Beside the answers to a chat its menu of commands is changed, the newest change alone.
const (
	chatMenus  = "menu" // whose they are in the outbox, beside the chat's answers
	newestMenu = 1      // their place there
)

// withMenu is for what answers a choice of language, from the one before, or from none: behind
// the answer the menu of commands changes, if it has to.
func (t *conversation) withMenu(ctx context.Context, before string, answered error) error {
	now := t.preferences.Interface
	if answered != nil || !t.chat.Private() || now == before || before == "" && now == phoneMenu(t.from.LanguageCode) {
		return answered
	}
	return t.followMenu(ctx)
}

// followMenu has the menu of commands follow the language that the person has chosen, also
// where their phone speaks another. It goes behind the answer, and again where Telegram does
// not take it; one that is lost with the process comes with the next choice or /start. Those
// at the desk have a menu of their own: see offerDesk.
func (t *conversation) followMenu(ctx context.Context) error {
	method, params := t.menuCall()
	follower := *t
	_, err := t.bot.outbox.say(ctx, addressee{t.chat.ID, chatMenus}, &answer{
		place: newestMenu, life: screenLife, late: true,
		call: func(ctx context.Context) error {
			if _, is, err := follower.atDesk(ctx); err != nil || is {
				return err
			}
			return t.bot.client.Call(ctx, method, params, nil)
		},
	})
	return err
}

// menuCall sets the menu of a chat whose language is not its phone's, and takes that of any
// other away: then the phone shows the one for its language.
func (t *conversation) menuCall() (method string, params map[string]string) {
	params = map[string]string{"scope": chatScope(t.chat.ID)}
	if t.preferences.Interface == "" || t.preferences.Interface == phoneMenu(t.from.LanguageCode) {
		return "deleteMyCommands", params
	}
	params["commands"] = telegram.JSON(menu(t.words))
	return "setMyCommands", params
}

// phoneMenu is the language of the menu that a phone shows: see introduceIn.
func phoneMenu(phone string) string {
	if words := locale.For(phone); phone != "" && len(phone) >= 2 && phone[:2] == words.Language() {
		return words.Language()
	}
	return "en"
}

// chatScope names one chat to Telegram's methods for commands.
func chatScope(chat int64) string {
	return telegram.JSON(map[string]any{"type": "chat", "chat_id": chat})
}
