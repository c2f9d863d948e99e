// A citizen's phone: the chat with the bot, as Telegram shows it, in the language of the
// phone. It draws what the server says of the chat, and hands back what is done on it.

import { openApp } from './app.js';
import { calm, fade, h, icon, keyed, pictureURL, safeURL } from './dom.js';
import { bubble } from './message.js';
import { foot } from './foot.js';
import { plain } from './text.js';
import { Words, dayNumber, known, now } from './words.js';

const wide = 408; // pixels: a screen of 390 and its frame
const bannerFor = 6000; // milliseconds
const toastFor = 3500;
const answerFor = 1500; // what comes so soon after a person's act is an answer, not a push
const pressFor = 5000; // no press lasts longer

export class Phone {
  // does has send(chat, text, reply), picture(chat, text, reply), forward(chat, message), press(chat, message, row, column, label) with the bot's answer, open(chat, message, row, column, label) with a page's address, block(chat, wanted),
  // remove(chat): each returns a promise. pushed(chat) is told of every push.
  constructor(state, does, pushed) {
    this.does = does;
    this.pushed = pushed;
    this.words = new Words(known(state.language));
    this.nodes = new Map();
    this.known = new Map(); // message id → its JSON
    this.acted = -Infinity;
    this.held = 0;
    this.build(state);
    this.update(state, true);
  }

