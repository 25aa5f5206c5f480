/** @file Masks as COCO's compressed run lengths, column by column, as deixis.core.mask has them. */

/** @import {Rect, XY, MaskRegion} from './types.js' */

/**
 * Run lengths of a string, outside first.
 * @param {string} counts
 * @returns {number[]}
 */
export function decodeCounts(counts) {
  /** @type {number[]} */
  const runs = [];
  for (let at = 0; at < counts.length;) {
    let value = 0, letters = 0, digit;
    do {
      digit = counts.charCodeAt(at++) - 48;
      if (!(digit >= 0 && digit < 64) || letters > 6) throw new RangeError('not run lengths of COCO');
      value += (digit & 31) * 32 ** letters++;
    } while (digit & 32);
    if (digit & 16) value -= 32 ** letters;
    if (runs.length > 2) value += /** @type {number} */ (runs.at(-2));
    if (value < 0) throw new RangeError('a run length of a mask is below 0');
    runs.push(value);
  }
  return runs;
}

/**
 * The string of run lengths, as COCO writes it.
 * @param {number[]} runs
 */
export function encodeCounts(runs) {
  let text = '';
  runs.forEach((run, at) => {
    let value = at > 2 ? run - /** @type {number} */ (runs[at - 2]) : run;
    for (let more = true; more;) {
      let digit = ((value % 32) + 32) % 32;
      value = Math.floor(value / 32);
      more = digit & 16 ? value !== -1 : value !== 0;
      if (more) digit += 32;
      text += String.fromCharCode(digit + 48);
    }
  });
  return text;
}

/** Upright edges where one column begins or ends and the other does not. @param {number[]} rows of both @param {number} x */
function upright(rows, x) {
  /** @type {number[]} */
  const ends = [];
  for (const row of rows.slice().sort((a, b) => a - b)) {
    if (ends.at(-1) === row) ends.pop(); // two at one place are none
    else ends.push(row);
  }
  return ends.flatMap((row, at) => (at % 2 ? [] : [`M${x} ${row}V${ends[at + 1]}`]));
}

