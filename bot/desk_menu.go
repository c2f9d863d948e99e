package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/locale"
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
	for id, has := range have {
		user, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return fmt.Errorf("whose menu has the desk: %w", err)
		}
		if err := b.citizensMenu(ctx, user, has); err != nil {
			return err
		}
	}
	return nil
}

// menuStep is one of the calls that give a chat its menu.
type menuStep struct {
	method string
	params map[string]string
}

// withPages marks, behind the hash of a menu, that the chat has the button of the desk's pages.
const withPages = "+"

// citizensMenu gives who is at the desk no more the menu that a citizen has.
func (b *Bot) citizensMenu(ctx context.Context, user int64, has string) error {
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return err
	}
	method, params := t.menuCall()
	calls := []menuStep{{method, params}}
	if strings.HasSuffix(has, withPages) {
		calls = append(calls, b.menuButton(t.words, user, ""))
	}
	return b.setMenu(ctx, user, calls, func() error {
		return b.admins.Redis.HDel(ctx, keyMenus, decimal(user)).Err()
	})
}

// offerMenu has /desk in the menu of one person at the desk, and beside it the button of the
// desk's pages, unless they have that menu.
func (b *Bot) offerMenu(ctx context.Context, user int64, has string) error {
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return err
	}
	wanted, address := telegram.JSON(deskMenu(t.words)), b.deskPage(user)
	calls, mark := []menuStep{{"setMyCommands", map[string]string{"commands": wanted, "scope": chatScope(user)}}}, ""
	if address != "" {
		mark = withPages
	}
	if address != "" || strings.HasSuffix(has, withPages) {
		calls = append(calls, b.menuButton(t.words, user, address))
	}
	sum := sha256.Sum256([]byte(wanted + address))
	fingerprint := hex.EncodeToString(sum[:8]) + mark
	if has == fingerprint {
		return nil
	}
	return b.setMenu(ctx, user, calls, func() error {
		return b.admins.Redis.HSet(ctx, keyMenus, decimal(user), fingerprint).Err()
	})
}

// menuButton has the button beside the words of a chat open the desk's pages, or, without an
// address, the menu of commands again.
func (b *Bot) menuButton(words locale.Locale, user int64, address string) menuStep {
	button := map[string]any{"type": "default"}
	if address != "" {
		button = map[string]any{"type": "web_app", "text": words.T("button.desk_menu", nil), "web_app": telegram.WebApp{URL: address}}
	}
	return menuStep{"setChatMenuButton", map[string]string{"chat_id": decimal(user), "menu_button": telegram.JSON(button)}}
}

// setMenu changes the menu of one chat, and notes that. A chat for which Telegram refuses it,
// as one that never wrote to the bot, is tried again later.
func (b *Bot) setMenu(ctx context.Context, user int64, calls []menuStep, note func() error) error {
	var last menuless
	if failed, has := b.menuless.Load(user); has {
		if last = failed.(menuless); b.now().Before(last.until) {
			return nil
		}
	}
	for _, c := range calls {
		err := b.client.Call(ctx, c.method, c.params, nil)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		pause := min(max(menuPause, last.pause*pausesLengthen), longestPause)
		b.menuless.Store(user, menuless{b.now().Add(pause), pause})
		if last.pause == 0 {
			b.log.WarnContext(ctx, "desk: menu not set, trying again", "user", user, "method", c.method, "error", err)
		}
		if errors.As(err, new(*telegram.APIError)) && c.method == "deleteMyCommands" {
			return note() // the chat is gone, and its menu with it
		}
		return nil
	}
	b.menuless.Delete(user)
	return note()
}
