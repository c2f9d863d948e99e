// The page's words, dates and numbers. They are data (words/*.json); this file only looks
// them up. A phone speaks its own language, the page that of its visitor.

export const languages = ['ky', 'ru', 'en'];
const catalogue = {};
const zone = 'Asia/Bishkek';
let ahead = 0; // milliseconds

// putAhead puts the clock of all that is shown ahead of the machine's.
export function putAhead(seconds) {
  ahead = 1000 * (seconds || 0);
}

export const now = () => new Date(Date.now() + ahead);

export async function load() {
  await Promise.all(languages.map(async (language) => {
    const answer = await fetch(`/page/words/${language}.json`);
    catalogue[language] = await answer.json();
  }));
}

// known turns a language code ("ru-RU", "kk") into one that the page speaks.
export function known(code, otherwise = 'ru') {
  const language = String(code || '').toLowerCase().split('-')[0];
  return languages.includes(language) ? language : otherwise;
}

// preferred is the visitor's language: chosen before, or the browser's first known one.
export function preferred() {
  let chosen = null;
  try { chosen = localStorage.getItem('language'); } catch { /* storage may be forbidden */ }
  if (languages.includes(chosen)) return chosen;
  for (const code of navigator.languages || []) {
    const language = known(code, null);
    if (language) return language;
  }
  return 'ky';
}

export function prefer(language) {
  try { localStorage.setItem('language', language); } catch { /* as above */ }
}

export class Words {
  constructor(language) {
    this.language = language;
    this.entries = catalogue[language];
    this.plural = new Intl.PluralRules(language);
  }

  // t is an entry with its {places} filled.
  t(id, values = {}) {
    const entry = this.entries[id];
    if (typeof entry !== 'string') throw new Error(`no word ${id} in ${this.language}`);
    return entry.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  // n is the form of an entry that stands after the number.
  n(id, number) {
    const forms = this.entries[id];
    return forms[this.plural.select(number)] ?? forms.other;
  }

  number(value) {
    const separator = this.language === 'en' ? ',' : '\u00a0';
    return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, separator);
  }

  time(date) {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(date);
  }

  // moment is a time, with its day unless that is today.
  moment(date) {
    const day = this.day(date);
    return day === this.t('today') ? this.time(date) : `${day}, ${this.time(date)}`;
  }

  // day names a date as the chat's separators do.
  day(date) {
    const days = Math.round((dayNumber(now()) - dayNumber(date)) / 86400000);
    if (days === 0) return this.t('today');
    if (days === 1) return this.t('yesterday');
    const local = new Date(dayNumber(date));
    return this.t('day', { day: local.getUTCDate(), month: this.entries.months[local.getUTCMonth()] });
  }
}

// dayNumber is the midnight, as if in UTC, of the date's day in the ministry's zone.
export function dayNumber(date) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(date);
  return Date.parse(`${parts}T00:00:00Z`);
}

// pick chooses an edition of a text given per language.
export function pick(texts, language) {
  if (!texts) return '';
  return texts[language] || texts.ru || texts.ky || texts.en || Object.values(texts)[0] || '';
}
