// The ministry's site, as its editor has it: what can be published next, what was, and how far
// it came.

import { h, icon, keyed, pictureURL } from './dom.js';
import { languages, now, pick } from './words.js';

const longWait = 30 * 60 * 1000; // milliseconds: no rate explains it

export class Desk {
  // does has publish(draft), correct(item), withdraw(item), each a promise; ask(question,
  // yes, no) resolves to whether the visitor agreed.
  constructor(does, ask) {
    this.does = does;
    this.ask = ask;
    this.chosen = null;
    this.items = new Map();
    this.busy = new Set();
    this.bars = new Map(); // broadcast → its bar
    this.section = document.getElementById('desk');
    this.draft = document.getElementById('draft');
    this.pager = h('div', { class: 'pager' });
    this.list = document.getElementById('published-list');
    this.running = document.getElementById('running');
    this.audience = document.getElementById('audience');
  }

  draw(state, words) {
    this.state = state;
    this.words = words;
    this.section.hidden = !state;
    if (!state) return;
    this.drawDraft(state.drafts || []);
    this.drawPublished(state.published || [], state.broadcasts || []);
    this.drawRunning(state.broadcasts || []);
    this.drawAudience(state.audience);
  }

  drawDraft(drafts) {
    const { words } = this;
    let at = drafts.findIndex((draft) => draft.id === this.chosen);
    if (at < 0) at = 0;
    const draft = drafts[at];
    const key = JSON.stringify([words.language, draft, at, drafts.length, this.busy.has(draft?.id)]);
    if (key === this.draftKey) return;
    this.draftKey = key;
    if (!draft) {
      this.draft.replaceChildren(h('p', { class: 'nothing', 'data-testid': 'drafts-none' }, words.t('drafts_none')));
      return;
    }
    this.chosen = draft.id;
    const turn = (by) => { this.chosen = drafts[(at + by + drafts.length) % drafts.length].id; this.drawDraft(drafts); };
    const focused = this.draft.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    this.pager.replaceChildren(...(drafts.length > 1 ? [
      h('button', { type: 'button', class: 'round', 'aria-label': words.t('previous'), 'data-testid': 'draft-previous', onclick: () => turn(-1) }, icon('back')),
      h('span', {}, words.t('draft_of', { n: at + 1, total: drafts.length })),
      h('button', { type: 'button', class: 'round', 'aria-label': words.t('next'), 'data-testid': 'draft-next', onclick: () => turn(1) }, icon('next')),
    ] : []));
    this.draft.replaceChildren(this.draftCard(draft));
    if (focused) this.draft.querySelector(`[data-testid=${focused}]`)?.focus({ preventScroll: true });
  }

  draftCard(draft) {
    const { words } = this;
    const busy = this.busy.has(draft.id);
    const publish = h('button', { type: 'button', class: 'strong publish', 'data-testid': 'publish', 'aria-disabled': busy, onclick: () => this.publish(draft) },
      icon('send'), words.t(busy ? 'publishing' : 'publish'));
    return h('div', { class: 'draft', 'data-testid': 'draft', 'data-draft': draft.id },
      picture(draft.picture, 'item-photo'),
      h('div', { class: 'item-text' },
        h('b', { class: 'item-title' }, pick(draft.titles, words.language)),
        h('span', { class: 'item-when' }, h('em', {}, words.t('draft')))),
      h('div', { class: 'draft-acts' }, publish, this.pager));
  }

  async publish(draft) {
    if (this.busy.has(draft.id)) return;
    this.busy.add(draft.id);
    this.redraft();
    await this.does.publish(draft.id);
    this.busy.delete(draft.id);
    this.redraft();
  }

  // redraft draws the draft anew and keeps the keyboard's focus on the button.
  redraft() {
    const focused = this.draft.contains(document.activeElement) && document.activeElement.dataset.testid;
    this.drawDraft(this.state.drafts || []);
    if (focused) this.draft.querySelector(`[data-testid=${focused}]`)?.focus({ preventScroll: true });
  }

  drawPublished(published, broadcasts) {
    const rows = published.map((item) => ({ item, sent: broadcasts.filter((one) => (item.items || [item.id]).includes(one.item)) }));
    keyed(this.list, this.items, rows, (row) => row.item.id, {
      create: (row) => this.fill(h('li', { class: 'item', 'data-testid': 'item', 'data-item': row.item.id }), row),
      update: (node, row) => this.fill(node, row),
    });
  }

