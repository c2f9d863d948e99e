package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
)

// keyMenus: hash, user → a hash of the menu that their chat has, with /desk in it.
const keyMenus = "{news}:desk:menus"

// menuPause is how long a chat whose menu Telegram does not take is left alone.
const menuPause = 10 * time.Minute

// offerDesk has /desk in the menu of those who are at the desk, and of nobody else.
func (b *Bot) offerDesk(ctx context.Context, n deskNews) error {
	have, err := b.admins.Redis.HGetAll(ctx, keyMenus).Result()
	if err != nil {
		return fmt.Errorf("whose menu has the desk: %w", err)
	}
	for _, p := range n.people {
		id := decimal(p.ID)
		t, err := b.converse(ctx, telegram.Chat{ID: p.ID, Type: "private"}, telegram.User{ID: p.ID})
		if err != nil {
			return err
		}
		menu := deskMenu(t.words)
		sum := sha256.Sum256([]byte(telegram.JSON(menu)))
		if fingerprint := hex.EncodeToString(sum[:8]); p.Roles != 0 && have[id] != fingerprint {
			err := b.setMenu(ctx, p.ID, "setMyCommands", map[string]string{"commands": telegram.JSON(menu)}, func() error {
				return b.admins.Redis.HSet(ctx, keyMenus, id, fingerprint).Err()
			})
			if err != nil {
				return err
			}
		}
		delete(have, id)
	}
	for id := range have {
		user, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return fmt.Errorf("whose menu has the desk: %w", err)
		}
		err = b.setMenu(ctx, user, "deleteMyCommands", map[string]string{}, func() error {
			return b.admins.Redis.HDel(ctx, keyMenus, id).Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deskMenu is the menu with the desk in it, first.
func deskMenu(words locale.Locale) []menuEntry {
	menu := []menuEntry{{"desk", words.T("command.desk", nil)}}
	for _, c := range commands {
		if c.menu != "" {
			menu = append(menu, menuEntry{c.name, words.T(c.menu, nil)})
		}
	}
	return menu
}

// setMenu changes the menu of one chat, and notes that. A chat for which Telegram refuses it,
// as one that never wrote to the bot, is tried again later.
func (b *Bot) setMenu(ctx context.Context, user int64, method string, params map[string]string, note func() error) error {
	if until, failed := b.menuless.Load(user); failed && b.now().Before(until.(time.Time)) {
		return nil
	}
	params["scope"] = telegram.JSON(map[string]any{"type": "chat", "chat_id": user})
	err := b.client.Call(ctx, method, params, nil)
	if err == nil {
		b.menuless.Delete(user)
		return note()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, again := b.menuless.Swap(user, b.now().Add(menuPause)); !again {
		b.log.WarnContext(ctx, "desk: menu not set, trying again", "user", user, "method", method, "error", err)
	}
	if errors.As(err, new(*telegram.APIError)) && method == "deleteMyCommands" {
		return note() // the chat is gone, and its menu with it
	}
	return nil
}
