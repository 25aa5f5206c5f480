/**
 * @file Picture and settled regions on canvases wider than the window, which a CSS transform moves
 * while one pans and zooms, and which are painted again in slices.
 *
 * Each kind has two canvases: one is seen, on the other the next state is prepared.
 */

import { stepOf } from './view.js';

/** @import {Rect} from './types.js' */
/** @import {View} from './view.js' */

const MARGIN = 0.4; // of the window on each side
const USED = 0.65; // of the margin, before more is painted
const MOST_PIXELS = 8e6; // of one canvas
const REST = 110; // ms without a movement
const SLICES = { moving: 4, resting: 10 }; // ms of painting a frame
const BLOCK = 512; // device pixels

/** @typedef {{x: number, y: number, scale: number, ratio: number, width: number, height: number}} Frame the picture's corner on the canvases, and their size, in device pixels */
/** @typedef {{rect: Rect, picture: boolean, fresh: boolean}} Dirt fresh where nothing stands yet */
/** @typedef {{picture: (context: CanvasRenderingContext2D, part: Rect, frame: Frame) => void,
 *   shapes: (context: CanvasRenderingContext2D, part: Rect, frame: Frame) => Generator<void>}} Hand */

/** @param {HTMLElement} parent */
function pairOf(parent) {
  return [0, 1].map(() => {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    parent.append(canvas);
    // painted by the processor, so that a slice's time is known and nothing is painted late
    return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  });
}

/**
 * Device pixels that are whole CSS pixels too: browsers round a canvas's size to those, and would
 * stretch what is on it.
 * @param {number} pixels @param {number} ratio
 */
function whole(pixels, ratio) {
  const step = stepOf(ratio, 64);
  return Math.round(Math.ceil(pixels / ratio / step) * step * ratio);
}

export class Painter {
  /** @param {HTMLElement} stage @param {View} view @param {Hand} hand @param {() => void} framed is called in each frame */
  constructor(stage, view, hand, framed) {
    Object.assign(this, { stage, view, hand, framed });
    this.view = view;
    this.hand = hand;
    this.framed = framed;
    this.world = document.createElement('div');
    this.world.className = 'dx-world';
    stage.append(this.world);
    this.pairs = [pairOf(this.world), pairOf(this.world)]; // picture, shapes
    this.front = 0;
    /** @type {Frame} */
    this.frame = { x: 0, y: 0, scale: 0, ratio: 1, width: 0, height: 0 };
    /** @type {Dirt[]} */
    this.dirt = [];
    /** @type {{steps: Generator<void>, frame: Frame | null, dirt: Dirt | null} | null} */
    this.job = null;
    this.asked = 0;
    this.movedAt = -Infinity;
    this.rest = 0;
  }

  destroy() {
    cancelAnimationFrame(this.asked);
    clearTimeout(this.rest);
    this.world.remove();
  }

  /** Another frame is asked for. */
  ask() {
    this.asked ||= requestAnimationFrame(() => this.#tick());
  }

  /** The view has moved. */
  moved() {
    this.movedAt = performance.now();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.ask(), REST + 5);
    this.ask();
  }

  /** A part of the picture's plane is to be painted again. @param {Rect} rect @param {boolean} [picture] its pixels too */
  spoil(rect, picture = false) {
    if (this.dirt.length > 30 && !picture) {
      const all = [rect, ...this.dirt.filter((one) => !one.fresh && !one.picture).map((one) => one.rect)];
      this.dirt = this.dirt.filter((one) => one.fresh || one.picture);
      rect = { x0: Math.min(...all.map((one) => one.x0)), y0: Math.min(...all.map((one) => one.y0)),
        x1: Math.max(...all.map((one) => one.x1)), y1: Math.max(...all.map((one) => one.y1)) };
    }
    this.dirt.push({ rect, picture, fresh: false });
    this.ask();
  }

  /** All is to be painted again. */
  spoilAll() {
    this.spoil({ x0: -1e7, y0: -1e7, x1: 1e7, y1: 1e7 }, true);
  }

  get resting() {
    return performance.now() - this.movedAt > REST;
  }

  /** Whether all is painted as it is to stay. */
  get settled() {
    const isAsWanted = this.frame.scale === this.view.scale * this.view.ratio;
    return isAsWanted && this.resting && !this.job && !this.dirt.length && !this.asked;
  }

