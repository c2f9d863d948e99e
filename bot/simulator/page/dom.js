// Everything on the page is built here from nodes and text: no string is ever parsed as
// HTML, so that nothing that came from outside can become markup.

const SVG = 'http://www.w3.org/2000/svg';

// h makes an element. Properties: class, text, data-*/aria-*/other attributes (null, false
// and undefined leave them out), and listeners as onclick and the like.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  set(element, properties);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'text') element.textContent = value;
    else if (name === 'class') element.className = value;
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

// icon is a drawing of the sprite in index.html.
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

// keyed makes parent's children those of items, in order: update(node, item) for a known
// key, create(item) for a new one, leave(node) for one that is gone. Keys are kept in nodes.
export function keyed(parent, nodes, items, key, { create, update, leave }) {
  const wanted = new Set(items.map(key));
  for (const [id, node] of nodes) {
    if (wanted.has(id)) continue;
    nodes.delete(id);
    leave ? leave(node) : node.remove();
  }
  let before = null;
  for (const item of items) {
    let node = nodes.get(key(item));
    if (node) update(node, item);
    else nodes.set(key(item), (node = create(item)));
    const at = before ? before.nextSibling : parent.firstChild;
    if (node !== at) parent.insertBefore(node, at);
    before = node;
  }
}

export const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

// fade lets an element go, without motion where the visitor asked for none.
export function fade(element, milliseconds = 260) {
  if (calm.matches) return element.remove();
  element.classList.add('leaving');
  setTimeout(() => element.remove(), milliseconds);
}

// safeURL returns an address that may be opened from a message, or null.
export function safeURL(address) {
  if (typeof address !== 'string') return null;
  const text = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
  try {
    const url = new URL(text);
    return ['http:', 'https:', 'tg:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// pictureURL returns the address of a picture that this page may show: its own, or of
// this machine's other servers. Others would tell a stranger that the page is open.
export function pictureURL(address) {
  if (typeof address !== 'string' || address === '') return null;
  try {
    const url = new URL(address, location.href);
    const local = ['127.0.0.1', 'localhost', location.hostname].includes(url.hostname);
    return (url.protocol === 'http:' && local) || url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}
