// The page: takes the state from the wire and lets the desk, the country and the phones
// draw it.

import { h, icon, keyed, fade, calm, safeURL } from './dom.js';
import { Country } from './country.js';
import { Desk } from './desk.js';
import { Phone } from './phone.js';
import { act, listen } from './wire.js';
import { Words, load, now, pick, prefer, preferred, putAhead } from './words.js';

const at = (id) => document.getElementById(id);

// order is that of the phones: the citizens', a group's, the press office's.
const order = (state) => (state.post === '' || state.post === undefined ? 0 : state.post === 'group' ? 1 : 2);

class Page {
  constructor() {
    this.words = new Words(preferred());
    this.phones = new Map(); // chat → Phone
    this.states = []; // of the phones, in order
    this.unread = 0;
    this.happening = new Set(); // what-ifs that were asked for and are not there yet
    this.country = new Country(at('map'), at('pins'));
    this.desk = new Desk({
      publish: (draft) => this.act('publish', { draft }),
      correct: (item) => this.act('correct', { item }),
      withdraw: (item) => this.act('withdraw', { item }),
    }, (...question) => this.ask(...question));
    this.does = {
      send: (chat, text, reply) => act('send', { chat, text, reply }),
      picture: (chat, text, reply) => act('picture', { chat, text, reply }),
      open: (chat, message, row, column, label) => act('open', { chat, message, row, column, label }),
      forward: (chat, message) => act('forward', { chat, message }),
      press: (chat, message, row, column, label) => act('press', { chat, message, row, column, label }),
      block: (chat, blocked) => act('block', { chat, blocked }),
      remove: (chat) => act('remove', { chat }),
    };
    this.addPhone = h('button', { type: 'button', class: 'add-phone', 'data-testid': 'add-phone', onclick: () => this.act('phone') }, icon('plus'), h('span', {}));
    at('phones').append(this.addPhone);
    this.controls();
    this.speak(this.words.language);
  }

  controls() {
    for (const button of document.querySelectorAll('[data-language]')) {
      if (button.tagName === 'BUTTON') button.addEventListener('click', () => { prefer(button.dataset.language); this.speak(button.dataset.language); });
    }
    for (const button of document.querySelectorAll('[data-add]')) {
      button.addEventListener('click', async () => {
        button.disabled = true;
        await this.act('crowd', { count: Number(button.dataset.add) });
        button.disabled = false;
      });
    }
    for (const button of document.querySelectorAll('.tabs [data-view]')) {
      button.addEventListener('click', () => this.view(button.dataset.view));
    }
    at('begin').addEventListener('click', async () => {
      if (!(await this.ask('begin_ask', 'begin_yes', 'begin_no'))) return;
      at('begin').disabled = true;
      if (await this.act('begin', {})) location.reload();
      at('begin').disabled = false;
    });
    this.view(document.body.dataset.view);
    setInterval(() => this.tick(), 5000);
    const top = document.querySelector('.top'); // as high as its words are long
    new ResizeObserver(() => document.documentElement.style.setProperty('--top', `${top.offsetHeight}px`)).observe(top);
  }

  // tick shows what time it is, and that it is not the machine's where it was put ahead.
  tick() {
    const ahead = this.deskState?.ahead_seconds;
    at('clock').hidden = !ahead;
    at('clock').lastElementChild.textContent = ahead ? this.words.t('clock', { time: this.words.time(now()) }) : '';
    for (const phone of this.phones.values()) phone.tick();
  }

  // view is what a narrow screen shows; a wide one shows everything.
  view(name) {
    document.body.dataset.view = name;
    for (const button of document.querySelectorAll('.tabs [data-view]')) {
      button.setAttribute('aria-current', button.dataset.view === name ? 'page' : 'false');
    }
    if (name === 'phones') {
      this.unread = 0;
      if (!this.seen) at('phones').scrollLeft = 0;
      this.seen = true;
      for (const phone of this.phones.values()) phone.scroll(false);
    }
    this.badge();
    window.scrollTo({ top: 0 });
  }

