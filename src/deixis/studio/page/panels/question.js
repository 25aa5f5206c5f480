/** @file The question: a field in which regions stand as {name}, typed, or set in by their chips. */

import { element } from '../canvas/elements.js';
import { button } from './parts.js';

/** @import {Regions} from '../canvas/types.js' */

const SLOT = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export class Question {
  /** @param {{ask: () => void, changed: () => void}} owner */
  constructor(owner) {
    this.owner = owner;
    /** @type {string[]} */
    this.names = [];
    /** @type {{[name: string]: string}} */
    this.colours = {};
    this.field = element('textarea', { id: 'question', rows: 3, 'aria-describedby': 'question-help question-told', placeholder: 'What is {it} standing on?', spellcheck: true });
    this.shown = element('div', { class: 'shown', 'aria-hidden': 'true' });
    this.chips = element('div', { class: 'chips', role: 'group', 'aria-label': 'Regions to speak of' });
    this.told = element('p', { id: 'question-told', class: 'quiet', role: 'status' });
    this.help = element('p', { id: 'question-help', class: 'quiet' }, 'Write {name} where you speak of a region, or press its chip. Ctrl Enter asks.');
    const over = element('div', { class: 'over' }, this.shown, this.field);
    this.root = element('div', { class: 'question' },
      element('label', { for: 'question' }, 'Question'), over, this.chips, this.help, this.told);
    this.field.addEventListener('input', () => this.#changed());
    this.field.addEventListener('scroll', () => { this.shown.scrollTop = this.field.scrollTop; });
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        owner.ask();
      }
    });
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.#changed();
  }

  /** The names that the question speaks of. */
  get spoken() {
    return new Set([...this.text.matchAll(SLOT)].map(([, name]) => /** @type {string} */ (name)));
  }

  /** @param {Regions} regions @param {{[name: string]: string}} colours */
  show(regions, colours) {
    this.names = Object.keys(regions);
    this.colours = colours;
    this.#draw();
  }

  /** A region has another name now. @param {string} old @param {string} name */
  rename(old, name) {
    this.text = this.text.replace(SLOT, (whole, one) => (one === old ? `{${name}}` : whole));
  }

  /** A region is spoken of where the cursor stands. @param {string} name */
  insert(name) {
    const { selectionStart: start, selectionEnd: end, value } = this.field;
    const before = start > 0 && !/[\s([{]$/.test(value.slice(0, start)) ? ' ' : '';
    const after = end < value.length && !/^[\s.,;:!?)]/.test(value.slice(end)) ? ' ' : '';
    this.field.setRangeText(`${before}{${name}}${after}`, start, end, 'end');
    this.field.focus();
    this.#changed();
  }

  #changed() {
    this.#draw();
    this.owner.changed();
  }

  #draw() {
    const { spoken } = this;
    this.chips.replaceChildren(...this.names.map((name) => {
      const spot = element('span', { class: 'spot', 'aria-hidden': 'true' });
      spot.style.background = this.colours[name] ?? '';
      const chip = button(name, () => this.insert(name), { class: 'chip', 'aria-pressed': String(spoken.has(name)), 'data-name': name });
      chip.prepend(spot);
      return chip;
    }));
    this.chips.hidden = !this.names.length;
    this.#paint();
    const unknown = [...spoken].filter((name) => !this.names.includes(name));
    const unsaid = this.names.filter((name) => !spoken.has(name));
    const parts = [];
    if (unknown.length) parts.push(`There is no region ${unknown.map((name) => `{${name}}`).join(', ')}.`);
    if (unsaid.length && this.text.trim()) parts.push(`${listed(unsaid)} ${unsaid.length > 1 ? 'are' : 'is'} not spoken of, and not sent.`);
    if (this.told.textContent !== parts.join(' ')) this.told.textContent = parts.join(' ');
  }

  /** What lies below the field: the same text, names on their regions' colour. */
  #paint() {
    const parts = [];
    let last = 0;
    for (const found of this.text.matchAll(SLOT)) {
      const [whole, name = ''] = found;
      parts.push(this.text.slice(last, found.index));
      const mark = element('mark', { class: this.names.includes(name) ? 'slot' : 'slot unknown' }, whole);
      const colour = this.colours[name];
      if (colour) mark.style.setProperty('--colour', colour);
      parts.push(mark);
      last = found.index + whole.length;
    }
    this.shown.replaceChildren(...parts, `${this.text.slice(last)}\n`);
    this.shown.scrollTop = this.field.scrollTop;
  }
}

/** @param {string[]} names */
const listed = (names) => names.slice(0, 5).join(', ') + (names.length > 5 ? ' …' : '');