  #tick() {
    this.asked = 0;
    const start = performance.now();
    const budget = this.resting ? SLICES.resting : SLICES.moving;
    this.framed();
    while (performance.now() - start < budget) {
      if (!this.job && !this.#begin()) break;
      if (this.job?.steps.next().done) this.#finish();
    }
    this.#move();
    if (this.job || this.dirt.length) this.ask();
  }

  /** The canvases stand where the view says. */
  #move() {
    const { x, y, scale, ratio } = this.frame;
    if (!scale) return;
    const grown = this.view.scale * this.view.ratio / scale;
    const left = this.view.x - x * grown / ratio, top = this.view.y - y * grown / ratio;
    this.world.style.transform = `translate(${left}px, ${top}px) scale(${grown})`;
  }

  /** @returns {Frame} */
  #wanted() {
    const { view } = this;
    const wide = view.width * view.ratio, high = view.height * view.ratio;
    const margin = Math.max(0, Math.min(MARGIN, (Math.sqrt(MOST_PIXELS / (wide * high)) - 1) / 2));
    const width = whole(wide * (1 + 2 * margin), view.ratio), height = whole(high * (1 + 2 * margin), view.ratio);
    return { scale: view.scale * view.ratio, ratio: view.ratio, width, height,
      x: Math.round(view.x * view.ratio) + Math.round((width - wide) / 2),
      y: Math.round(view.y * view.ratio) + Math.round((height - high) / 2) };
  }

  /** Whether there was something to begin. */
  #begin() {
    const wanted = this.#wanted(), { frame } = this;
    const resized = wanted.width !== frame.width || wanted.height !== frame.height || wanted.ratio !== frame.ratio;
    if (resized || (wanted.scale !== frame.scale && (this.resting || this.share() < 0.95))) {
      this.#size(wanted);
      this.dirt = [];
      const whole = { x0: 0, y0: 0, x1: wanted.width, y1: wanted.height };
      this.job = { steps: this.#paint(whole, wanted, true), frame: wanted, dirt: null };
      return true;
    }
    if (wanted.scale === frame.scale) this.#scroll(wanted.x - frame.x, wanted.y - frame.y);
    const fresh = this.dirt.findIndex((one) => one.fresh);
    const [dirt] = this.dirt.splice(Math.max(0, fresh), 1);
    if (!dirt) return false;
    const part = this.#part(dirt.rect);
    if (part.x1 > part.x0 && part.y1 > part.y0) {
      this.job = { steps: this.#repaint(part, dirt.picture), frame: null, dirt };
    }
    return true;
  }

  #finish() {
    const frame = this.job?.frame;
    this.job = null;
    if (frame) this.#swap(frame);
  }

  /** @param {Frame} frame */
  #swap(frame) {
    this.frame = frame;
    this.front = 1 - this.front;
    for (const contexts of this.pairs) {
      contexts.forEach(({ canvas }, at) => { canvas.style.visibility = at === this.front ? 'visible' : 'hidden'; });
    }
  }

  /** The canvases behind get their size; what is seen stays. @param {Frame} frame */
  #size(frame) {
    for (const contexts of this.pairs) {
      const { canvas } = /** @type {CanvasRenderingContext2D} */ (contexts[1 - this.front]);
      if (canvas.width === frame.width && canvas.height === frame.height) continue;
      canvas.width = frame.width;
      canvas.height = frame.height;
      canvas.style.width = `${Math.round(frame.width / frame.ratio)}px`;
      canvas.style.height = `${Math.round(frame.height / frame.ratio)}px`;
    }
  }

  /** A part of the picture's plane on the canvases. @param {Rect} rect @returns {Rect} */
  #part({ x0, y0, x1, y1 }) {
    const { x, y, scale, ratio, width, height } = this.frame, line = 4 * ratio;
    return { x0: Math.max(0, Math.floor(x + x0 * scale - line)), y0: Math.max(0, Math.floor(y + y0 * scale - line)),
      x1: Math.min(width, Math.ceil(x + x1 * scale + line)), y1: Math.min(height, Math.ceil(y + y1 * scale + line)) };
  }

  /** Past most of the margin what stands is moved, and what comes in is painted. @param {number} dx @param {number} dy */
  #scroll(dx, dy) {
    const { frame, view } = this;
    const across = (frame.width - view.width * view.ratio) / 2, down = (frame.height - view.height * view.ratio) / 2;
    if (Math.abs(dx) <= across * USED && Math.abs(dy) <= down * USED) return;
    const next = { ...frame, x: frame.x + dx, y: frame.y + dy };
    this.#size(next);
    for (const contexts of this.pairs) {
      const back = /** @type {CanvasRenderingContext2D} */ (contexts[1 - this.front]);
      back.globalCompositeOperation = 'copy';
      back.drawImage(/** @type {CanvasRenderingContext2D} */ (contexts[this.front]).canvas, dx, dy);
      back.globalCompositeOperation = 'source-over';
    }
    this.#swap(next);
    const { width, height } = frame;
    const strips = [
      { x0: dx > 0 ? 0 : width + dx, x1: dx > 0 ? dx : width, y0: 0, y1: height },
      { x0: Math.max(0, dx), x1: Math.min(width, width + dx), y0: dy > 0 ? 0 : height + dy, y1: dy > 0 ? dy : height },
    ];
    for (const strip of strips) {
      if (strip.x1 <= strip.x0 || strip.y1 <= strip.y0) continue;
      const rect = { x0: (strip.x0 - next.x) / next.scale, y0: (strip.y0 - next.y) / next.scale,
        x1: (strip.x1 - next.x) / next.scale, y1: (strip.y1 - next.y) / next.scale };
      this.dirt.push({ rect, picture: true, fresh: true });
    }
  }

  /** @param {Rect} part @param {Frame} frame @param {boolean} picture @returns {Generator<void>} */
  *#paint(part, frame, picture) {
    const [first, second] = /** @type {[CanvasRenderingContext2D, CanvasRenderingContext2D]} */ (
      this.pairs.map((contexts) => contexts[1 - this.front]));
    if (picture) {
      first.clearRect(part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
      for (let y0 = part.y0; y0 < part.y1; y0 += BLOCK) {
        for (let x0 = part.x0; x0 < part.x1; x0 += BLOCK) {
          this.hand.picture(first, { x0, y0, x1: Math.min(part.x1, x0 + BLOCK), y1: Math.min(part.y1, y0 + BLOCK) }, frame);
          first.getImageData(0, 0, 1, 1); // nothing is put off
          yield;
        }
      }
    }
    second.save();
    second.clearRect(part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
    second.beginPath();
    second.rect(part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
    second.clip();
    for (const _step of this.hand.shapes(second, part, frame)) {
      second.getImageData(0, 0, 1, 1);
      yield;
    }
    second.restore();
  }

  /** @param {Rect} part @param {boolean} picture @returns {Generator<void>} */
  *#repaint(part, picture) {
    this.#size(this.frame);
    yield* this.#paint(part, this.frame, picture);
    const wide = part.x1 - part.x0, high = part.y1 - part.y0;
    for (const contexts of picture ? this.pairs : this.pairs.slice(1)) {
      const front = /** @type {CanvasRenderingContext2D} */ (contexts[this.front]);
      const back = /** @type {CanvasRenderingContext2D} */ (contexts[1 - this.front]);
      front.clearRect(part.x0, part.y0, wide, high);
      front.drawImage(back.canvas, part.x0, part.y0, wide, high, part.x0, part.y0, wide, high);
    }
  }

  /** How much of what is in sight is painted, 0..1. */
  share() {
    const { frame, view } = this;
    if (!frame.scale) return 0;
    const missing = [...this.dirt, this.job?.dirt].filter((one) => one?.fresh).map((one) => this.#part(/** @type {Dirt} */ (one).rect));
    let painted = 0;
    for (let row = 0; row < 20; row++) {
      for (let column = 0; column < 32; column++) {
        const place = view.toPicture({ x: (column + 0.5) / 32 * view.width, y: (row + 0.5) / 20 * view.height });
        const x = frame.x + place.x * frame.scale, y = frame.y + place.y * frame.scale;
        if (x < 0 || y < 0 || x >= frame.width || y >= frame.height) continue;
        if (!missing.some((part) => x >= part.x0 && x < part.x1 && y >= part.y0 && y < part.y1)) painted++;
      }
    }
    return painted / 640;
  }
}
