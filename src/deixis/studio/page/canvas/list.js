/** @file The parallel list: a real button for each region says its name, shape and place. */

import { element, focusedNear } from './elements.js';
import { told } from './shapes.js';

/** @import {Store} from './store.js' */

const PAGE = 100; // buttons at once

export class List {
  /** @param {Store} store @param {(name: string, toggles: boolean) => void} choose @param {(name: string) => void} go */
  constructor(store, choose, go) {
    this.store = store;
    this.choose = choose;
    this.page = 0;
    this.asked = 0;
    /** @type {string[]} */
    this.selected = [];
    this.title = element('h2', { class: 'dx-title', id: `dx-${Math.random().toString(36).slice(2)}` });
    this.list = element('ul', { class: 'dx-list', 'aria-labelledby': this.title.id });
    this.earlier = element('button', { type: 'button' }, 'Earlier');
    this.later = element('button', { type: 'button' }, 'Later');
    this.pages = element('div', { class: 'dx-pages' }, this.earlier, this.later);
    this.root = element('div', { class: 'dx-regions' }, this.title, this.list, this.pages);
    this.earlier.addEventListener('click', () => this.#turn(-1));
    this.later.addEventListener('click', () => this.#turn(1));
    this.list.addEventListener('click', (event) => {
      const name = this.#nameOf(event.target);
      if (name !== null) choose(name, event.ctrlKey || event.metaKey || event.shiftKey);
    });
    this.list.addEventListener('dblclick', (event) => {
      const name = this.#nameOf(event.target);
      if (name !== null) go(name);
    });
    this.list.addEventListener('keydown', (event) => this.#keys(event));
  }

  /** @param {EventTarget | null} target */
  #nameOf(target) {
    const button = target instanceof Element ? target.closest('button') : null;
    return button instanceof HTMLElement ? button.dataset.name ?? null : null;
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const buttons = [...this.list.querySelectorAll('button')];
    const at = buttons.findIndex((button) => button === event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    const next = to === undefined ? undefined : buttons[to];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (!next) return;
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  /** @param {number} by */
  #turn(by) {
    this.page += by;
    this.#draw();
  }

  /** The list is brought up to date soon. @param {string[]} selected */
  show(selected) {
    const isNew = selected.length !== this.selected.length || selected.some((name, at) => name !== this.selected[at]);
    this.selected = selected;
    clearTimeout(this.asked);
    this.asked = setTimeout(() => {
      const first = selected[0];
      if (isNew && first !== undefined) this.page = Math.max(0, Math.floor(this.store.order.indexOf(first) / PAGE));
      this.#draw();
    }, 40);
  }

  #draw() {
    const order = this.store.order;
    const last = Math.max(0, Math.ceil(order.length / PAGE) - 1);
    this.page = Math.min(last, Math.max(0, this.page));
    const start = this.page * PAGE;
    const shown = order.slice(start, start + PAGE);
    const selected = new Set(this.selected);
    const focused = this.#nameOf(focusedNear(this.root));
    const stop = shown.find((name) => name === focused) ?? shown.find((name) => selected.has(name)) ?? shown[0];
    this.title.textContent = order.length > PAGE ? `Regions ${start + 1}–${start + shown.length} of ${order.length}` : `Regions (${order.length})`;
    this.list.replaceChildren(...shown.map((name, at) => {
      const { region, colour } = /** @type {import('./types.js').Entry} */ (this.store.entries.get(name));
      const swatch = element('span', { class: 'dx-swatch', 'aria-hidden': 'true' });
      swatch.style.background = colour;
      const button = element('button', { type: 'button', class: 'dx-region', 'aria-pressed': String(selected.has(name)), 'data-name': name, tabindex: name === stop ? 0 : -1 },
        swatch, element('strong', {}, name), ' ', element('span', {}, region.label ? `${region.label}, ${told(region)}` : told(region)));
      return element('li', { 'aria-setsize': order.length, 'aria-posinset': start + at + 1 }, button);
    }));
    this.pages.hidden = last === 0;
    this.earlier.disabled = this.page === 0;
    this.later.disabled = this.page === last;
    if (focused !== null && shown.includes(focused)) this.#button(focused)?.focus({ preventScroll: true });
  }

  /** @param {string} name */
  #button(name) {
    return [...this.list.querySelectorAll('button')].find((button) => button.dataset.name === name);
  }

  destroy() {
    clearTimeout(this.asked);
  }
}
