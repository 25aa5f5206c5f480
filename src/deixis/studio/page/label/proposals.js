/** @file What a model proposes: drawn over the picture, and a list to accept or reject it by. */

import { element } from '../canvas/elements.js';
import { told } from '../canvas/shapes.js';
import { placeOf, write } from './server.js';

const LAYER = 'proposals';
const STYLE = { colour: '#c026d3', width: 2, fill: false };

export class Proposals {
  /**
   * @param {import('../canvas.js').Canvas} canvas @param {HTMLElement} list
   * @param {HTMLButtonElement} all accepts all
   * @param {(words: string, isTrouble?: boolean) => void} say
   */
  constructor(canvas, list, all, say) {
    this.canvas = canvas;
    this.list = list;
    this.all = all;
    this.say = say;
    /** @type {{[name: string]: any}} */
    this.regions = {};
    this.asked = 0;
    all.addEventListener('click', () => this.accept(Object.keys(this.regions)));
  }

  clear() {
    this.asked++;
    this.regions = {};
    this.#draw();
  }

  /** @param {string} key of the picture @param {{model: string, things: string[], kind: string}} wanted */
  async ask(key, wanted) {
    const asked = ++this.asked;
    this.say(`${wanted.model} looks for ${wanted.things.join(', ')} …`);
    try {
      const { regions, why } = await write(`${placeOf(key)}/propose`, wanted);
      if (asked !== this.asked) return;
      this.regions = Object.fromEntries(regions.map((/** @type {any} */ region, /** @type {number} */ at) => [`p${at + 1}`, region]));
      const nothing = Object.keys(why);
      this.say(`${regions.length} proposed${nothing.length ? `; nothing found of ${nothing.join(', ')}` : ''}`);
      this.#draw();
    } catch (error) {
      if (asked === this.asked) this.say(error instanceof Error ? error.message : String(error), true);
    }
  }

  /** They become regions like those that are drawn. @param {string[]} names */
  accept(names) {
    const regions = this.canvas.regions, added = [];
    for (const name of names) {
      const stem = String(this.regions[name].label ?? 'r').replace(/\W+/g, '_').replace(/^(?=\d)|^$/, 'r');
      let number = 1;
      while (`${stem}${number}` in regions) number++;
      regions[`${stem}${number}`] = this.regions[name];
      added.push(`${stem}${number}`);
      delete this.regions[name];
    }
    if (!added.length) return;
    this.canvas.regions = regions;
    this.canvas.select(added);
    this.say(`${added.length} accepted`);
    this.#draw();
  }

  /** @param {string} name */
  reject(name) {
    delete this.regions[name];
    this.#draw();
  }

  #draw() {
    const names = Object.keys(this.regions);
    const others = this.canvas.layers.filter((layer) => layer.name !== LAYER);
    this.canvas.layers = names.length ? [...others, { name: LAYER, visible: true, regions: this.regions, style: STYLE }] : others;
    this.all.disabled = !names.length;
    const at = [...this.list.children].findIndex((row) => row.contains(document.activeElement));
    this.list.replaceChildren(...names.map((name) => this.#row(name)));
    if (at < 0) return;
    const row = this.list.children[Math.min(at, names.length - 1)];
    /** @type {HTMLElement | null} */ (row ? row.querySelector('button') : document.getElementById('accept-all'))?.focus();
  }

  /** @param {string} name */
  #row(name) {
    const region = this.regions[name];
    const words = `${region.label ?? 'region'}, ${told(region)}`;
    const accept = element('button', { type: 'button', 'aria-label': `Accept ${words}` }, 'Accept');
    const reject = element('button', { type: 'button', 'aria-label': `Reject ${words}` }, 'Reject');
    accept.addEventListener('click', () => this.accept([name]));
    reject.addEventListener('click', () => this.reject(name));
    return element('li', {}, element('span', { class: 'label-words' }, words), accept, reject);
  }
}