  badge() {
    at('unread').hidden = this.unread === 0;
    at('unread').textContent = String(this.unread);
  }

  // speak sets the page's language.
  speak(language) {
    const words = (this.words = new Words(language));
    document.documentElement.lang = language;
    document.title = words.t('title');
    for (const element of document.querySelectorAll('[data-word]')) element.textContent = words.t(element.dataset.word);
    for (const element of document.querySelectorAll('[data-aria]')) element.setAttribute('aria-label', words.t(element.dataset.aria));
    for (const button of document.querySelectorAll('.languages [data-language]')) {
      button.setAttribute('aria-pressed', String(button.dataset.language === language));
    }
    for (const button of document.querySelectorAll('[data-add]')) {
      const n = words.number(Number(button.dataset.add));
      button.textContent = `+${n}`;
      button.setAttribute('aria-label', words.t('add_n', { n }));
    }
    this.addPhone.lastChild.textContent = words.t('add_phone');
    at('offline').textContent = words.t('offline');
    this.drawDesk(this.deskState);
    this.drawPeople();
  }

  drawDesk(state) {
    this.deskState = state;
    putAhead(state?.ahead_seconds);
    this.tick();
    at('ministry').textContent = pick(state?.ministry, this.words.language) || '';
    this.drawLinks(state || {});
    document.body.classList.toggle('no-desk', !state);
    this.desk.draw(state, this.words);
    this.drawWhatIfs(state?.what_ifs || []);
  }

  // drawWhatIfs offers what can go wrong, and says of the last one what the bot does about it.
  drawWhatIfs(whats) {
    const { words } = this;
    const key = JSON.stringify([words.language, whats, this.happened]);
    if (key === this.whatIfs) return;
    this.whatIfs = key;
    at('begin').hidden = at('what-if').hidden = whats.length === 0;
    const buttons = at('what-if-buttons');
    const focused = [...buttons.children].indexOf(document.activeElement);
    buttons.replaceChildren(...whats.map((what) =>
      h('button', { type: 'button', 'data-testid': `what-${what}`, 'aria-pressed': String(what === this.happened), onclick: () => this.whatIf(what) }, words.t(`what_${what}`))));
    if (focused >= 0) buttons.children[focused]?.focus({ preventScroll: true });
    at('what-if-says').textContent = words.t(this.happened ? `says_${this.happened}` : 'what_if_says');
  }

  // whatIf has it happen, once however often it is pressed until then.
  async whatIf(what) {
    if (this.happening.has(what)) return;
    this.happening.add(what);
    this.happened = what;
    this.drawWhatIfs(this.deskState?.what_ifs || []);
    await this.act('what-if', { what });
    this.happening.delete(what);
    const asked = what === 'flood' && this.states.find((state) => state.post === 'approver');
    if (asked) this.show(asked.id);
  }

