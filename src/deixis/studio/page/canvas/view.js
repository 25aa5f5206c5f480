/** @file Where the picture stands in the window: places of the screen become places of the picture. */

/** @import {XY, Rect} from './types.js' */

const MOST = 64; // CSS pixels a pixel of the picture
const AROUND = 24; // CSS pixels that stay free around a picture that fits

/** How many CSS pixels are whole pixels of the device; 1 if more than `most` would be. @param {number} ratio @param {number} most */
export function stepOf(ratio, most) {
  let step = 1;
  while (step <= most && Math.abs(step * ratio - Math.round(step * ratio)) > 1e-4) step++;
  return step > most ? 1 : step;
}

/**
 * The view's `x`, `y` say where the picture's corner is, in CSS pixels of the stage, always on a
 * whole pixel of the device, so that nothing that is painted needs to be resampled.
 */
export class View {
  constructor() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.width = 1; // of the stage, in CSS pixels
    this.height = 1;
    this.ratio = 1; // device pixels a CSS pixel
    this.left = 0; // of the stage in the window
    this.top = 0;
    this.picture = { width: 1, height: 1 };
    /** @type {XY} */
    this.wanted = { x: 0, y: 0 }; // before it is put on the device's pixels
  }

  /** @param {DOMRect} rect @param {number} ratio */
  place(rect, ratio) {
    const moved = rect.width !== this.width || rect.height !== this.height || ratio !== this.ratio
      || rect.left !== this.left || rect.top !== this.top;
    if (!moved) return false;
    Object.assign(this, { left: rect.left, top: rect.top, ratio });
    this.width = Math.max(1, rect.width);
    this.height = Math.max(1, rect.height);
    this.#set(this.scale, this.wanted.x, this.wanted.y);
    return true;
  }

  get least() {
    const { width, height } = this.picture;
    return Math.min(0.5, 0.25 * Math.min(this.width / width, this.height / height));
  }

  /** @param {number} scale @param {number} x @param {number} y */
  #set(scale, x, y) {
    this.scale = scale;
    // some of the picture stays in sight
    const seen = 40;
    x = Math.min(this.width - seen, Math.max(seen - this.picture.width * scale, x));
    y = Math.min(this.height - seen, Math.max(seen - this.picture.height * scale, y));
    this.wanted = { x, y };
    this.x = Math.round((x + this.left) * this.ratio) / this.ratio - this.left;
    this.y = Math.round((y + this.top) * this.ratio) / this.ratio - this.top;
  }

  /** @param {number} dx @param {number} dy CSS pixels */
  pan(dx, dy) {
    this.#set(this.scale, this.wanted.x + dx, this.wanted.y + dy);
  }

  /** @param {number} factor @param {XY} at the place of the stage that stays where it is */
  zoom(factor, at = { x: this.width / 2, y: this.height / 2 }) {
    const scale = Math.min(MOST, Math.max(this.least, this.scale * factor));
    const grown = scale / this.scale;
    this.#set(scale, at.x - (at.x - this.wanted.x) * grown, at.y - (at.y - this.wanted.y) * grown);
  }

  /** @param {Rect} box */
  show(box) {
    const width = Math.max(1e-3, box.x1 - box.x0), height = Math.max(1e-3, box.y1 - box.y0);
    const free = Math.min(AROUND, this.width / 8, this.height / 8) * 2;
    const scale = Math.min((this.width - free) / width, (this.height - free) / height, MOST);
    this.#set(Math.max(scale, this.least),
      this.width / 2 - (box.x0 + box.x1) / 2 * scale,
      this.height / 2 - (box.y0 + box.y1) / 2 * scale);
  }

  fit() {
    const { width, height } = this.picture;
    this.show({ x0: 0, y0: 0, x1: width, y1: height });
  }

  /** @param {XY} place of the stage @returns {XY} */
  toPicture({ x, y }) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** @param {XY} place of the picture @returns {XY} */
  toStage({ x, y }) {
    return { x: this.x + x * this.scale, y: this.y + y * this.scale };
  }

  /** What of the picture's plane is in sight. @returns {Rect} */
  seen() {
    const start = this.toPicture({ x: 0, y: 0 });
    const end = this.toPicture({ x: this.width, y: this.height });
    return { x0: start.x, y0: start.y, x1: end.x, y1: end.y };
  }
}
