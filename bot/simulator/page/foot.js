// The lower end of a chat: START on an empty one, UNBLOCK on a blocked one, otherwise
// the command menu and the field to write in, which answers what the bot asks.

import { h, icon } from './dom.js';
import { plain } from './text.js';

// foot returns { element, update(state) }. does has say(text, reply), picture(text, reply),
// block(wanted) and open() for the page that the menu opens, where it does.
export function foot(words, does) {
  let state = { commands: [], messages: [] };
  let asked = null; // the message that is answered
  let declined = 0; // the question that is not to be answered
  const list = h('div', { class: 'commands', hidden: true, 'data-testid': 'commands' });
  const menu = h('button', { type: 'button', class: 'menu-button', 'aria-expanded': 'false', 'data-testid': 'menu', onclick: () => (state.app ? does.open() : open(list.hidden, '')) }, icon('menu'), h('span', {}, words.t('menu')));
  const field = h('textarea', { rows: 1, maxlength: 4096, placeholder: words.t('message'), 'aria-label': words.t('message'), 'data-testid': 'input', enterkeyhint: 'send', autocomplete: 'off' });
  const send = h('button', { type: 'submit', class: 'send', 'aria-label': words.t('send'), 'data-testid': 'send' }, icon('send'));
  const picture = h('button', { type: 'button', class: 'attach', 'aria-label': words.t('send_picture'), title: words.t('send_picture'), 'data-testid': 'picture', onclick: () => sendPicture() }, icon('clip'));
  const form = h('form', { class: 'write' }, menu, field, picture, send);
  const decline = h('button', { type: 'button', class: 'round', 'aria-label': words.t('decline'), 'data-testid': 'decline', onclick: () => { declined = asked.id; ask(); field.focus(); } }, icon('close'));
  const question = h('div', { class: 'asked', hidden: true, 'data-testid': 'asked' }, h('span', { dir: 'auto' }), decline);
  const start = h('button', { type: 'button', class: 'wide start', 'data-testid': 'start', onclick: () => does.say('/start') }, words.t('start'));
  const unblock = h('button', { type: 'button', class: 'wide', 'data-testid': 'foot-unblock', onclick: () => does.block(false) }, words.t('unblock'));
  const blocked = h('div', { class: 'blocked-foot' }, h('span', {}, words.t('blocked_line')), unblock);
  const element = h('div', { class: 'foot' }, list, question, form, start, blocked);

  function say(text) {
    open(false, '');
    field.value = '';
    grow();
    does.say(text, text.startsWith('/') ? undefined : asked?.id);
  }

  // A picture takes what is written with it.
  function sendPicture() {
    const text = field.value.trim();
    if (text.length <= 1024) field.value = ''; // else it is refused, and stays
    grow();
    does.picture(text, asked?.id);
  }

  // ask shows the newest question, unless it is answered or is not to be.
  function ask() {
    const newest = state.messages.findLast((message) => message.question);
    const open = newest && newest.id !== declined && !state.messages.some((message) => message.out && message.reply === newest.id);
    const before = asked?.id;
    asked = open ? newest : null;
    question.hidden = !asked || form.hidden;
    question.firstChild.textContent = asked ? plain(asked.text, 90) : '';
    field.placeholder = asked?.question.placeholder || words.t('message');
    const here = element.parentElement?.contains(document.activeElement);
    if (asked && asked.id !== before && here) field.focus({ preventScroll: true });
  }

  function open(wanted, prefix) {
    const found = state.commands.filter((command) => `/${command.command}`.startsWith(prefix || '/'));
    list.hidden = !wanted || found.length === 0;
    menu.setAttribute('aria-expanded', String(!list.hidden));
    list.replaceChildren(...found.map((command) =>
      h('button', { type: 'button', 'data-testid': `command-${command.command}`, onclick: () => say(`/${command.command}`) },
        h('span', {}, command.description), h('code', {}, `/${command.command}`))));
  }

  function grow() {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 110)}px`;
    form.classList.toggle('filled', field.value.trim() !== '');
  }

  field.addEventListener('input', () => {
    grow();
    open(/^\/\w*$/.test(field.value), field.value);
  });
  let shift = false; // with it, Enter begins a new line instead of sending
  element.addEventListener('keydown', (event) => {
    shift = event.shiftKey;
    if (event.key === 'Escape') open(false, '');
  });
  field.addEventListener('beforeinput', (event) => {
    if (event.inputType !== 'insertLineBreak' || shift) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) say(text);
  });

  return {
    element,
    update(fresh) {
      state = fresh;
      const fresh_chat = fresh.messages.length === 0;
      start.hidden = fresh.blocked || !fresh_chat;
      form.hidden = fresh.blocked || fresh_chat;
      blocked.hidden = !fresh.blocked;
      menu.hidden = fresh.commands.length === 0 && !fresh.app;
      menu.lastChild.textContent = fresh.app || words.t('menu');
      ask();
    },
  };
}
