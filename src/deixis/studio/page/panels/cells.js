/** @file The answers side by side: words as they come, regions, what was sent, what differs. */

import { element } from '../canvas/elements.js';
import { boundsOf, told as placeOf } from '../canvas/shapes.js';
import { compared, overlap } from './differences.js';
import { box, button, counted, quiet, row } from './parts.js';

/** @import {Layer, Region, Regions} from '../canvas/types.js' */
/** @import {Answered, CellRecord, Cost} from './types.js' */

// told apart by people who see no red or green, each with its letter beside
const COLOURS = ['#d60046', '#005fd7', '#007d46', '#962dbe', '#be5500', '#00738c', '#c80096', '#6e551e'];

const MANY = 8; // words that differ

/** @param {number} place */
export const letterOf = (place) => String.fromCharCode(65 + (place % 26)) + (place >= 26 ? Math.floor(place / 26) : '');

/** @param {number} place */
const colourOf = (place) => COLOURS[place % COLOURS.length] ?? '#d60046';

export class Answers {
  /** @param {HTMLElement} root @param {{layersChanged: () => void, keep: (regions: Regions) => void, say: (text: string) => void}} owner */
  constructor(root, owner) {
    this.owner = owner;
    this.entry = 0;
    /** @type {AnswerCell[]} */
    this.cells = [];
    this.title = element('h2', { id: 'answers-title' }, 'Answers');
    this.asked = element('p', { class: 'asked', hidden: true });
    this.grid = element('div', { class: 'cells' });
    this.none = quiet('They come here, one cell for each model and each way of showing the regions.');
    root.append(this.title, this.asked, this.none, this.grid);
  }

  /** @param {string} question @param {CellRecord[]} records */
  show(question, records) {
    this.asked.textContent = question;
    this.asked.hidden = !question;
    this.none.hidden = records.length > 0;
    this.cells = records.map((record) => new AnswerCell(record, this.owner));
    this.grid.replaceChildren(...this.cells.map((cell) => cell.root));
    this.#compare();
    this.owner.layersChanged();
  }

  /** An event of the stream. @param {string} name @param {any} told */
  hear(name, told) {
    if (name === 'entry') this.entry = told.entry;
    const cell = this.cells[told.cell];
    if (!cell) return;
    cell.hear(name, told);
    if (name === 'end' || name === 'error') this.#compare();
    if (name === 'regions' && told.regions.length) this.owner.layersChanged();
    if (name === 'end') this.owner.say(`${cell.name} answered: ${cell.record.text.slice(0, 200)}`);
  }

  /** The stream is over, or was broken off. */
  over() {
    for (const cell of this.cells) cell.over();
    this.#compare();
  }

  /** @returns {Layer[]} */
  get layers() {
    return this.cells.filter((cell) => cell.regions.length).map((cell) => cell.layer);
  }

  /** Each answer is compared with the first one that has words. */
  #compare() {
    const over = this.cells.filter((cell) => cell.isOver && cell.record.text);
    const first = over[0];
    for (const cell of over) cell.compare(first === cell ? null : first ?? null);
  }
}

class AnswerCell {
  /** @param {CellRecord} record @param {{layersChanged: () => void, keep: (regions: Regions) => void}} owner */
  constructor(record, owner) {
    this.owner = owner;
    this.record = record;
    this.letter = letterOf(record.place);
    this.name = `${this.letter}, ${record.model}${record.encoding ? `, ${record.encoding}` : ''}`;
    this.isOver = Boolean(record.text || record.error || record.finish);
    const id = `cell-${record.place}`;
    const badge = element('span', { class: 'badge' }, this.letter);
    badge.style.background = colourOf(record.place);
    const head = element('h3', { id }, badge, ' ', record.model, ' ', element('span', { class: 'quiet' }, record.encoding || 'as the model has it'));
    this.state = element('span', { class: 'state' });
    this.turns = element('div', { class: 'turns' });
    this.words = element('p', { class: 'words' });
    this.error = element('p', { class: 'problem', hidden: true });
    this.places = element('div', { class: 'places', hidden: true });
    this.differs = quiet();
    this.cost = quiet();
    this.sent = element('details', { class: 'sent' });
    this.sent.hidden = true;
    this.sent.addEventListener('toggle', () => this.#showSent());
    this.visible = element('input', { type: 'checkbox', checked: true, id: `${id}-shown` });
    this.visible.addEventListener('change', () => owner.layersChanged());
    this.root = element('article', { class: 'cell', 'aria-labelledby': id, 'aria-busy': String(!this.isOver) },
      element('header', {}, head, this.state), this.turns, this.words, this.error, this.places, this.differs, this.cost, this.sent);
    this.#turns();
    this.#draw();
  }

  get regions() {
    return this.record.regions ?? [];
  }

  /** @returns {Layer} */
  get layer() {
    const regions = Object.fromEntries(this.regions.map((one, at) => [`${this.letter}${at + 1}`, plain(one)]));
    return { name: this.letter, visible: this.visible.checked, regions, style: { colour: colourOf(this.record.place), width: 3 } };
  }

  /** @param {string} name @param {any} told */
  hear(name, told) {
    const { record } = this;
    if (name === 'waiting') this.state.textContent = 'being loaded …';
    if (name === 'sent') record.sent = told;
    if (name === 'words') {
      record.text += told.text;
      this.words.append(told.text);
      this.state.textContent = 'answering …';
      return;
    }
    if (name === 'regions') Object.assign(record, { regions: told.regions, unread: told.unread });
    if (name === 'error') record.error = told.error;
    if (name === 'end') {
      Object.assign(record, { cost: told.cost, finish: told.finish });
      this.isOver = true;
    }
    this.#draw();
  }

  over() {
    if (this.isOver) return;
    this.isOver = true;
    this.record.finish ??= 'left';
    this.#draw();
  }

  /** What is not in the other answer is marked. @param {AnswerCell | null} other */
  compare(other) {
    const { text } = this.record;
    if (!other) {
      this.words.replaceChildren(text);
      this.differs.textContent = '';
      return;
    }
    const parts = compared(text, other.record.text);
    const num = parts.filter((one) => one.differs).length;
    const isOther = num > MANY && num > 0.7 * parts.filter((one) => one.isWord).length; // all marked is none marked
    this.words.replaceChildren(...parts.map(({ piece, differs }) => (differs && !isOther ? element('mark', { class: 'differs' }, piece) : piece)));
    const words = isOther ? `other words than ${other.letter}` : num ? `${counted(num, 'word')} not in ${other.letter}` : `the words of ${other.letter}`;
    this.differs.textContent = [words, this.#agreement(other)].filter(Boolean).join('; ');
  }

  /** @param {AnswerCell} other */
  #agreement(other) {
    const [own] = this.regions;
    const [theirs] = other.regions;
    if (!own || !theirs) return '';
    const share = overlap(bounds(own), bounds(theirs));
    return `first region ${Math.round(share * 100)} % on that of ${other.letter}`;
  }

  #turns() {
    this.turns.replaceChildren(...(this.record.earlier ?? []).flatMap(({ question, text }) => [
      element('p', { class: 'asked' }, question), element('p', { class: 'words' }, text)]));
  }

