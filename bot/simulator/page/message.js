// One message of a chat as a bubble with its picture, its time and its buttons.

import { h, icon, pictureURL, safeURL } from './dom.js';
import { plain, render } from './text.js';

// bubble builds a message. chat gives the words of its phone and what presses do:
// press(message, row, column, label), open(message, row, column, label), say(text), forward(message), copy(text); answered(id) is a
// message by its id.
export function bubble(message, chat) {
  if (message.service) return h('div', { class: 'service' }, h('span', {}, chat.words.t(`service_${message.service}`, { name: message.author })));
  const content = h('div', { class: 'bubble' });
  if (message.author && !message.out) content.append(h('b', { class: 'author' }, message.author));
  const picture = photo(message, chat.words);
  if (picture) content.append(picture);
  const answered = message.reply && chat.answered(message.reply);
  if (answered) content.append(h('div', { class: 'quote', dir: 'auto' }, plain(answered.text || chat.words.t('photo'), 80)));
  if (message.forwarded) content.append(h('div', { class: 'quote' }, chat.words.t('forwarded')));
  if (message.file) content.append(file(message.file));
  const body = h('div', { class: 'text', dir: 'auto' }, render(message.text, message.entities, chat.words, chat.say));
  body.append(meta(message, chat.words));
  if (message.preview) body.append(preview(message.preview));
  content.append(body, h('button', { type: 'button', class: 'pass', 'aria-label': chat.words.t('forward'), title: chat.words.t('forward'), 'data-testid': 'forward', onclick: () => chat.forward(message) }, icon('forward')));
  return h('div', {
    class: `message ${message.out ? 'out' : 'in'}${picture ? ' with-photo' : ''}`,
    'data-testid': 'message', 'data-message': message.id,
  }, content, keyboard(message, chat));
}

function photo(message, words) {
  if (!message.photo) return null;
  const address = pictureURL(message.photo);
  if (!address) return h('div', { class: 'photo missing' }, words.t('photo'));
  const image = h('img', { class: 'photo', src: address, alt: words.t('photo'), decoding: 'async' });
  image.addEventListener('error', () => image.replaceWith(h('div', { class: 'photo missing' }, words.t('photo'))));
  return image;
}

function file({ name, address }) {
  return h('a', { class: 'file', href: pictureURL(address), download: name, 'data-testid': 'file' }, icon('down'), h('span', {}, name));
}

function meta(message, words) {
  const date = new Date(message.date);
  return h('span', { class: 'meta' },
    message.silent && h('span', { class: 'silent', role: 'img', 'aria-label': words.t('silent'), title: words.t('silent') }, icon('mute')),
    h('time', { datetime: date.toISOString() }, words.time(date)),
    message.out && icon('checks'));
}

function preview(address) {
  const url = safeURL(address);
  if (!url) return '';
  const { hostname, pathname } = new URL(url);
  return h('a', { class: 'preview', href: url, target: '_blank', rel: 'noopener noreferrer' },
    h('b', {}, hostname), h('span', {}, decodeURIComponentSafe(pathname)));
}

function decodeURIComponentSafe(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function keyboard(message, chat) {
  if (!message.keyboard?.length) return null;
  return h('div', { class: 'keyboard' }, message.keyboard.map((row, y) =>
    h('div', { class: 'keys' }, row.map((button, x) => key(button, message, y, x, chat)))));
}

function key(button, message, row, column, chat) {
  const name = `key${button.style ? ` key-${button.style}` : ''}`;
  const common = { 'data-testid': 'button', 'data-label': button.text, 'data-key': `${row}-${column}` };
  const label = h('span', { class: 'key-text' }, button.text);
  const url = button.url && safeURL(button.url);
  if (url) {
    return h('a', { class: name, href: url, target: '_blank', rel: 'noopener noreferrer', ...common },
      label, icon('out'), h('span', { class: 'unseen' }, chat.words.t('opens_outside')));
  }
  const press = () => {
    if (button.app) return chat.open(message, row, column, button.text);
    if (button.copy) return chat.copy(button.copy);
    element.classList.add('busy');
    chat.press(message, row, column, button.text).finally(() => element.classList.remove('busy'));
  };
  const element = h('button', { type: 'button', class: name, onclick: press, ...common }, label);
  return element;
}