  build(state) {
    const { words } = this;
    this.subtitle = h('span', { class: 'bot-state', 'data-testid': 'bot-state' });
    this.title = h('b', {});
    this.log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: 0, 'data-testid': 'log', 'aria-label': words.t('chat_with', { name: state.name }) });
    this.log.addEventListener('scroll', () => this.scrolled());
    this.log.addEventListener('pointerdown', () => this.hold());
    for (const end of ['pointerup', 'pointercancel', 'pointerleave']) this.log.addEventListener(end, () => setTimeout(() => this.release())); // after the click
    this.toBottom = h('button', { type: 'button', class: 'to-bottom', 'aria-label': words.t('to_bottom'), onclick: () => this.scroll(true), hidden: true }, icon('down'));
    this.menu = h('div', { class: 'phone-menu', hidden: true, 'data-testid': 'phone-menu-items' });
    this.menuButton = h('button', { type: 'button', class: 'round', 'aria-label': words.t('phone_menu'), 'aria-expanded': 'false', 'data-testid': 'phone-menu', onclick: () => this.openMenu(this.menu.hidden) }, icon('more'));
    this.foot = foot(words, { say: (text, reply) => this.say(text, reply), picture: (text, reply) => this.act(this.does.picture(this.id, text, reply)), block: (wanted) => this.act(this.does.block(this.id, wanted)), open: () => this.openApp(0) });
    this.over = h('div', { class: 'over' });
    this.clock = h('time', {});
    this.screen = h('div', { class: 'screen', lang: words.language },
      h('div', { class: 'bar', 'aria-hidden': 'true' }, this.clock, h('i', { class: 'island' }), h('span', {}, icon('signal'), icon('battery'))),
      h('div', { class: 'chat-head' }, icon('back'),
        h('img', { class: 'bot-face', src: '/page/emblem.svg', alt: '', width: 38, height: 38 }),
        h('div', { class: 'bot-name' }, this.title, this.subtitle), this.menuButton),
      this.menu,
      h('div', { class: 'chat' }, this.log, this.toBottom),
      this.foot.element, this.over);
    this.owner = h('header', { class: 'owner' });
    this.root = h('article', { class: 'slot', 'data-testid': 'phone', 'data-chat': state.id, 'data-name': state.name, 'data-language': state.language },
      this.owner, h('div', { class: 'phone' }, this.screen));
    new ResizeObserver(() => this.fit()).observe(this.owner);
    this.screen.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.openMenu(false); });
    this.screen.addEventListener('click', (event) => {
      if (!this.menu.hidden && !this.menuButton.contains(event.target)) this.openMenu(false);
    });
  }

  // fit draws the phone as large as there is room for.
  fit() {
    const zoom = Math.min(1, this.root.clientWidth / wide);
    if (zoom > 0) this.root.style.setProperty('--zoom', zoom.toFixed(4));
  }

  // hold keeps the log as it is while a finger is on it: a button that is drawn anew between
  // down and up is not pressed.
  hold() {
    clearTimeout(this.held);
    this.held = setTimeout(() => this.release(), pressFor);
  }

  release() {
    clearTimeout(this.held);
    this.held = 0;
    const { later } = this;
    this.later = null;
    if (later) this.update(later);
  }

  // update draws the state. first is the time when all of it is new to the page.
  update(state, first = false) {
    if (this.held && !first) {
      this.later = state;
      return;
    }
    this.id = state.id;
    this.state = state;
    const { words } = this;
    this.title.textContent = state.title;
    this.subtitle.textContent = words.t(state.typing ? 'typing' : state.post === 'group' ? 'group' : 'bot');
    this.subtitle.classList.toggle('typing', state.typing);
    this.tick();
    this.root.classList.toggle('blocked', state.blocked);
    this.root.classList.toggle('group', state.post === 'group');
    this.menuItems(state);
    const arrived = this.draw(state, first);
    this.foot.update(state);
    if (!first) this.announce(arrived);
  }

  // tick shows what time it is.
  tick() {
    this.clock.textContent = this.words.time(now());
  }

  // draw makes the log show the messages and returns those that just came from the bot.
  draw(state, first) {
    const low = first || this.isLow();
    const lines = [];
    let day = null;
    for (const message of state.messages) {
      const date = dayNumber(new Date(message.date));
      if (date !== day) lines.push({ key: `day-${date}`, day: new Date(message.date) });
      day = date;
      lines.push({ key: message.id, message, json: JSON.stringify(message) });
    }
    if (!state.messages.length) lines.push({ key: 'empty', empty: state.description || '' });
    const arrived = lines.filter((line) => line.message && !line.message.out && !this.known.has(line.key)).map((line) => line.message);
    const own = lines.some((line) => line.message?.out && !this.known.has(line.key));
    keyed(this.log, this.nodes, lines, (line) => line.key, {
      create: (line) => this.line(line, first),
      update: (node, line) => this.change(node, line),
      leave: (node) => (first || node.classList.contains('empty') ? node.remove() : fade(node)),
    });
    this.known = new Map(lines.filter((line) => line.message).map((line) => [line.key, line.json]));
    if (low || own) this.scroll(!first && !calm.matches);
    else this.toBottom.hidden = arrived.length === 0 && this.toBottom.hidden;
    return arrived;
  }

  line(line, first) {
    if (line.day) return h('div', { class: 'service day' }, h('span', {}, this.words.day(line.day)));
    if (line.empty !== undefined) return this.empty(line.empty);
    const node = bubble(line.message, this.chat());
    if (!first) node.classList.add('arriving');
    this.holdBottom(node);
    return node;
  }

  empty(description) {
    return h('div', { class: 'empty', 'data-testid': 'empty' },
      h('img', { src: '/page/emblem.svg', alt: '', width: 88, height: 88 }),
      h('div', {}, h('b', {}, this.words.t('empty_title')), h('p', {}, description)));
  }

  // change redraws a message that became another one, keeping the keyboard's focus.
  change(node, line) {
    if (line.empty !== undefined) return node.querySelector('p').replaceChildren(line.empty);
    if (!line.message || this.known.get(line.key) === line.json) return;
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const fresh = bubble(line.message, this.chat());
    node.className = `${fresh.className} changed`;
    node.replaceChildren(...fresh.childNodes);
    this.holdBottom(node);
    if (focused) (node.querySelector(`[data-key="${focused}"]`) || node.querySelector('.key'))?.focus({ preventScroll: true });
  }

  chat() {
    return {
      words: this.words,
      say: (text) => this.say(text),
      forward: (message) => this.act(this.does.forward(this.id, message.id)),
      answered: (id) => this.state.messages.find((message) => message.id === id),
      copy: (text) => navigator.clipboard?.writeText(text).then(() => this.toast(text), () => this.toast(text)),
      open: (message, row, column, label) => this.openApp(message.id, row, column, label),
      press: (message, row, column, label) => this.act(this.does.press(this.id, message.id, row, column, label).then((answer) => this.answer(answer))),
    };
  }

  // openApp opens the page behind a button of a message, or behind the chat's own.
  openApp(message, row, column, label) {
    const back = document.activeElement;
    return this.act(this.does.open(this.id, message, row, column, label).then(({ url }) => {
      const app = openApp(url, this.state.title, this.words, () => back?.focus?.({ preventScroll: true }));
      if (!app) return;
      this.over.querySelectorAll('.app').forEach((old) => old.remove());
      this.over.append(app);
      app.querySelector('[data-testid="app-close"]').focus({ preventScroll: true });
    }));
  }

  say(text, reply) {
    return this.act(this.does.send(this.id, text, reply));
  }

  act(promise) {
    this.acted = performance.now();
    return promise.catch(() => this.toast(this.words.t('failed_action')));
  }

  announce(arrived) {
    const message = arrived.at(-1);
    if (!message || performance.now() - this.acted < answerFor) return;
    this.pushed(this.id);
    this.root.classList.remove('pulse');
    void this.root.offsetWidth; // begins the animation anew
    this.root.classList.toggle('pulse', !message.silent);
    const [first, ...rest] = (message.text || this.words.t('photo')).split('\n').filter((line) => line.trim());
    const picture = message.photo && pictureURL(message.photo);
    const banner = h('button', { type: 'button', class: 'banner', 'data-testid': 'banner', onclick: () => { fade(banner); this.scroll(true); } },
      h('img', { class: 'bot-face', src: '/page/emblem.svg', alt: '', width: 36, height: 36 }),
      h('span', { class: 'banner-text' },
        h('span', { class: 'banner-head' }, h('b', {}, this.state.title), h('small', {}, message.silent && icon('mute'), this.words.t('now'))),
        h('b', { class: 'banner-title' }, plain(first || '', 90)),
        rest.length > 0 && h('span', { class: 'banner-line' }, plain(rest.join(' '), 110))),
      picture && h('img', { class: 'banner-photo', src: picture, alt: '' }));
    this.over.querySelectorAll('.banner').forEach((old) => old.remove());
    this.over.append(banner);
    setTimeout(() => fade(banner), bannerFor);
  }

  // answer shows what the bot said to a press: a passing line, or an alert to be closed.
  answer({ text, alert, url } = {}) {
    const address = url && safeURL(url);
    if (address) window.open(address, '_blank', 'noopener,noreferrer');
    if (text) alert ? this.alert(text) : this.toast(text);
  }

  toast(text) {
    const toast = h('p', { class: 'toast', role: 'status', 'data-testid': 'toast', text });
    this.over.querySelectorAll('.toast').forEach((old) => old.remove());
    this.over.append(toast);
    setTimeout(() => fade(toast), toastFor);
  }

  alert(text) {
    const back = document.activeElement;
    const close = () => { fade(veil, 160); back?.focus?.({ preventScroll: true }); };
    const ok = h('button', { type: 'button', 'data-testid': 'alert-ok', onclick: close }, this.words.t('ok'));
    const veil = h('div', { class: 'alert-veil', onkeydown: (event) => { if (event.key === 'Escape') close(); } },
      h('div', { class: 'alert', role: 'alertdialog', 'data-testid': 'alert', 'aria-label': this.state.title }, h('p', { text }), ok));
    this.over.append(veil);
    ok.focus({ preventScroll: true });
  }

  openMenu(wanted) {
    this.menu.hidden = !wanted;
    this.menuButton.setAttribute('aria-expanded', String(wanted));
  }

  menuItems(state) {
    const item = (testid, drawing, word, act) =>
      h('button', { type: 'button', 'data-testid': testid, onclick: () => { this.openMenu(false); act(); } }, icon(drawing), this.words.t(word));
    if (this.menu.childElementCount && this.menu.dataset.blocked === String(state.blocked)) return;
    this.menu.dataset.blocked = state.blocked;
    if (state.post === 'group') return this.menu.replaceChildren(item('remove-phone', 'close', 'remove_bot', () => this.act(this.does.remove(this.id))));
    this.menu.replaceChildren(
      state.blocked
        ? item('unblock', 'check', 'unblock', () => this.act(this.does.block(this.id, false)))
        : item('block', 'ban', 'block', () => this.act(this.does.block(this.id, true))),
      item('remove-phone', 'close', 'remove_phone', () => this.act(this.does.remove(this.id))));
  }

  // ownerIs names the person above the phone, in the page's language.
  ownerIs(page, hue) {
    const place = this.state.post || this.state.place ? page.t(this.state.post || this.state.place) : '';
    this.owner.replaceChildren(
      h('span', { class: `face hue-${hue}`, 'aria-hidden': 'true' }, this.state.name.slice(0, 1)),
      h('span', { class: 'owner-name' }, h('b', {}, this.state.name), place && h('span', {}, place)),
      h('span', { class: 'chip' }, this.words.entries.own_name));
  }

  isLow() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 90;
  }

  scroll(smooth) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth && !calm.matches ? 'smooth' : 'instant' });
    this.low = true;
    this.toBottom.hidden = true;
  }

  scrolled() {
    this.low = this.isLow();
    if (this.low) this.toBottom.hidden = true;
  }

  // holdBottom keeps the end in sight when a picture's height becomes known.
  holdBottom(node) {
    for (const image of node.querySelectorAll('img.photo')) {
      image.addEventListener('load', () => { if (this.low !== false) this.scroll(false); });
    }
  }
}
