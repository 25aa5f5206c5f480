/** @file Who is asked, and how regions reach them: each model under each encoding is a cell. */

import { element } from '../canvas/elements.js';
import { box, button, quiet, row } from './parts.js';

/** @typedef {{id: string, deixis: {ready: boolean, dialect: string | null, contract: string | null, encoding: string, error?: string}}} ListedModel */
/** @typedef {{model: string, encoding: string}} Chosen */

const USUAL = ['said', 'arrow', 'rectangle', 'ellipse', 'contour', 'cropped', 'dimmed', 'tagged'];
const MODELS = 'deixis-models';
const ENCODINGS = 'deixis-encodings';

export class Choice {
  /** @param {{changed: () => void}} owner */
  constructor(owner) {
    this.owner = owner;
    this.models = element('fieldset', { class: 'choice' });
    this.encodings = element('fieldset', { class: 'choice' });
    this.other = element('input', { id: 'other-encoding', list: 'encodings', placeholder: 'arrow:color=red', autocomplete: 'off', spellcheck: false });
    this.known = element('datalist', { id: 'encodings' });
    this.adding = row(element('label', { for: 'other-encoding' }, 'Another'), this.other, this.known, button('Add', () => this.#add()));
    this.root = element('div', { class: 'choices' }, this.models, this.encodings);
    this.other.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.#add();
    });
    this.root.addEventListener('change', () => {
      remember(MODELS, this.#checked(this.models));
      remember(ENCODINGS, this.#checked(this.encodings));
      owner.changed();
    });
  }

  /** @param {ListedModel[]} models @param {{encodings: string[], marks: string[]}} known */
  show(models, known) {
    const names = models.map((one) => one.id);
    const before = this.#checked(this.models);
    const kept = (before.length ? before : remembered(MODELS)).filter((name) => names.includes(name));
    const first = kept.length ? kept : names.slice(0, 1);
    this.models.replaceChildren(element('legend', {}, 'Models'), ...models.map((one) => this.#box(one.id, first.includes(one.id), about(one))));
    if (!models.length) this.models.append(quiet('No model is here: start with deixis studio --model nano'));
    this.known.replaceChildren(...[...known.encodings, ...known.marks].map((value) => element('option', { value })));
    if (!this.encodings.children.length) this.#showEncodings(known);
  }

  /** @param {{encodings: string[], marks: string[]}} known */
  #showEncodings(known) {
    const all = [...known.encodings, ...known.marks];
    const kept = remembered(ENCODINGS);
    const own = kept.filter((one) => one && !USUAL.includes(one));
    const offered = ['', ...USUAL.filter((one) => all.includes(one)), ...own];
    const chosen = kept.length ? kept : [''];
    this.encodings.replaceChildren(element('legend', {}, 'Regions are shown'), ...offered.map((one) => this.#box(one, chosen.includes(one))), this.adding);
  }

  /** The cells that are asked. @returns {Chosen[]} */
  get cells() {
    const encodings = this.#checked(this.encodings);
    return this.#checked(this.models).flatMap((model) => (encodings.length ? encodings : ['']).map((encoding) => ({ model, encoding })));
  }

  /** @param {Chosen[]} cells */
  set cells(cells) {
    for (const { encoding } of cells) if (!this.#boxOf(this.encodings, encoding)) this.adding.before(this.#box(encoding, true));
    this.#check(this.models, cells.map((one) => one.model));
    this.#check(this.encodings, cells.map((one) => one.encoding));
    this.owner.changed();
  }

  #add() {
    const text = this.other.value.trim();
    if (!text) return;
    const box = this.#boxOf(this.encodings, text);
    if (box) box.checked = true;
    else this.adding.before(this.#box(text, true));
    this.other.value = '';
    this.root.dispatchEvent(new Event('change'));
  }

  /** @param {string} value @param {boolean} checked @param {string} [more] */
  #box(value, checked, more) {
    return box(element('input', { type: 'checkbox', value, checked }), value || 'as each model has it', more);
  }

  /** @param {HTMLElement} set @param {string} value */
  #boxOf(set, value) {
    return [...set.querySelectorAll('input')].find((one) => one.type === 'checkbox' && one.value === value);
  }

  /** @param {HTMLElement} set @param {string[]} values */
  #check(set, values) {
    for (const one of set.querySelectorAll('input')) if (one.type === 'checkbox') one.checked = values.includes(one.value);
  }

  /** @param {HTMLElement} set */
  #checked(set) {
    return [...set.querySelectorAll('input')].filter((one) => one.type === 'checkbox' && one.checked).map((one) => one.value);
  }
}

/** @param {ListedModel} model */
function about({ deixis }) {
  if (deixis.error) return deixis.error;
  if (!deixis.ready) return 'it is being loaded';
  return `dialect ${deixis.dialect ?? 'not known'}, contract ${deixis.contract ?? 'none'}, usually ${deixis.encoding}`;
}

/** @param {string} key @param {string[]} values */
function remember(key, values) {
  localStorage.setItem(key, JSON.stringify(values));
}

/** @param {string} key @returns {string[]} */
function remembered(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
