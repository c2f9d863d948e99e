// The ministry's desk: what can go out next, what went out, and how far it came.

import { h, icon, keyed, pictureURL } from './dom.js';
import { languages, pick } from './words.js';

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
    this.pager = document.getElementById('draft-pager');
    this.list = document.getElementById('published-list');
    this.running = document.getElementById('running');
    this.audience = document.getElementById('audience');
  }

  draw(state, words) {
    this.state = state;
    this.words = words;
    this.section.hidden = !state;
    document.getElementById('published').hidden = !state;
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
      this.pager.replaceChildren();
      this.draft.replaceChildren(h('p', { class: 'nothing', 'data-testid': 'drafts-none' }, words.t('drafts_none')));
      return;
    }
    this.chosen = draft.id;
    const turn = (by) => { this.chosen = drafts[(at + by + drafts.length) % drafts.length].id; this.drawDraft(drafts); };
    const focused = this.pager.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    this.pager.replaceChildren(...(drafts.length > 1 ? [
      h('button', { type: 'button', class: 'round', 'aria-label': words.t('previous'), 'data-testid': 'draft-previous', onclick: () => turn(-1) }, icon('back')),
      h('span', {}, words.t('draft_of', { n: at + 1, total: drafts.length })),
      h('button', { type: 'button', class: 'round', 'aria-label': words.t('next'), 'data-testid': 'draft-next', onclick: () => turn(1) }, icon('next')),
    ] : []));
    if (focused) this.pager.querySelector(`[data-testid=${focused}]`)?.focus();
    this.draft.replaceChildren(this.draftCard(draft));
  }

  draftCard(draft) {
    const { words } = this;
    const busy = this.busy.has(draft.id);
    const publish = h('button', { type: 'button', class: 'strong publish', 'data-testid': 'publish', disabled: busy, onclick: () => this.publish(draft) },
      icon('send'), words.t(busy ? 'publishing' : 'publish'));
    return h('div', { class: 'draft', 'data-testid': 'draft', 'data-draft': draft.id },
      h('div', { class: 'draft-body' }, picture(draft.picture, 'draft-photo'),
        h('ul', { class: 'editions', 'aria-label': words.t('editions') }, editions(draft.titles, words.language).map(([language, title]) =>
          h('li', { lang: language }, chip(language), h('span', {}, title))))),
      publish);
  }

  async publish(draft) {
    this.busy.add(draft.id);
    this.drawDraft(this.state.drafts);
    await this.does.publish(draft.id);
    this.busy.delete(draft.id);
    this.drawDraft(this.state.drafts || []);
  }

  drawPublished(published, broadcasts) {
    const { words } = this;
    const none = this.list.querySelector('.nothing');
    if (!published.length && !none) this.list.append(h('li', { class: 'nothing', 'data-testid': 'published-none' }));
    if (published.length) none?.remove();
    else this.list.querySelector('.nothing').textContent = words.t('published_none');
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
        h('div', { class: 'item-head' }, picture(item.picture, 'item-photo'),
          h('div', {}, h('b', {}, pick(item.titles, words.language)),
            h('span', { class: 'item-when' }, item.published_at && words.moment(new Date(item.published_at)), mark && h('em', {}, words.t(mark))))),
        h('div', { class: 'lines' }),
        h('div', { class: 'item-buttons' },
          item.can_correct && this.button('correct', 'edit', item),
          item.can_withdraw && this.button('withdraw', 'undo', item)));
    }
    const kinds = [...new Set(sent.map((one) => one.kind))];
    const lines = kinds.map((kind) => sent.filter((one) => one.kind === kind && one.planned > 0)).filter((all) => all.length);
    node.querySelector('.lines').replaceChildren(...lines.map((all) => this.line(item.id, all)));
    return node;
  }

  button(word, drawing, item) {
    const act = async () => {
      if (word === 'withdraw' && !(await this.ask('withdraw_ask', 'withdraw_yes', 'withdraw_no'))) return;
      element.disabled = true;
      await this.does[word](item.id);
      element.disabled = false;
    };
    const element = h('button', { type: 'button', class: 'quiet', 'data-testid': word, onclick: act }, icon(drawing), this.words.t(word));
    return element;
  }

  // line is how far an item's news, its correction or its withdrawal came, in all its languages.
  line(item, all) {
    const { words } = this;
    const number = (n) => words.number(n || 0);
    const sum = total(all);
    const counts = [['sent', sum('sent')], ['to_go', sum('to_go')], ['blocked', sum('blocked')], ['failed', sum('failed')]]
      .filter(([word, n]) => n > 0 || word === 'sent');
    const tongues = all.map((one) => one.language).filter(Boolean).sort((a, b) => languages.indexOf(a) - languages.indexOf(b));
    const { kind } = all[0];
    return h('div', { class: `line${finished(all) ? ' finished' : ''}`, 'data-testid': 'broadcast', 'data-kind': kind },
      h('div', { class: 'line-head' }, kind !== 'news' && h('span', { class: 'kind' }, words.t(`kind_${kind}`)),
        all.some((one) => one.urgent) && h('span', { class: 'urgent' }, words.t('urgent')), tongues.map(chip),
        h('span', { class: 'line-when' }, this.when(all))),
      this.bar(`${item} ${kind}`, all),
      h('div', { class: 'counts' }, h('span', {}, words.t('planned'), ' ', h('b', {}, number(sum('planned')))),
        counts.map(([word, n]) => h('span', { class: `count-${word}` }, words.t(word), ' ', h('b', {}, number(n))))));
  }

  bar(key, all) {
    if (!this.bars.has(key)) this.bars.set(key, emptyBar());
    return fillBar(this.bars.get(key), all, this.words);
  }

  // when says at what rate some broadcasts run and when they end, or when they ended. They
  // share one rate, so that who ends leaves it to the others.
  when(all) {
    const { words } = this;
    const sum = total(all);
    if (finished(all)) return words.t('finished', { time: words.time(latest(all)) });
    if (!sum('rate')) return '';
    const end = new Date(Date.now() + (1000 * sum('to_go')) / sum('rate'));
    return [words.t('rate', { n: words.number(sum('rate')) }), words.t('ends', { time: words.time(end) })].join(' · ');
  }

  // drawRunning shows what is on its way now, or came last, below the map.
  drawRunning(broadcasts) {
    const { words } = this;
    const open = broadcasts.filter((one) => !one.finished_at);
    const newest = this.together(broadcasts, open.length ? open : broadcasts.slice(0, 1));
    if (!newest.length) {
      this.running.replaceChildren(h('p', { class: 'waiting' }, words.t('waiting')));
      return;
    }
    const sum = total(newest);
    const done = finished(newest);
    const { kind, title } = newest.find((one) => one.language === words.language) || newest[0];
    this.running.classList.toggle('done', done);
    this.running.replaceChildren(
      h('p', { class: 'running-title' }, done && icon('check'), kind !== 'news' && h('b', {}, `${words.t(`kind_${kind}`)}: `), h('span', {}, title)),
      done ? this.result(newest) : this.bar('running', newest),
      h('p', { class: 'running-line', 'data-testid': 'running-line' },
        h('b', { 'data-testid': 'running-sent' }, words.t('progress_of', { n: words.number(sum('sent')), total: words.number(sum('planned')) })),
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
    const parts = [say(people, 'people_n'), say(tongues, 'languages_n'), seconds < 100 ? say(seconds, 'seconds_n') : say(Math.round(seconds / 60), 'minutes_n')];
    return h('p', { class: 'result', 'data-testid': 'result' }, parts.flatMap((part, i) => (i ? [' · ', ...part] : part)));
  }

  // together are the broadcasts of the same items and kinds as some: an item's editions
  // count as one, also when the first of them has finished.
  together(broadcasts, some) {
    const groups = new Set(some.map((one) => this.group(one)));
    return broadcasts.filter((one) => groups.has(this.group(one)));
  }

  group(one) {
    const item = (this.state.published || []).find((item) => (item.items || [item.id]).includes(one.item));
    return `${one.kind} ${item ? item.id : one.item}`;
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

const chip = (language) => h('span', { class: 'chip' }, { ky: 'КЫР', ru: 'РУС', en: 'ENG' }[language] || language);

// editions are an item's titles, the visitor's language first.
const editions = (titles, first) => [first, ...languages.filter((language) => language !== first)]
  .filter((language) => titles[language]).map((language) => [language, titles[language]]);

function picture(address, name) {
  const url = pictureURL(address);
  if (!url) return h('div', { class: `${name} missing`, 'aria-hidden': 'true' }, h('img', { src: '/page/emblem.svg', alt: '' }));
  return h('img', { class: name, src: url, alt: '' });
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