  #draw() {
    const { record } = this;
    this.root.setAttribute('aria-busy', String(!this.isOver));
    this.state.textContent = this.isOver ? finishOf(record) : this.state.textContent || 'asking …';
    if (!this.words.textContent) this.words.textContent = record.text;
    this.error.hidden = !record.error;
    this.error.textContent = record.error?.message ?? '';
    this.cost.textContent = costOf(record.cost);
    this.sent.hidden = !record.sent;
    if (record.sent && !this.sent.children.length) this.sent.append(element('summary', {}, 'What was sent'));
    this.#places();
  }

  #places() {
    const { regions, unread = [] } = this.record;
    const found = regions ?? [];
    this.places.hidden = !found.length && !unread.length;
    if (this.places.hidden || this.places.children.length) return;
    if (found.length) {
      const keep = button('Keep', () => this.owner.keep(Object.fromEntries(found.map((one, at) => [named(one, at), plain(one)]))),
        { title: 'Add them to the regions that you draw', 'aria-label': `Keep the regions of ${this.letter}` });
      this.places.append(row(box(this.visible, `${counted(found.length, 'region')} on the picture`), keep),
        element('ol', {}, ...found.map((one) => element('li', {}, [one.label, placeOf(plain(one))].filter(Boolean).join(', ')))));
    }
    for (const { text, reason } of unread) this.places.append(element('p', { class: 'problem' }, `not understood: ${text} (${reason})`));
  }

  #showSent() {
    const { sent } = this.record;
    if (!this.sent.open || !sent || this.sent.children.length > 1) return;
    const pictures = sent.pictures.map((one) => {
      const words = `${one.width} × ${one.height}, ${one.sha256.slice(0, 12)} …${one.as_given ? ', as it is' : ''}`;
      const image = element('img', { src: one.url, alt: `The picture as it was sent to ${this.record.model}`, width: one.width, height: one.height, loading: 'lazy' });
      return element('figure', { 'data-sha256': one.sha256 }, image, element('figcaption', {}, words));
    });
    const turns = (sent.earlier ?? []).map(({ role, text }) => element('div', {}, element('dt', {}, role), element('dd', {}, element('pre', {}, text))));
    /** @type {[string, string][]} */
    const rows = [['words', sent.words], ['dialect', sent.dialect ?? 'not known'], ['contract', sent.contract ?? 'none'], ...sent.warnings.map((one) => /** @type {[string, string]} */ (['warning', one]))];
    if (sent.system) rows.unshift(['system', sent.system]);
    this.sent.append(...pictures, element('dl', {}, ...turns, ...rows.map(([name, text]) => element('div', {}, element('dt', {}, name), element('dd', {}, element('pre', {}, text))))));
  }
}

/** A region without where it was said. @param {Answered} region @returns {Region} */
export function plain({ start: _start, end: _end, ...region }) {
  return /** @type {Region} */ (region);
}

/** @param {Region} region @param {number} at */
function named(region, at) {
  const word = (region.label ?? '').normalize('NFKD').replace(/[^A-Za-z0-9_]+/g, '_').replace(/^[_\d]+|_+$/g, '').slice(0, 24);
  return word || `answer${at + 1}`;
}

/** @param {Answered} region */
function bounds(region) {
  const { x0, y0, x1, y1 } = boundsOf(plain(region));
  return [x0, y0, x1, y1];
}

/** @param {CellRecord} record */
function finishOf({ error, finish, text }) {
  if (error) return 'no answer';
  if (finish === 'length') return 'cut at its limit';
  if (finish === 'left') return 'stopped';
  return text ? '' : 'no words';
}

/** @param {Cost | undefined} cost */
function costOf(cost) {
  if (!cost) return '';
  const parts = [];
  if (cost.seconds !== undefined) parts.push(`${cost.seconds.toFixed(cost.seconds < 10 ? 2 : 0)} s`);
  if (cost.first !== undefined) parts.push(`first word after ${cost.first.toFixed(2)} s`);
  if (cost.tokens !== undefined) parts.push(`${cost.is_guess ? 'about ' : ''}${counted(cost.tokens, 'token')}${cost.of_answer ? `, ${cost.of_answer} of the answer` : ''}`);
  return parts.join(', ');
}
