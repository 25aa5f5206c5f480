/** @file The tool that selects regions, moves them, and drags their handles. */

import { dragged, handlesOf, moved, withoutVertex } from '../changes.js';
import { boundsOf, nearness, padded, united } from '../shapes.js';
import { rectPath } from '../overlay.js';
import { Tool } from './tool.js';

/** @import {At} from './tool.js' */
/** @import {Entry, Handle, Region, XY} from '../types.js' */
/** @import {Patch} from '../store.js' */

const STILL = 3; // CSS pixels
const MOST_SKETCHED = 100; // regions that are drawn while they move; more are a frame around them

export class SelectTool extends Tool {
  /** @param {import('./tool.js').Desk} desk */
  constructor(desk) {
    super(desk);
    this.cursor = 'default';
    /** @type {'handle' | 'move' | 'marquee' | 'pan' | ''} */
    this.doing = '';
    /** @type {At | null} */
    this.start = null;
    /** @type {Handle | null} */
    this.handle = null;
    this.far = false; // whether it moved far enough to be no click
    /** @type {Patch} */
    this.patch = new Map();
    this.was = false; // whether what was pressed had been selected
    this.clicks = false;
  }

  /** What lies under a place: an outline that is near, else the smallest around it. @param {At} at @returns {string | null} */
  hit(at) {
    const { store } = this.desk;
    let best = null, least = Infinity;
    const reach = at.reach;
    for (const name of store.index.query(padded({ x0: at.raw.x, y0: at.raw.y, x1: at.raw.x, y1: at.raw.y }, reach))) {
      const { region, z } = /** @type {Entry} */ (store.entries.get(name));
      const { edge, inside } = nearness(region, at.raw);
      if (edge > reach && !inside) continue;
      const box = boundsOf(region);
      // outlines come before areas, the smaller before the larger, the upper before the lower
      const rank = edge <= reach ? -1e9 + edge / reach - z * 1e-6 : (box.x1 - box.x0) * (box.y1 - box.y0) - z * 1e-6;
      if (rank < least) [best, least] = [name, rank];
    }
    return best;
  }

