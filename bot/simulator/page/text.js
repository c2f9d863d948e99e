// A message's text with its entities, as nodes. Offsets count UTF-16 units, as
// JavaScript's strings do.

import { h, safeURL } from './dom.js';

const simple = {
  bold: 'b', italic: 'i', underline: 'u', strikethrough: 's', code: 'code',
};

// render returns nodes. say(command) is called when a bot command in the text is pressed.
export function render(text, entities, words, say) {
  const sorted = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return stretch(text, 0, text.length, sorted, words, say);
}

// plain is a text's beginning on one line, for banners.
export function plain(text, length = 120) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length).replace(/\s\S*$/, '')}…` : line;
}

function stretch(text, from, to, entities, words, say) {
  const nodes = [];
  let at = from;
  let i = 0;
  while (i < entities.length) {
    const entity = entities[i++];
    const begin = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= begin) continue;
    if (begin > at) nodes.push(text.slice(at, begin));
    const inner = [];
    while (i < entities.length && entities[i].offset < end) inner.push(entities[i++]);
    nodes.push(element(entity, text.slice(begin, end), stretch(text, begin, end, inner, words, say), words, say));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function element(entity, raw, children, words, say) {
  switch (entity.type) {
    case 'text_link': return link(entity.url, children);
    case 'url': return link(raw, children);
    case 'bot_command':
      return h('button', { type: 'button', class: 'command', onclick: () => say(raw) }, children);
    case 'pre':
      return h('pre', {}, h('code', {}, children));
    case 'blockquote':
      return h('blockquote', {}, children);
    case 'expandable_blockquote':
      return expandable(children, words);
    case 'date_time':
      return h('time', { title: new Date(entity.unix_time * 1000).toLocaleString(document.documentElement.lang) }, children);
    case 'spoiler':
      return spoiler(children, words);
    default:
      return h(simple[entity.type] || 'span', {}, children);
  }
}

function link(address, children) {
  const url = safeURL(address);
  if (!url) return h('span', {}, children);
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, children);
}

function spoiler(children, words) {
  const veil = h('span', { class: 'spoiler', role: 'button', tabindex: 0, 'aria-label': words.t('spoiler') }, children);
  const lift = () => {
    veil.classList.add('lifted');
    for (const name of ['role', 'tabindex', 'aria-label']) veil.removeAttribute(name);
  };
  veil.addEventListener('click', lift);
  veil.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); lift(); }
  });
  return veil;
}

function expandable(children, words) {
  const quote = h('blockquote', { class: 'expandable' }, h('span', { class: 'quoted' }, children));
  const button = h('button', {
    type: 'button', class: 'expand', 'aria-expanded': 'false', 'aria-label': words.t('expand'),
    onclick: () => button.setAttribute('aria-expanded', String(quote.classList.toggle('open'))),
  }, '⌄');
  quote.append(button);
  return quote;
}
