/** @file Tools that draw a way: polygon, lasso, scribble, brush and eraser. */

import { simplified } from '../changes.js';
import { neat, pair, pathOf } from '../shapes.js';
import { Spans, spansOf } from '../masks.js';
import { Tool } from './tool.js';

/** @import {At} from './tool.js' */
/** @import {MaskRegion, Pair, XY} from '../types.js' */

const OFF = 0.5; // CSS pixels that a simplified way may be off
const PEN = 4; // CSS pixels, of a scribble

export class PolygonTool extends Tool {
  /** @param {import('./tool.js').Desk} desk */
  constructor(desk) {
    super(desk);
    this.clicks = true;
    /** @type {Pair[]} */
    this.corners = [];
  }

  /** @param {At} at @override */
  press(at) {
    this.pending = true;
    this.drag(at);
  }

  /** @param {At} at @override */
  drag(at) {
    const first = this.corners[0];
    const closes = first && this.corners.length > 2 && this.#near(at, first);
    this.desk.sketch([
      { kind: 'draft', path: pathOf([...this.corners, closes ? first : [at.x, at.y]], false) },
      ...this.corners.map(([x, y], which) => ({ kind: which ? 'corner' : closes ? 'closing' : 'first', at: { x, y } })),
    ]);
  }

  /** @param {At} at @param {Pair} place */
  #near(at, place) {
    return Math.hypot(at.raw.x - place[0], at.raw.y - place[1]) <= (at.keyboard ? 0.5 : at.reach);
  }

  /** @param {At} at @override */
  release(at) {
    const first = this.corners[0], last = this.corners.at(-1);
    const again = last && Math.hypot(at.x - last[0], at.y - last[1]) * this.desk.view.scale < (at.keyboard ? 1e-6 : 4);
    if (first && this.corners.length > 2 && (again || this.#near(at, first))) return this.close();
    if (!again) this.corners.push(pair(at));
    this.drag(at);
    this.desk.say(`corner ${this.corners.length}`);
  }

  close() {
    const rings = [this.corners];
    this.cancel();
    this.desk.add('polygon', { deixis: 'region/1', kind: 'polygon', rings });
  }

  /** @param {At} at @override */
  enter(at) {
    if (at.keyboard || this.corners.length < 3) return false;
    this.close();
    return true;
  }

  /** @override */
  back() {
    if (!this.corners.pop()) return false;
    if (!this.corners.length) this.cancel();
    else this.desk.sketch([{ kind: 'draft', path: pathOf(this.corners, false) }]);
    return true;
  }

  /** @override */
  cancel() {
    this.corners = [];
    super.cancel();
  }
}

/** A way that is drawn with the pen down. */
class FreeTool extends Tool {
  /** @param {import('./tool.js').Desk} desk */
  constructor(desk) {
    super(desk);
    /** @type {XY[]} */
    this.path = [];
    this.places = false;
  }

  /** @param {At} at @override */
  press(at) {
    this.path = [];
    this.pending = true;
    this.drag(at);
  }

  /** @param {At} at @override */
  drag(at) {
    const last = this.path.at(-1);
    if (!last || last.x !== at.x || last.y !== at.y) this.path.push({ x: at.x, y: at.y });
    this.draw();
  }

  /** @param {At} at @override */
  release(at) {
    this.drag(at);
    const { path } = this;
    this.cancel();
    this.place(path);
  }

  /** @override */
  cancel() {
    this.path = [];
    super.cancel();
  }

  get d() {
    const pairs = this.path.map((one) => /** @type {Pair} */ ([one.x, one.y]));
    return pathOf(pairs.length > 1 ? pairs : [...pairs, ...pairs], false);
  }

  draw() {}

  /** @param {XY[]} _path */
  place(_path) {}
}

export class LassoTool extends FreeTool {
  /** @override */
  draw() {
    this.desk.sketch([{ kind: 'draft', path: this.d }]);
  }

  /** @param {XY[]} path @override */
  place(path) {
    const ring = simplified(path, OFF / this.desk.view.scale).map(pair);
    if (ring.length > 2) this.desk.add('polygon', { deixis: 'region/1', kind: 'polygon', rings: [ring] });
    else this.desk.say('a lasso needs a way around something');
  }
}

export class ScribbleTool extends FreeTool {
  get width() {
    return Math.max(1, neat(PEN / this.desk.view.scale));
  }

  /** @override */
  draw() {
    this.desk.sketch([{ kind: 'draft', path: this.d, width: this.width, colour: '#e6194b' }]);
  }

  /** @param {XY[]} path @override */
  place(path) {
    const points = simplified(path, OFF / this.desk.view.scale).map(pair);
    this.desk.add('stroke', { deixis: 'region/1', kind: 'stroke', points, width: this.width });
  }
}

/** The brush adds to the selected mask or makes one; the eraser takes away from masks. */
export class BrushTool extends FreeTool {
  /** @param {import('./tool.js').Desk} desk @param {boolean} adds */
  constructor(desk, adds) {
    super(desk);
    this.adds = adds;
    this.cursor = 'none';
  }

  get width() {
    return this.desk.brush / this.desk.view.scale;
  }

  /** @param {At} at @override */
  hover(at) {
    this.desk.sketch([this.#ring(at)]);
  }

  /** @param {XY} at */
  #ring({ x, y }) {
    const radius = this.width / 2;
    return { kind: 'ring', path: `M${x - radius} ${y}a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0Z` };
  }

  /** @override */
  draw() {
    const colour = this.adds ? this.desk.store.entries.get(this.#chosen()[0] ?? '')?.colour ?? '#e6194b' : '#ffffff';
    this.desk.sketch([{ kind: 'paint', path: this.d, width: this.width, colour }, this.#ring(/** @type {XY} */ (this.path.at(-1)))]);
  }

  /** The selected masks. */
  #chosen() {
    return this.desk.selected.filter((name) => this.desk.store.entries.get(name)?.region.kind === 'mask');
  }

  /** @param {XY[]} path @override */
  place(path) {
    const { store, view } = this.desk;
    const { width, height } = view.picture;
    let names = this.#chosen();
    if (this.adds && !names.length) {
      const spans = new Spans(width, height);
      spans.brush(path, this.width / 2, true);
      if (spans.columns.size) this.desk.add('mask', { deixis: 'region/1', kind: 'mask', size: [width, height], counts: spans.counts() });
      return;
    }
    if (!names.length) names = this.#under(path);
    /** @type {import('../store.js').Patch} */
    const patch = new Map();
    for (const name of names.slice(0, this.adds ? 1 : undefined)) {
      const entry = /** @type {import('../types.js').Entry} */ (store.entries.get(name));
      const region = /** @type {MaskRegion} */ (entry.region);
      const spans = spansOf(region).copy();
      spans.brush(path, this.width / 2, this.adds);
      patch.set(name, spans.columns.size ? { ...entry, region: { ...region, counts: spans.counts() } } : null);
    }
    store.commit(patch);
    this.desk.say(patch.size ? 'mask changed' : 'no mask is here');
  }

  /** @param {XY[]} path */
  #under(path) {
    const half = this.width / 2;
    const xs = path.map((one) => one.x), ys = path.map((one) => one.y);
    const found = this.desk.store.index.query({ x0: Math.min(...xs) - half, y0: Math.min(...ys) - half, x1: Math.max(...xs) + half, y1: Math.max(...ys) + half });
    return [...found].filter((name) => this.desk.store.entries.get(name)?.region.kind === 'mask');
  }
}