  /** @param {At} at @returns {Handle | null} */
  #handleAt(at) {
    const only = this.#only();
    if (!only) return null;
    let found = null, least = at.reach;
    for (const handle of handlesOf(only.region, this.desk.view.scale)) {
      const away = Math.hypot(handle.x - at.raw.x, handle.y - at.raw.y) * (handle.role === 'middle' ? 1.01 : 1);
      if (away <= least) [found, least] = [handle, away];
    }
    return found;
  }

  #only() {
    const [name] = this.desk.selected;
    return this.desk.selected.length === 1 && name !== undefined ? this.desk.store.entries.get(name) ?? null : null;
  }

  /** @param {At} at @override */
  press(at) {
    const { desk } = this;
    Object.assign(this, { start: at, far: false, pending: true, handle: null, patch: new Map() });
    this.handle = at.toggles ? null : this.#handleAt(at);
    if (this.handle) {
      this.doing = 'handle';
      return;
    }
    desk.vertex = null;
    const name = this.hit(at);
    this.was = name !== null && desk.selected.includes(name);
    if (name === null) {
      this.doing = at.touch ? 'pan' : 'marquee';
      return;
    }
    this.doing = 'move';
    if (at.toggles) desk.select(this.was ? desk.selected.filter((one) => one !== name) : [...desk.selected, name]);
    else if (!this.was) desk.select([name]);
  }

  /** @param {At} at @override */
  drag(at) {
    const { start, desk } = this;
    if (!start) return;
    const dx = at.raw.x - start.raw.x, dy = at.raw.y - start.raw.y;
    this.far ||= Math.hypot(dx, dy) * desk.view.scale > (at.keyboard ? 0 : STILL);
    if (!this.far) return;
    if (this.doing === 'pan') {
      desk.pan(dx * desk.view.scale, dy * desk.view.scale);
    } else if (this.doing === 'marquee') {
      const box = united([{ x0: start.raw.x, y0: start.raw.y, x1: at.raw.x, y1: at.raw.y }]);
      desk.sketch([{ kind: 'marquee', path: rectPath(box) }]);
    } else if (this.doing === 'handle') {
      const only = /** @type {Entry} */ (this.#only());
      const region = dragged(only.region, /** @type {Handle} */ (this.handle).id, at, { keeps: at.shift && !at.keyboard, snapsAngle: at.shift });
      this.#sketch(new Map([[/** @type {string} */ (desk.selected[0]), { ...only, region }]]));
    } else if (this.doing === 'move') {
      this.#move(dx, dy, at);
    }
  }

  /** @param {number} dx @param {number} dy @param {At} at */
  #move(dx, dy, at) {
    const { desk } = this, { width, height } = desk.view.picture;
    const chosen = desk.selected.map((name) => /** @type {[string, Entry]} */ ([name, desk.store.entries.get(name)]));
    const box = united(chosen.map(([, entry]) => boundsOf(entry.region)));
    if (!at.alt && !at.keyboard) {
      dx += snapped(box.x0 + dx, box.x1 + dx, width, at.reach);
      dy += snapped(box.y0 + dy, box.y1 + dy, height, at.reach);
    }
    if (chosen.length > MOST_SKETCHED) {
      this.patch = new Map(chosen);
      this.shift = { dx, dy };
      const frame = { x0: box.x0 + dx, y0: box.y0 + dy, x1: box.x1 + dx, y1: box.y1 + dy };
      desk.sketch([{ kind: 'draft', path: rectPath(frame) }]);
      return;
    }
    this.#sketch(new Map(chosen.map(([name, entry]) => [name, { ...entry, region: moved(entry.region, dx, dy) }])));
  }

  /** @param {Map<string, Entry>} patch */
  #sketch(patch) {
    this.patch = patch;
    this.desk.sketch([...patch.values()].map(({ region, colour }) => ({ kind: 'selected', region, colour })), [...patch.keys()]);
  }

  /** @param {At} at @override */
  release(at) {
    const { desk, doing, far, start, handle, patch, was, shift } = this;
    this.cancel();
    if (!start) return;
    if (doing === 'marquee') this.#marquee(start, at, far);
    else if (doing === 'pan' && !far) desk.select([]);
    else if (doing === 'handle') this.#dropped(/** @type {Handle} */ (handle), far ? patch : null, at);
    else if (doing === 'move' && far && shift) {
      desk.store.commit(new Map([...patch].map(([name, entry]) => [name, entry && { ...entry, region: moved(entry.region, shift.dx, shift.dy) }])));
    } else if (doing === 'move' && far) desk.store.commit(patch);
    else if (doing === 'move' && was && !at.toggles && desk.selected.length > 1) desk.select([this.hit(at) ?? ''].filter(Boolean));
  }

  /** @param {Handle} handle @param {Patch | null} patch @param {At} at */
  #dropped(handle, patch, at) {
    const { desk } = this, name = /** @type {string} */ (desk.selected[0]);
    const only = /** @type {Entry} */ (this.#only());
    const which = handle.role === 'middle' ? handle.id.replace(/^m(\d+)\.(\d+)$/, (_all, ring, at_) => `v${ring}.${Number(at_) + 1}`) : handle.id;
    desk.vertex = handle.role === 'corner' || handle.role === 'turn' ? null : which;
    if (patch) return desk.store.commit(patch);
    if (handle.role === 'middle') return desk.store.put(name, dragged(only.region, handle.id, handle));
    const fewer = at.alt ? withoutVertex(only.region, handle.id) : null;
    if (fewer) desk.store.put(name, fewer);
    else desk.select([name]);
  }

  /** @param {At} start @param {At} at @param {boolean} far */
  #marquee(start, at, far) {
    const { desk } = this;
    if (!far) {
      if (!at.toggles) desk.select([]);
      return;
    }
    const box = united([{ x0: start.raw.x, y0: start.raw.y, x1: at.raw.x, y1: at.raw.y }]);
    const within = [...desk.store.index.query(box)].filter((name) => {
      const one = boundsOf(desk.store.region(name));
      return one.x0 >= box.x0 && one.y0 >= box.y0 && one.x1 <= box.x1 && one.y1 <= box.y1;
    });
    desk.select(at.toggles ? [...new Set([...desk.selected, ...within])] : within);
  }

  /** Whether Enter would take hold of something. @param {At} at */
  holds(at) {
    const name = this.hit(at);
    return this.#handleAt(at) !== null || (name !== null && this.desk.selected.includes(name));
  }

  /** @override */
  cancel() {
    Object.assign(this, { doing: '', start: null, handle: null, far: false });
    /** @type {{dx: number, dy: number} | undefined} */
    this.shift = undefined;
    super.cancel();
  }
}

/** How far a side goes to lie on an edge of the picture. @param {number} low @param {number} high @param {number} side @param {number} reach */
function snapped(low, high, side, reach) {
  const ways = [-low, -high, side - low, side - high].filter((way) => Math.abs(way) <= reach);
  return ways.reduce((best, way) => (best === 0 || Math.abs(way) < Math.abs(best) ? way : best), 0);
}
