package bot

import (
	"context"

	"kabarchy/bot/telegram"
)

// KeepPicture has Telegram keep a picture for a draft, and returns its id: it is sent to the chat
// of who brings it, silently.
func (b *Bot) KeepPicture(ctx context.Context, user int64, picture []byte) (id string, err error) {
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return "", err
	}
	var sent telegram.Sent
	err = b.client.Upload(ctx, "sendPhoto", map[string]string{
		"chat_id": decimal(user), "caption": t.words.T("line.desk_picture_kept", nil), "disable_notification": "true",
	}, telegram.File{Param: "photo", Name: "picture", Data: picture}, &sent)
	return sent.FileID(), err
}
