/** @file An index of rectangles in grids of doubling cells: what stands here, and what is in sight. */

/** @import {Rect} from './types.js' */

const FINEST = 32; // pixels
const WIDE = 2 ** 21;

/** @param {number} x @param {number} y */
const keyOf = (x, y) => (x + WIDE / 2) * WIDE + y + WIDE / 2;

export class Index {
  constructor() {
    /** @type {Map<number, Map<number, Set<string>>>} by the level, then by the cell */
    this.levels = new Map();
    /** @type {Map<string, Rect>} */
    this.rects = new Map();
  }

  /** @param {number} level @param {Rect} rect @param {(key: number) => void} visit */
  #cells(level, rect, visit) {
    const size = FINEST * 2 ** level;
    const right = Math.floor(rect.x1 / size), bottom = Math.floor(rect.y1 / size);
    for (let x = Math.floor(rect.x0 / size); x <= right; x++) {
      for (let y = Math.floor(rect.y0 / size); y <= bottom; y++) visit(keyOf(x, y));
    }
  }

  /** @param {Rect} rect */
  #level(rect) {
    const extent = Math.max(rect.x1 - rect.x0, rect.y1 - rect.y0);
    return Math.max(0, Math.ceil(Math.log2(extent / FINEST)));
  }

  /** @param {string} name @param {Rect} rect */
  set(name, rect) {
    this.delete(name);
    this.rects.set(name, rect);
    const level = this.#level(rect);
    const cells = this.levels.get(level) ?? new Map();
    this.levels.set(level, cells);
    this.#cells(level, rect, (key) => {
      const names = cells.get(key);
      if (names) names.add(name);
      else cells.set(key, new Set([name]));
    });
  }

  /** @param {string} name */
  delete(name) {
    const rect = this.rects.get(name);
    if (!rect) return;
    this.rects.delete(name);
    const level = this.#level(rect);
    const cells = this.levels.get(level);
    this.#cells(level, rect, (key) => {
      const names = cells?.get(key);
      names?.delete(name);
      if (names && !names.size) cells?.delete(key);
    });
  }

  clear() {
    this.levels.clear();
    this.rects.clear();
  }

  /** The names whose rectangles touch this one. @param {Rect} rect @returns {Set<string>} */
  query(rect) {
    /** @type {Set<string>} */
    const found = new Set();
    /** @param {Iterable<string>} names */
    const take = (names) => {
      for (const name of names) {
        const one = /** @type {Rect} */ (this.rects.get(name));
        if (one.x0 <= rect.x1 && one.x1 >= rect.x0 && one.y0 <= rect.y1 && one.y1 >= rect.y0) found.add(name);
      }
    };
    for (const [level, cells] of this.levels) {
      const size = FINEST * 2 ** level;
      const many = ((rect.x1 - rect.x0) / size + 1) * ((rect.y1 - rect.y0) / size + 1);
      if (many > cells.size) for (const names of cells.values()) take(names);
      else this.#cells(level, rect, (key) => take(cells.get(key) ?? []));
    }
    return found;
  }
}
