/** @file What a tool is, and what it may ask of the canvas that it works on. */

/** @import {Entry, Region, XY} from '../types.js' */
/** @import {Item} from '../overlay.js' */
/** @import {View} from '../view.js' */
/** @import {Store} from '../store.js' */

/**
 * A place in the picture, at an edge of it where one is near, and how it was pointed at.
 * `raw` is the place without the edge; `reach` is how many pixels of the picture are near.
 * @typedef {XY & {raw: XY, shift: boolean, alt: boolean, toggles: boolean, touch: boolean,
 *   keyboard: boolean, reach: number}} At
 *
 * @typedef {object} Desk what a tool may ask
 * @property {View} view
 * @property {Store} store
 * @property {string[]} selected
 * @property {number} brush the pen's width in CSS pixels
 * @property {string | null} vertex the handle that was touched last
 * @property {(items: Item[], hidden?: string[]) => void} sketch what is being drawn, instead of these
 * @property {() => void} clear nothing is being drawn
 * @property {(stem: string, region: Region) => string} add
 * @property {(names: string[]) => void} select
 * @property {(dx: number, dy: number) => void} pan CSS pixels
 * @property {(text: string) => void} say to screen readers
 */

export class Tool {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** Whether something is begun that Esc would leave. */
    this.pending = false;
    /** Whether a place alone is enough, so that Enter presses and releases at once. */
    this.clicks = false;
    /** Whether it puts something at an exact place, for which a magnifier is of use. */
    this.places = true;
    this.cursor = 'crosshair';
  }

  /** The button, finger or pen goes down. @param {At} _at */
  press(_at) {}

  /** It moves while it is down, or something is pending. @param {At} _at */
  drag(_at) {}

  /** @param {At} _at */
  release(_at) {}

  /** It moves while it is up and nothing is pending. @param {At} _at */
  hover(_at) {}

  /** Whether Enter was of use. @param {At} _at */
  enter(_at) {
    return false;
  }

  /** Whether the last step was taken back. */
  back() {
    return false;
  }

  cancel() {
    this.pending = false;
    this.desk.clear();
  }
}