  // fill redraws an item only where something of it changed, so that buttons keep their focus.
  fill(node, { item, sent }) {
    const { words } = this;
    const key = JSON.stringify([words.language, item]);
    if (node.dataset.key !== key) {
      node.dataset.key = key;
      const mark = item.withdrawn ? 'withdrawn' : item.corrected ? 'corrected' : null;
      node.classList.toggle('gone', Boolean(item.withdrawn));
      node.replaceChildren(
        picture(item.picture, 'item-photo'),
        h('div', { class: 'item-text' }, h('b', { class: 'item-title' }, pick(item.titles, words.language)),
          h('span', { class: 'item-when' }, item.published_at && words.moment(new Date(item.published_at)), mark && h('em', {}, words.t(mark)))),
        h('div', { class: 'item-buttons' },
          item.can_correct && this.button('correct', item),
          item.can_withdraw && this.button('withdraw', item)),
        h('div', { class: 'lines' }));
    }
    const [newest] = sent.filter((one) => one.planned > 0); // they come newest first
    node.querySelector('.lines').replaceChildren(...(newest ? [this.line(item.id, sent.filter((one) => one.kind === newest.kind && one.planned > 0))] : []));
    return node;
  }

  button(word, item) {
    const act = async () => {
      if (element.ariaDisabled === 'true' || word === 'withdraw' && !(await this.ask('withdraw_ask', 'withdraw_yes', 'withdraw_no'))) return;
      element.ariaDisabled = 'true'; // and not disabled: the keyboard's focus stays
      await this.does[word](item.id);
      element.ariaDisabled = 'false';
    };
    const element = h('button', { type: 'button', class: 'quiet', 'data-testid': word, onclick: act }, this.words.t(word));
    return element;
  }

  // line is how far an item came, or what was last done to it, in all its languages.
  line(item, all) {
    const { words } = this;
    const sum = total(all);
    const [{ kind }] = all;
    const counts = [['blocked', sum('blocked')], ['failed', sum('failed')]].filter(([, n]) => n > 0);
    return h('div', { class: `line${finished(all) ? ' finished' : ''}`, 'data-testid': 'broadcast', 'data-kind': kind },
      this.bar(`${item} ${kind}`, all),
      h('div', { class: 'counts' }, kind !== 'news' && h('span', { class: 'kind' }, words.t(`kind_${kind}`)),
        all.some((one) => one.urgent) && h('span', { class: 'urgent' }, words.t('urgent')),
        h('span', {}, words.t('progress_of', { n: words.number(sum('sent')), total: words.number(sum('planned')) })),
        counts.map(([word, n]) => h('span', { class: `count-${word}` }, words.t(word), ' ', h('b', {}, words.number(n)))),
        h('span', { class: 'line-when' }, this.when(all))));
  }

  bar(key, all) {
    if (!this.bars.has(key)) this.bars.set(key, emptyBar());
    return fillBar(this.bars.get(key), all, this.words);
  }

  // when says at what rate some broadcasts run and when they end, or when they ended. They
  // share one rate, so that who ends leaves it to the others. Where somebody waits for the
  // morning, it is the morning.
  when(all) {
    const { words } = this;
    const sum = total(all);
    if (finished(all)) return words.t('finished', { time: words.time(latest(all)) });
    const rate = sum('rate');
    const end = new Date(now().getTime() + (rate ? (1000 * sum('to_go')) / rate : 0));
    const expected = new Date(Math.max(...all.map((one) => new Date(one.expected_end || 0).getTime())));
    if (expected - end > longWait) return words.t('ends', { time: words.time(expected) });
    return !rate ? '' : [words.t('rate', { n: words.number(rate) }), words.t('ends', { time: words.time(end) })].join(' · ');
  }

