/** @file The labels: buttons with keys, of which one is what is drawn next. */

import { element } from '../canvas/elements.js';
import { write } from './server.js';

/** @import {Label} from './server.js' */

export class Labels {
  /**
   * @param {HTMLElement} list @param {(name: string) => void} give labels what is selected
   * @param {(words: string, isTrouble?: boolean) => void} say @param {string} taken keys of the page's own
   */
  constructor(list, give, say, taken) {
    this.taken = taken;
    this.list = list;
    this.give = give;
    this.say = say;
    /** @type {Label[]} */
    this.labels = [];
    this.current = ''; // of what is drawn next
  }

  /** @param {Label[]} labels */
  show(labels) {
    this.labels = labels;
    if (!labels.some((one) => one.name === this.current)) this.current = '';
    this.#draw();
  }

  /** The label that a key gives. @param {string} key */
  of(key) {
    return this.labels.find((one) => one.key && one.key.toLowerCase() === key.toLowerCase())?.name;
  }

  /** @param {string} name */
  choose(name) {
    this.current = this.current === name ? '' : name;
    this.#draw();
  }

  /** @param {unknown} change */
  async change(change) {
    try {
      const { labels } = await write('/labels', change);
      this.show(labels);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
    }
  }

  /** @param {string} name @param {string} key */
  #key(name, key) {
    if (!key || !this.taken.includes(key.toLowerCase())) return this.change({ name, key });
    this.say(`${key} is a key of the page; others are free`, true);
    return this.#draw();
  }

  #draw() {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : '';
    this.list.replaceChildren(...this.labels.map((one, at) => this.#row(one, at)));
    if (focused) document.getElementById(focused)?.focus();
  }

  /** @param {Label} label @param {number} at */
  #row({ name, key }, at) {
    const button = element('button', { type: 'button', class: 'label-give', id: `label-${at}`, 'aria-pressed': String(name === this.current), 'aria-keyshortcuts': key || undefined }, name);
    const field = element('input', { class: 'label-key', id: `label-key-${at}`, maxlength: 1, size: 1, value: key, autocomplete: 'off', 'aria-label': `Key of ${name}` });
    const gone = element('button', { type: 'button', class: 'label-gone', id: `label-gone-${at}`, 'aria-label': `Remove the label ${name}` }, '×');
    button.addEventListener('click', () => this.give(name));
    field.addEventListener('focus', () => field.select());
    field.addEventListener('change', () => this.#key(name, field.value.trim()));
    gone.addEventListener('click', () => this.change({ remove: name }));
    return element('li', {}, button, field, gone);
  }
}
