package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kabarchy/bot/telegram"
)

// keyMenus: hash, user → a hash of the menu that their chat has, with /desk in it.
const keyMenus = "{news}:desk:menus"

// How long a chat whose menu Telegram does not take is left alone: longer each time.
const (
	menuPause      = 5 * time.Second
	longestPause   = 10 * time.Minute
	pausesLengthen = 2
)

// menuless is that Telegram did not take somebody's menu.
type menuless struct {
	until time.Time     // when to try again
	pause time.Duration // the last one
}

// offerDesk has /desk in the menu of those who are at the desk, and of nobody else.
func (b *Bot) offerDesk(ctx context.Context, n deskNews) error {
	have, err := b.admins.Redis.HGetAll(ctx, keyMenus).Result()
	if err != nil {
		return fmt.Errorf("whose menu has the desk: %w", err)
	}
	for _, p := range n.people {
		if p.Roles != 0 {
			if err := b.offerMenu(ctx, p.ID, have[decimal(p.ID)]); err != nil {
				return err
			}
		}
		delete(have, decimal(p.ID))
	}
	for id := range have {
		user, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return fmt.Errorf("whose menu has the desk: %w", err)
		}
		if err := b.citizensMenu(ctx, user, id); err != nil {
			return err
		}
	}
	return nil
}

// citizensMenu gives who is at the desk no more the menu that a citizen has.
func (b *Bot) citizensMenu(ctx context.Context, user int64, id string) error {
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return err
	}
	method, params := t.menuCall()
	return b.setMenu(ctx, user, method, params, func() error {
		return b.admins.Redis.HDel(ctx, keyMenus, id).Err()
	})
}

// offerMenu has /desk in the menu of one person at the desk, unless they have that menu.
func (b *Bot) offerMenu(ctx context.Context, user int64, has string) error {
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return err
	}
	wanted := telegram.JSON(deskMenu(t.words))
	sum := sha256.Sum256([]byte(wanted))
	fingerprint := hex.EncodeToString(sum[:8])
	if has == fingerprint {
		return nil
	}
	return b.setMenu(ctx, user, "setMyCommands", map[string]string{"commands": wanted}, func() error {
		return b.admins.Redis.HSet(ctx, keyMenus, decimal(user), fingerprint).Err()
	})
}

// setMenu changes the menu of one chat, and notes that. A chat for which Telegram refuses it,
// as one that never wrote to the bot, is tried again later.
func (b *Bot) setMenu(ctx context.Context, user int64, method string, params map[string]string, note func() error) error {
	var last menuless
	if failed, has := b.menuless.Load(user); has {
		if last = failed.(menuless); b.now().Before(last.until) {
			return nil
		}
	}
	params["scope"] = chatScope(user)
	err := b.client.Call(ctx, method, params, nil)
	if err == nil {
		b.menuless.Delete(user)
		return note()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	pause := min(max(menuPause, last.pause*pausesLengthen), longestPause)
	b.menuless.Store(user, menuless{b.now().Add(pause), pause})
	if last.pause == 0 {
		b.log.WarnContext(ctx, "desk: menu not set, trying again", "user", user, "method", method, "error", err)
	}
	if errors.As(err, new(*telegram.APIError)) && method == "deleteMyCommands" {
		return note() // the chat is gone, and its menu with it
	}
	return nil
}
