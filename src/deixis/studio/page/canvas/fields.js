/** @file Number fields for exact places: of the selected region, or of a new one. */

import { element } from './elements.js';
import { boundsOf } from './shapes.js';
import { moved } from './changes.js';

/** @import {Entry, Pair, Region} from './types.js' */

/** @typedef {{label: string, value: number}} Field */

/** The numbers of a region that can be written. @param {Region} region @param {string | null} vertex @returns {Field[]} */
export function numbersOf(region, vertex) {
  /** @param {string[]} labels @param {number[]} values */
  const fields = (labels, values) => labels.map((label, at) => ({ label, value: values[at] ?? 0 }));
  switch (region.kind) {
    case 'point': return fields(['x', 'y'], region.point);
    case 'box': return fields(['left', 'top', 'right', 'bottom'], region.box);
    case 'ellipse': return fields(['centre x', 'centre y', 'half width', 'half height', 'degrees'], region.ellipse);
    case 'polygon':
    case 'stroke': {
      const place = vertexOf(region, vertex);
      if (place) return fields(['corner x', 'corner y'], place);
      const { x0, y0 } = boundsOf(region);
      const pen = region.kind === 'stroke' ? fields(['pen'], [region.width]) : [];
      return [...fields(['left', 'top'], [x0, y0]), ...pen];
    }
    case 'mask': {
      const { x0, y0 } = boundsOf(region);
      return fields(['left', 'top'], [x0, y0]);
    }
  }
}

/** @param {Region} region @param {string | null} vertex @returns {Pair | undefined} */
function vertexOf(region, vertex) {
  const [ring = 0, at = 0] = vertex?.startsWith('v') ? vertex.slice(1).split('.').map(Number) : [-1];
  if (region.kind === 'stroke') return region.points[ring === 0 ? at : -1];
  return region.kind === 'polygon' ? region.rings[ring]?.[at] : undefined;
}

/** The region with these numbers; null if they are not sound. @param {Region} region @param {string | null} vertex @param {number[]} values @returns {Region | null} */
export function withNumbers(region, vertex, values) {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = values;
  if (!values.every((value) => Number.isFinite(value) && Math.abs(value) <= 1e7)) return null;
  switch (region.kind) {
    case 'point': return { ...region, point: [a, b] };
    case 'box': return a <= c && b <= d ? { ...region, box: [a, b, c, d] } : null;
    case 'ellipse': return c >= 0 && d >= 0 ? { ...region, ellipse: [a, b, c, d, e] } : null;
    default: {
      if (vertexOf(region, vertex) && region.kind !== 'mask') {
        const [ring = 0, at = 0] = /** @type {string} */ (vertex).slice(1).split('.').map(Number);
        return region.kind === 'stroke' ? { ...region, points: region.points.with(at, [a, b]) }
          : { ...region, rings: region.rings.with(ring, /** @type {Pair[]} */ (region.rings[ring]).with(at, [a, b])) };
      }
      if (region.kind === 'stroke' && !(c > 0)) return null;
      const { x0, y0 } = boundsOf(region);
      const there = a === x0 && b === y0 ? region : moved(region, a - x0, b - y0);
      return there.kind === 'stroke' && there.width !== c ? { ...there, width: c } : there;
    }
  }
}

/** What is asked of a new region that is placed by numbers. @type {{[tool: string]: Region}} */
const NEW = {
  point: { deixis: 'region/1', kind: 'point', point: [0, 0] },
  arrow: { deixis: 'region/1', kind: 'point', point: [0, 0], encoding: 'arrow' },
  box: { deixis: 'region/1', kind: 'box', box: [0, 0, 0, 0] },
  ellipse: { deixis: 'region/1', kind: 'ellipse', ellipse: [0, 0, 0, 0, 0] },
};

/**
 * What the fields ask of the canvas.
 * @typedef {object} Owner
 * @property {(name: string, region: Region) => void} place
 * @property {(stem: string, region: Region) => void} add
 * @property {(old: string, name: string) => void} rename
 * @property {(name: string, text: string) => void} label
 * @property {(name: string, colour: string) => void} paint
 * @property {(text: string) => void} say
 */

