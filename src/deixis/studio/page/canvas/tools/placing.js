/** @file Tools that place one or two corners: point, arrow, box, ellipse. */

import { boxOf } from '../changes.js';
import { neat, pair } from '../shapes.js';
import { Tool } from './tool.js';

/** @import {At} from './tool.js' */
/** @import {Region, XY} from '../types.js' */

const STILL = 3; // CSS pixels that a click may move

export class PointTool extends Tool {
  /** @param {import('./tool.js').Desk} desk */
  constructor(desk) {
    super(desk);
    this.clicks = true;
  }

  /** @param {At} at @override */
  press(at) {
    this.pending = true;
    this.drag(at);
  }

  /** @param {At} at @override */
  drag(at) {
    this.desk.sketch([{ kind: 'draft', at }]);
  }

  /** @param {At} at @override */
  release(at) {
    this.cancel();
    this.desk.add('point', { deixis: 'region/1', kind: 'point', point: pair(at) });
  }
}

/** Two places: one drags from the first to the second, or clicks both. */
class TwoPlaces extends Tool {
  /** @param {import('./tool.js').Desk} desk */
  constructor(desk) {
    super(desk);
    /** @type {XY | null} */
    this.start = null;
    this.second = false; // the second of two clicks
  }

  /** @param {At} at @override */
  press(at) {
    this.second = this.start !== null;
    this.start ??= { x: at.x, y: at.y };
    this.pending = true;
    this.drag(at);
  }

  /** @param {At} at @override */
  drag(at) {
    if (this.start) this.draw(this.start, at);
  }

  /** @param {At} at @override */
  release(at) {
    const { start } = this;
    if (!start) return;
    const moved = Math.hypot(at.x - start.x, at.y - start.y) * this.desk.view.scale;
    if (moved <= STILL && !this.second && !at.keyboard && this.waits) return;
    this.cancel();
    if (moved > STILL || at.keyboard || !this.waits) this.place(start, at);
  }

  /** Whether a click without a way is the first of two. */
  get waits() {
    return true;
  }

  /** @override */
  cancel() {
    this.start = null;
    super.cancel();
  }

  /** @param {XY} _start @param {At} _at */
  draw(_start, _at) {}

  /** @param {XY} _start @param {At} _at */
  place(_start, _at) {}
}

export class ArrowTool extends TwoPlaces {
  /** @override */
  get waits() {
    return false; // a click is its tip
  }

  /** @param {XY} start @param {At} at @override */
  draw(start, at) {
    const { scale } = this.desk.view;
    const long = Math.hypot(at.x - start.x, at.y - start.y);
    if (!long) return this.desk.sketch([{ kind: 'draft', at }]);
    const head = Math.min(14 / scale, long / 2), u = { x: (start.x - at.x) / long * head, y: (start.y - at.y) / long * head };
    const barbs = [1, -1].map((side) => `M${at.x + 0.87 * u.x - side * 0.5 * u.y} ${at.y + 0.87 * u.y + side * 0.5 * u.x}L${at.x} ${at.y}`);
    this.desk.sketch([{ kind: 'draft', path: `M${start.x} ${start.y}L${at.x} ${at.y}${barbs.join('')}` }]);
  }

  /** @param {XY} _start @param {At} at @override */
  place(_start, at) {
    this.desk.add('arrow', { deixis: 'region/1', kind: 'point', point: pair(at), encoding: 'arrow' });
  }
}

export class BoxTool extends TwoPlaces {
  /** @param {XY} start @param {At} at @returns {Region} */
  made(start, at) {
    return { deixis: 'region/1', kind: 'box', box: boxOf(...cornersOf(start, at)) };
  }

  /** @param {XY} start @param {At} at @override */
  draw(start, at) {
    this.desk.sketch([{ kind: 'draft', region: this.made(start, at) }]);
  }

  /** @param {XY} start @param {At} at @override */
  place(start, at) {
    const region = this.made(start, at);
    this.desk.add(region.kind, region);
  }
}

export class EllipseTool extends BoxTool {
  /** @param {XY} start @param {At} at @returns {Region} @override */
  made(start, at) {
    const [x0, y0, x1, y1] = boxOf(...cornersOf(start, at));
    return { deixis: 'region/1', kind: 'ellipse',
      ellipse: [neat((x0 + x1) / 2), neat((y0 + y1) / 2), neat((x1 - x0) / 2), neat((y1 - y0) / 2), 0] };
  }
}

/** Shift makes a square. @param {XY} start @param {At} at @returns {[XY, XY]} */
function cornersOf(start, at) {
  if (!at.shift || at.keyboard) return [start, at];
  const side = Math.max(Math.abs(at.x - start.x), Math.abs(at.y - start.y));
  return [start, { x: start.x + side * (Math.sign(at.x - start.x) || 1), y: start.y + side * (Math.sign(at.y - start.y) || 1) }];
}