  // drawRunning shows what is on its way now, or came last, below the map.
  drawRunning(broadcasts) {
    const { words } = this;
    const counted = broadcasts.filter((one) => one.planned > 0); // the newest first
    const open = counted.filter((one) => !one.finished_at);
    const begun = broadcasts.filter((one) => one.planned === 0 && !one.finished_at && one.title); // its readers are being counted; a digest may have none
    const [chosen] = open.length ? open : begun.length ? begun : counted;
    const newest = (chosen?.planned === 0 ? begun : counted).filter((one) => one.story === chosen.story && one.kind === chosen.kind); // all editions
    if (!newest.length) {
      this.running.replaceChildren(h('p', { class: 'waiting' }, words.t('waiting')));
      return;
    }
    const sum = total(newest);
    const done = finished(newest);
    const { kind, title } = newest.find((one) => one.language === words.language) || newest[0];
    this.running.classList.toggle('done', done);
    this.running.replaceChildren(
      h('p', { class: 'running-title' }, done && icon('check'), kind !== 'news' && h('b', {}, words.t(`kind_${kind}`), title && ': '), h('span', {}, title)),
      done ? this.result(newest) : this.bar('running', newest),
      h('p', { class: 'running-line', 'data-testid': 'running-line' },
        h('b', { 'data-testid': 'running-sent' }, sum('planned') > 0 && words.t('progress_of', { n: words.number(sum('sent')), total: words.number(sum('planned')) })),
        h('span', {}, this.when(newest))));
  }

  // result is what it came to in one line: how many people, languages, and how long it took.
  result(all) {
    const { words } = this;
    const say = (n, id) => [h('b', {}, words.number(n)), ` ${words.n(id, n)}`];
    const begin = Math.min(...all.map((one) => new Date(one.planned_at).getTime()));
    const seconds = Math.max(1, Math.round((latest(all) - begin) / 1000));
    const people = total(all)('sent');
    const tongues = new Set(all.filter((one) => one.sent > 0).map((one) => one.language)).size;
    const parts = [say(people, 'people_n'), say(tongues, 'languages_n'), lasted(seconds, say)];
    return h('p', { class: 'result', 'data-testid': 'result' }, parts.flatMap((part, i) => (i ? [' · ', ...part] : part)));
  }

  drawAudience(audience) {
    const { words } = this;
    if (!audience) return this.audience.replaceChildren();
    const active = audience.active || {};
    const known = [...languages, ...Object.keys(active).filter((language) => !languages.includes(language))];
    const entry = (testid, name, n, language) => h('div', { class: 'figure' },
      h('dt', { lang: language }, name), h('dd', { 'data-testid': testid }, words.number(n || 0)));
    const names = { ky: 'Кыргызча', ru: 'Русский', en: 'English' };
    this.audience.replaceChildren(
      ...known.map((language) => entry(`audience-${language}`, names[language] || language, active[language], language)),
      entry('audience-stopped', words.t('stopped'), audience.stopped),
      entry('audience-blocked', words.t('blocked_people'), audience.blocked));
  }
}

// lasted says how long something took, in the unit that fits.
const lasted = (seconds, say) => (seconds < 100 ? say(seconds, 'seconds_n') : seconds < 6000 ? say(Math.round(seconds / 60), 'minutes_n') : say(Math.round(seconds / 3600), 'hours_n'));

function picture(address, name) {
  const url = pictureURL(address);
  const none = () => h('div', { class: `${name} missing`, 'aria-hidden': 'true' }, h('img', { src: '/page/emblem.svg', alt: '' }));
  if (!url) return none();
  const image = h('img', { class: name, src: url, alt: '' });
  image.addEventListener('error', () => image.replaceWith(none()));
  return image;
}

const total = (all) => (name) => all.reduce((sum, one) => sum + (one[name] || 0), 0);
const finished = (all) => all.every((one) => one.finished_at);
const latest = (all) => new Date(Math.max(...all.map((one) => new Date(one.finished_at || 0).getTime())));

// fillBar shows how much of the plan is done: sent, then blocked and failed, then to go.
// The bar is the same element every time, so that it glides.
function fillBar(bar, all, words) {
  const sum = total(all);
  const planned = Math.max(sum('planned'), sum('sent') + sum('blocked') + sum('failed'), 1);
  ['sent', 'blocked', 'failed'].forEach((name, i) => { bar.children[i].style.width = `${(100 * sum(name)) / planned}%`; });
  bar.setAttribute('aria-valuemax', planned);
  bar.setAttribute('aria-valuenow', sum('sent'));
  bar.setAttribute('aria-label', words.t('progress_of', { n: sum('sent'), total: planned }));
  return bar;
}

const emptyBar = () => h('div', { class: 'progress', role: 'progressbar', 'aria-valuemin': 0 },
  h('i', { class: 'is-sent' }), h('i', { class: 'is-blocked' }), h('i', { class: 'is-failed' }));
