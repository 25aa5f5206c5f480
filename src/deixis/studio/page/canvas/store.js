/** @file The regions by their names, in their order, with every change undone and done again. */

import { Index } from './index.js';
import { boundsOf, checked } from './shapes.js';

/** @import {Entry, Region, Regions} from './types.js' */

const MOST_STEPS = 500;
const SOON = 800; // ms within which changes of one kind are one step
export const PALETTE = ['#e6194b', '#0082c8', '#f58231', '#911eb4', '#3cb44b', '#00a0a0', '#f032e6', '#b8860b'];

/** @typedef {Map<string, Entry | null>} Patch what names become; null where they go */
/** @typedef {{before: Patch, after: Patch, tag: string, time: number}} Step */

/** Nothing of it can be changed any more. @param {unknown} value */
function frozen(value) {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
}

export class Store {
  /** @param {(names: string[]) => void} changed is told after each change */
  constructor(changed) {
    this.changed = changed;
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    this.index = new Index();
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    this.made = 0; // regions so far, for their colours
  }

  /** @param {Patch} patch */
  #apply(patch) {
    /** @type {Patch} */
    const before = new Map();
    for (const [name, entry] of patch) {
      before.set(name, this.entries.get(name) ?? null);
      if (entry) {
        frozen(entry.region);
        this.entries.set(name, entry);
        this.index.set(name, boundsOf(entry.region));
      } else {
        this.entries.delete(name);
        this.index.delete(name);
      }
    }
    return before;
  }

  /**
   * A change is one step of undo; steps of the same tag that follow soon are one.
   * @param {Patch} patch @param {{tag?: string, quiet?: boolean}} how
   */
  commit(patch, { tag = '', quiet = false } = {}) {
    if (!patch.size) return;
    const before = this.#apply(patch);
    const last = this.done.at(-1);
    if (quiet) {
      this.done = [];
      this.undone = [];
    } else if (tag && last?.tag === tag && performance.now() - last.time < SOON && !this.undone.length) {
      for (const [name, entry] of before) if (!last.before.has(name)) last.before.set(name, entry);
      for (const [name, entry] of patch) last.after.set(name, entry);
      last.time = performance.now();
    } else {
      this.done.push({ before, after: patch, tag, time: performance.now() });
      if (this.done.length > MOST_STEPS) this.done.shift();
      this.undone = [];
    }
    this.changed([...patch.keys()]);
  }

  undo() {
    return this.#step(this.done, this.undone, 'before');
  }

  redo() {
    return this.#step(this.undone, this.done, 'after');
  }

  /** @param {Step[]} from @param {Step[]} to @param {'before' | 'after'} which */
  #step(from, to, which) {
    const step = from.pop();
    if (!step) return false;
    to.push(step);
    this.#apply(step[which]);
    step.tag = '';
    this.changed([...step[which].keys()]);
    return true;
  }

  get order() {
    return [...this.entries].sort(([, a], [, b]) => a.z - b.z).map(([name]) => name);
  }

  /** The regions themselves, which nobody can change. @returns {Regions} */
  get regions() {
    return Object.fromEntries(this.order.map((name) => [name, this.region(name)]));
  }

  /** @param {string} name @returns {Region} */
  region(name) {
    return /** @type {Entry} */ (this.entries.get(name)).region;
  }

  get top() {
    let top = 0;
    for (const { z } of this.entries.values()) top = Math.max(top, z);
    return top;
  }

  /** @param {Regions} regions @param {{quiet?: boolean}} how */
  replace(regions, how) {
    /** @type {Patch} */
    const patch = new Map([...this.entries.keys()].map((name) => [name, null]));
    Object.entries(regions).forEach(([name, record], z) => {
      const region = structuredClone(checked(record, name));
      const colour = this.entries.get(name)?.colour ?? this.nextColour();
      patch.set(name, { region, colour, z });
    });
    this.commit(patch, how);
  }

  nextColour() {
    return /** @type {string} */ (PALETTE[this.made++ % PALETTE.length]);
  }

  /** A free name: box1, box2, … @param {string} stem @param {Iterable<string>} also taken */
  freeName(stem, also = []) {
    const taken = new Set(also);
    let number = 1;
    while (this.entries.has(stem + number) || taken.has(stem + number)) number++;
    return stem + number;
  }

  /** @param {string} name @param {Region} region @param {{tag?: string}} how */
  put(name, region, how = {}) {
    const old = this.entries.get(name);
    const entry = old ? { ...old, region } : { region, colour: this.nextColour(), z: this.top + 1 };
    this.commit(new Map([[name, entry]]), how);
  }
}
