// A page that the bot opens within a phone, as a Mini App: a frame over the chat that speaks with
// the page as https://core.telegram.org/api/web-events describes.

import { h, icon } from './dom.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

// colours are the phone's, of which a page takes what it likes.
const colours = () => ({ bg_color: dark.matches ? '#17212b' : '#ffffff', text_color: dark.matches ? '#f5f5f5' : '#000000' });

// openApp returns the frame as an element; closed is told when it is gone.
export function openApp(address, title, words, closed) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) return null; // nothing else is opened here
  const hash = new URLSearchParams(url.hash.slice(1));
  hash.set('tgWebAppThemeParams', JSON.stringify(colours()));
  url.hash = hash.toString();
  let unsaved = false;

  const frame = h('iframe', { src: url.href, title, 'data-testid': 'app-frame' });
  const back = h('button', { type: 'button', class: 'round', 'aria-label': words.t('back'), 'data-testid': 'app-back', hidden: true, onclick: () => tell('back_button_pressed') }, icon('back'));
  const close = h('button', { type: 'button', class: 'round', 'aria-label': words.t('close'), 'data-testid': 'app-close', onclick: () => end(false) }, icon('close'));
  const element = h('div', { class: 'app', role: 'dialog', 'aria-label': title, 'data-testid': 'app', onkeydown: (event) => { if (event.key === 'Escape') end(false); } },
    h('div', { class: 'app-head' }, back, h('b', {}, title), close), frame);

  const does = {
    web_app_ready: () => element.classList.add('ready'),
    web_app_close: () => end(true),
    web_app_setup_back_button: ({ is_visible }) => { back.hidden = !is_visible; },
    web_app_setup_closing_behavior: ({ need_confirmation }) => { unsaved = Boolean(need_confirmation); },
    web_app_request_theme: () => theme(),
  };

  function hear({ source, origin, data }) {
    if (source !== frame.contentWindow || origin !== location.origin || typeof data !== 'string') return;
    let said;
    try { said = JSON.parse(data); } catch { return; }
    does[said.eventType]?.(said.eventData ?? {});
  }

  function tell(event, fields = {}) {
    frame.contentWindow?.postMessage(JSON.stringify({ eventType: event, eventData: fields }), location.origin);
  }

  const theme = () => tell('theme_changed', { theme_params: colours() });

  function end(sure) {
    if (unsaved && !sure && !confirm(words.t('app_unsaved'))) return;
    removeEventListener('message', hear);
    dark.removeEventListener('change', theme);
    element.remove();
    closed();
  }

  addEventListener('message', hear);
  dark.addEventListener('change', theme);
  return element;
}