  // drawLinks leads to the ministry's site, and to what an operator looks at.
  drawLinks({ site, health, down }) {
    const { words } = this;
    at('site-down').hidden = !down;
    const key = JSON.stringify([words.language, site, health]);
    if (key === this.links) return;
    this.links = key;
    const address = safeURL(site ? `${site}/${words.language}/` : '') || '';
    at('site-address').hidden = !address;
    at('site-address').href = address;
    at('site-address').lastElementChild.textContent = address.replace(/^http:\/\//, '');
    at('site-address').setAttribute('aria-label', `${address} ${words.t('opens_outside')}`);
    at('links').replaceChildren(...(health ? [['health', 'readyz'], ['metrics', 'metrics']] : []).map(([word, path]) =>
      h('a', { href: safeURL(`${health}${path}`), target: '_blank', rel: 'noopener noreferrer', 'data-testid': word }, words.t(word), h('span', { class: 'unseen' }, ` ${words.t('opens_outside')}`))));
  }

  drawPeople() {
    const { words } = this;
    const hued = this.states.map((state, i) => ({ ...state, hue: i % 6 }));
    const citizens = hued.filter((state) => !state.post);
    const total = (this.crowd?.size || 0) + citizens.length;
    at('citizens').textContent = words.number(total);
    at('citizens-word').textContent = words.n('citizens', total);
    const stride = this.crowd?.stride || 1;
    at('stands').hidden = stride === 1;
    at('stands').textContent = words.t('dot_stands', { n: words.number(stride) });
    at('map').setAttribute('aria-label', words.t('map_label', { lit: words.number(this.country.reached * stride), total: words.number(total) }));
    this.country.people(citizens, words);
    for (const state of hued) this.phones.get(state.id)?.ownerIs(words, state.hue);
  }

  drawPhones(states) {
    states = states.toSorted((a, b) => order(a) - order(b));
    this.states = states;
    const nodes = new Map([...this.phones].map(([id, phone]) => [id, phone.root]));
    keyed(at('phones'), nodes, states, (state) => state.id, {
      create: (state) => {
        const phone = new Phone(state, this.does, (id) => this.pushed(id));
        this.phones.set(state.id, phone);
        requestAnimationFrame(() => phone.scroll(false));
        return phone.root;
      },
      update: (_, state) => this.phones.get(state.id).update(state),
      leave: (root) => { this.phones.delete(Number(root.dataset.chat)); fade(root); },
    });
    at('phones').append(this.addPhone);
    this.drawPeople();
  }

  pushed(id) {
    this.country.reach(id);
    if (document.body.dataset.view === 'phones') return;
    this.unread++;
    this.badge();
  }

  // act does something on the server and says when that failed.
  async act(action, body) {
    try {
      const result = await act(action, body);
      if (action === 'phone') this.show(result.chat);
      return result;
    } catch (problem) {
      this.note(problem.code === 501 ? this.words.t('not_offered') : this.words.t('failed_action'));
      return null;
    }
  }

  // show brings a new phone into sight as soon as it is drawn.
  show(chat) {
    const phone = this.phones.get(chat);
    if (!phone) { this.wanted = chat; return; }
    phone.root.scrollIntoView({ behavior: calm.matches ? 'instant' : 'smooth', inline: 'center', block: 'nearest' });
  }

  note(text) {
    const note = at('note');
    note.textContent = text;
    note.hidden = false;
    clearTimeout(this.noteEnds);
    this.noteEnds = setTimeout(() => { note.hidden = true; }, 6000);
  }

  ask(question, yes, no) {
    const dialog = at('ask');
    at('ask-text').textContent = this.words.t(question);
    at('ask-yes').textContent = this.words.t(yes);
    at('ask-no').textContent = this.words.t(no);
    return new Promise((resolve) => {
      at('ask-yes').onclick = () => dialog.close('yes');
      at('ask-no').onclick = () => dialog.close('no');
      dialog.returnValue = 'no';
      dialog.onclose = () => resolve(dialog.returnValue === 'yes');
      dialog.showModal();
    });
  }

  listen() {
    listen({
      line: (up) => { at('offline').hidden = up; },
      snapshot: (state) => {
        this.setCrowd(state.crowd, true);
        this.drawPhones(state.phones || []);
        this.drawDesk(state.desk || null);
        if (!state.desk && document.body.dataset.view === 'desk') this.view('phones');
        if (!document.body.classList.contains('ready')) at('phones').scrollLeft = 0;
        document.body.classList.add('ready');
      },
      phone: (state) => {
        const known = this.states.some((one) => one.id === state.id);
        this.drawPhones(known ? this.states.map((one) => (one.id === state.id ? state : one)) : [...this.states, state]);
        if (this.wanted === state.id || (!known && state.post === 'group')) { this.wanted = null; this.show(state.id); }
      },
      gone: ({ id }) => this.drawPhones(this.states.filter((one) => one.id !== id)),
      crowd: (crowd) => this.setCrowd(crowd, false),
      desk: (state) => this.drawDesk(state),
    });
  }

  setCrowd(crowd, first) {
    this.crowd = crowd;
    this.country.crowd(crowd, first);
    this.drawPeople();
  }
}

await load();
new Page().listen();