/** The rows of a mask in each of its columns: [top, bottom, top, bottom, …], in order. */
export class Spans {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** @type {Map<number, number[]>} */
    this.columns = new Map();
  }

  /** @param {MaskRegion} region */
  static of(region) {
    const [width, height] = region.size;
    const spans = new Spans(width, height);
    let place = 0;
    decodeCounts(region.counts).forEach((run, at) => {
      if (at % 2) spans.#fill(place, place + run);
      place += run;
    });
    if (place !== width * height) throw new RangeError('a mask is of another size than its runs');
    return spans;
  }

  /** @param {number} start @param {number} stop */
  #fill(start, stop) {
    for (let place = start; place < stop;) {
      const column = Math.floor(place / this.height);
      const top = place - column * this.height;
      const bottom = Math.min(this.height, top + stop - place);
      const rows = this.columns.get(column);
      if (rows) rows.push(top, bottom);
      else this.columns.set(column, [top, bottom]);
      place += bottom - top;
    }
  }

  copy() {
    const made = new Spans(this.width, this.height);
    for (const [column, rows] of this.columns) made.columns.set(column, rows.slice());
    return made;
  }

  /** @returns {number[]} */
  #changes() {
    /** @type {number[]} */
    const changes = [];
    for (const column of [...this.columns.keys()].sort((a, b) => a - b)) {
      const rows = /** @type {number[]} */ (this.columns.get(column));
      for (let at = 0; at < rows.length; at += 2) {
        const start = column * this.height + /** @type {number} */ (rows[at]);
        if (changes.at(-1) === start) changes.pop();
        else changes.push(start);
        changes.push(column * this.height + /** @type {number} */ (rows[at + 1]));
      }
    }
    return changes;
  }

  /** The same pixels as COCO's string; empty where there are none. */
  counts() {
    const changes = this.#changes();
    const total = this.width * this.height;
    if (changes.at(-1) !== total) changes.push(total);
    return encodeCounts(changes.map((place, at) => place - (at ? changes[at - 1] ?? 0 : 0)));
  }

  /** How many stretches of rows there are. */
  get num() {
    let num = 0;
    for (const rows of this.columns.values()) num += rows.length / 2;
    return num;
  }

  get area() {
    let area = 0;
    this.each((_x, top, bottom) => { area += bottom - top; });
    return area;
  }

  /** @returns {Rect} */
  bounds() {
    const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    this.each((x, top, bottom) => {
      box.x0 = Math.min(box.x0, x);
      box.x1 = Math.max(box.x1, x + 1);
      box.y0 = Math.min(box.y0, top);
      box.y1 = Math.max(box.y1, bottom);
    });
    return box;
  }

  /** @param {(x: number, top: number, bottom: number) => void} visit */
  each(visit) {
    for (const [column, rows] of this.columns) {
      for (let at = 0; at < rows.length; at += 2) {
        visit(column, /** @type {number} */ (rows[at]), /** @type {number} */ (rows[at + 1]));
      }
    }
  }

  /** The edges between what is inside and what is not, as an SVG path of straight lines. */
  outline() {
    /** @type {string[]} */
    const lines = [];
    /** @type {Map<number, [number, number]>} horizontal edges by their row, from and to a column */
    const open = new Map();
    /** @type {number[]} */
    let last = [], at = -2;
    const columns = [...this.columns.keys()].sort((a, b) => a - b);
    for (const column of [...columns, Infinity]) {
      if (column > at + 1) lines.push(...upright(last, at + 1));
      if (column === Infinity) break;
      const rows = /** @type {number[]} */ (this.columns.get(column));
      lines.push(...upright(column === at + 1 ? [...last, ...rows] : rows, column));
      for (const row of rows) {
        const [start, end] = open.get(row) ?? [column, column];
        if (end < column) lines.push(`M${start} ${row}H${end}`);
        open.set(row, [end < column ? column : start, column + 1]);
      }
      [last, at] = [rows, column];
    }
    for (const [row, [start, end]] of open) lines.push(`M${start} ${row}H${end}`);
    return lines.join('');
  }

  /** @param {XY} place */
  has({ x, y }) {
    const rows = this.columns.get(Math.floor(x)) ?? [];
    for (let at = 0; at < rows.length; at += 2) {
      if (y >= (rows[at] ?? 0) && y < (rows[at + 1] ?? 0)) return true;
    }
    return false;
  }

  /** @param {number} dx whole pixels @param {number} dy whole pixels */
  moved(dx, dy) {
    const made = new Spans(this.width, this.height);
    this.each((x, top, bottom) => made.#change(x + dx, top + dy, bottom + dy, true));
    return made;
  }

  /**
   * The pixels whose centres a round pen covers on its way are added or taken out.
   * @param {XY[]} path @param {number} radius @param {boolean} adds
   */
  brush(path, radius, adds) {
    path.forEach((to, at) => {
      if (at || path.length === 1) this.#capsule(path[at - 1] ?? to, to, radius, adds);
    });
  }

  /** @param {XY} a @param {XY} b @param {number} radius @param {boolean} adds */
  #capsule(a, b, radius, adds) {
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const side = length ? { x: -(b.y - a.y) * radius / length, y: (b.x - a.x) * radius / length } : null;
    const corners = side ? [
      { x: a.x + side.x, y: a.y + side.y }, { x: b.x + side.x, y: b.y + side.y },
      { x: b.x - side.x, y: b.y - side.y }, { x: a.x - side.x, y: a.y - side.y },
    ] : [];
    const first = Math.max(0, Math.floor(Math.min(a.x, b.x) - radius));
    const last = Math.min(this.width - 1, Math.ceil(Math.max(a.x, b.x) + radius));
    for (let column = first; column <= last; column++) {
      const x = column + 0.5;
      let top = Infinity, bottom = -Infinity;
      for (const end of [a, b]) {
        const half = radius ** 2 - (x - end.x) ** 2;
        if (half < 0) continue;
        top = Math.min(top, end.y - Math.sqrt(half));
        bottom = Math.max(bottom, end.y + Math.sqrt(half));
      }
      corners.forEach((p, at) => {
        const q = /** @type {XY} */ (corners[(at + 1) % 4]);
        if ((p.x <= x) === (q.x <= x)) return;
        const y = p.y + (q.y - p.y) * (x - p.x) / (q.x - p.x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      });
      this.#change(column, Math.ceil(top - 0.5), Math.floor(bottom - 0.5) + 1, adds);
    }
  }

  /** @param {number} column @param {number} top @param {number} bottom @param {boolean} adds */
  #change(column, top, bottom, adds) {
    top = Math.max(0, top);
    bottom = Math.min(this.height, bottom);
    if (!(top < bottom) || column < 0 || column >= this.width) return;
    /** @type {number[]} */
    const kept = [];
    const rows = this.columns.get(column) ?? [];
    for (let at = 0; at < rows.length; at += 2) {
      const above = /** @type {number} */ (rows[at]), below = /** @type {number} */ (rows[at + 1]);
      if (adds && below >= top && above <= bottom) {
        top = Math.min(top, above);
        bottom = Math.max(bottom, below);
      } else if (adds || below <= top || above >= bottom) {
        kept.push(above, below);
      } else {
        if (above < top) kept.push(above, top);
        if (below > bottom) kept.push(bottom, below);
      }
    }
    if (adds) {
      const after = kept.findIndex((row, at) => at % 2 === 0 && row > top);
      kept.splice(after < 0 ? kept.length : after, 0, top, bottom);
    }
    if (kept.length) this.columns.set(column, kept);
    else this.columns.delete(column);
  }
}

/** @type {WeakMap<MaskRegion, Spans>} */
const known = new WeakMap();

/**
 * The rows of a mask's region, which are not to be changed.
 * @param {MaskRegion} region
 */
export function spansOf(region) {
  let spans = known.get(region);
  if (!spans) known.set(region, spans = Spans.of(region));
  return spans;
}