export class Fields {
  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
    this.root = element('form', { class: 'dx-fields', 'aria-label': 'Exact place', novalidate: true });
    this.shown = '';
    this.name = '';
    this.tool = '';
    /** @type {string | null} */
    this.vertex = null;
    /** @type {Entry | null} */
    this.entry = null;
    this.root.addEventListener('change', (event) => this.#changed(event));
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#add();
    });
  }

  /** @param {string} name @param {Entry | null} entry @param {string | null} vertex @param {string} tool */
  show(name, entry, vertex, tool) {
    Object.assign(this, { name, entry, vertex, tool });
    const region = entry?.region ?? NEW[tool];
    const fields = region ? numbersOf(region, vertex) : [];
    const shape = JSON.stringify([entry !== null, name, tool, fields.map((one) => one.label)]);
    if (shape !== this.shown) this.#build(fields, region);
    this.shown = shape;
    const inputs = this.#inputs();
    if (!entry || !region) return;
    fields.forEach(({ value }, at) => this.#fill(inputs[at], String(value)));
    this.#fill(this.#input('name'), name);
    this.#fill(this.#input('label'), region.label ?? '');
    this.#fill(this.#input('colour'), entry.colour);
  }

  /** @param {HTMLInputElement | null | undefined} input @param {string} value */
  #fill(input, value) {
    if (input && input.value !== value) input.value = value;
  }

  #inputs() {
    return [...this.root.querySelectorAll('input')].filter((input) => input.type === 'number');
  }

  /** @param {string} name @returns {HTMLInputElement | null} */
  #input(name) {
    return this.root.querySelector(`input[name="${name}"]`);
  }

  /** @param {Field[]} fields @param {Region | undefined} region */
  #build(fields, region) {
    /** @param {string} label @param {{[name: string]: string}} attributes */
    const field = (label, attributes) => element('label', {}, element('span', {}, label), element('input', { autocomplete: 'off', ...attributes }));
    const numbers = fields.map(({ label }) => field(label, { type: 'number', step: 'any', inputmode: 'decimal' }));
    if (this.entry) {
      this.root.replaceChildren(
        field('name', { name: 'name', type: 'text' }), field('label', { name: 'label', type: 'text' }),
        field('colour', { name: 'colour', type: 'color' }), ...numbers);
    } else if (region) {
      this.root.replaceChildren(...numbers, element('button', { type: 'submit' }, `Add ${this.tool}`));
    } else {
      this.root.replaceChildren();
    }
    this.root.hidden = !this.root.children.length;
  }

  /** @param {Event} event */
  #changed(event) {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !this.entry) return;
    if (input.name === 'name') {
      const name = input.value.trim();
      if (name) this.owner.rename(this.name, name);
      this.#fill(this.#input('name'), this.name);
    } else if (input.name === 'label') this.owner.label(this.name, input.value);
    else if (input.name === 'colour') this.owner.paint(this.name, input.value);
    else this.#place();
  }

  #values() {
    return this.#inputs().map((input) => (input.value === '' ? NaN : Number(input.value)));
  }

  #place() {
    const { entry, vertex } = this;
    if (!entry) return;
    const region = withNumbers(entry.region, vertex, this.#values());
    if (region) return this.owner.place(this.name, region);
    this.owner.say('These numbers are no place: nothing was changed.');
    numbersOf(entry.region, vertex).forEach(({ value }, at) => this.#fill(this.#inputs()[at], String(value)));
  }

  #add() {
    const blank = NEW[this.tool];
    if (this.entry || !blank) return;
    const region = withNumbers(blank, null, this.#values());
    if (region) this.owner.add(this.tool, region);
    else this.owner.say('These numbers are no place.');
  }

  focusName() {
    this.#input('name')?.select();
    this.#input('name')?.focus();
  }
}
