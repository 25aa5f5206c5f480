/** @file The hand that paints: the picture, what layers show over it, and the settled regions. */

import { drawLayer, drawName, drawRegion } from './drawing.js';
import { Index } from './index.js';
import { Source } from './picture.js';
import { boundsOf, checked, padded } from './shapes.js';

/** @import {Entry, Layer, Picture, Rect, Region} from './types.js' */
/** @import {Frame, Look} from './drawing.js' */
/** @import {Store} from './store.js' */

const FEW = 300; // regions that are drawn with their names and an edging
const MANY = 1500; // and from here on without their areas
const CORNERS = 700; // that are drawn in one go
const ROOM = { left: 190, top: 24 }; // CSS pixels that a name takes beyond its region

/** @typedef {Layer & {index: Index, picture?: CanvasImageSource}} Shown */

export class Hand {
  /** @param {Store} store @param {(rect: Rect, picture: boolean) => void} spoil */
  constructor(store, spoil) {
    this.store = store;
    this.spoil = spoil;
    /** @type {Source | null} */
    this.source = null;
    /** @type {Shown[]} */
    this.layers = [];
    /** @type {Set<string>} regions that are being changed, and so are drawn elsewhere */
    this.hidden = new Set();
    /** What stands on a region. @type {(name: string, region: Region) => string} */
    this.titleOf = (name) => name;
  }

  /** @param {Picture} picture */
  open(picture) {
    this.source?.destroy();
    this.source = new Source(picture, (rect) => this.spoil(rect, true));
    return this.source;
  }

  /** @param {Layer[]} layers */
  show(layers) {
    this.layers = layers.map((layer) => {
      const index = new Index();
      for (const [name, region] of Object.entries(layer.regions ?? {})) index.set(name, boundsOf(checked(region, name)));
      const shown = /** @type {Shown} */ ({ ...layer, index });
      if (layer.image) this.#load(shown, layer.image.url);
      return shown;
    });
  }

  /** @param {Shown} layer @param {string} url */
  async #load(layer, url) {
    const image = new Image();
    image.src = url;
    await image.decode().then(() => { layer.picture = image; }, () => {});
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = layer.image?.box ?? [];
    this.spoil({ x0, y0, x1, y1 }, true);
  }

  /** @param {CanvasRenderingContext2D} context @param {Rect} part @param {Frame} frame */
  picture(context, part, frame) {
    this.source?.draw(context, part, frame);
    context.save();
    context.beginPath();
    context.rect(part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
    context.clip();
    for (const layer of this.layers) {
      if (layer.visible !== false) drawLayer(context, layer, layer.picture, frame);
    }
    context.restore();
  }

  /** How far a region's drawing goes beyond it, in CSS pixels. */
  get room() {
    return this.store.entries.size <= FEW ? ROOM : { left: 40, top: 40 };
  }

  /** @param {CanvasRenderingContext2D} context @param {Rect} part @param {Frame} frame @returns {Generator<void>} */
  *shapes(context, part, frame) {
    const { store } = this, { left, top } = this.room, { ratio } = frame;
    const seen = { x0: (part.x0 - frame.x - left * ratio) / frame.scale, y0: (part.y0 - frame.y - 40 * ratio) / frame.scale,
      x1: (part.x1 - frame.x + 40 * ratio) / frame.scale, y1: (part.y1 - frame.y + Math.max(40, top) * ratio) / frame.scale };
    for (const layer of this.layers) if (layer.visible !== false) yield* this.#layer(context, layer, seen, frame);
    const total = store.entries.size;
    const named = [...store.index.query(seen)].filter((name) => !this.hidden.has(name))
      .map((name) => /** @type {[string, Entry]} */ ([name, store.entries.get(name)]))
      .sort(([, a], [, b]) => a.z - b.z);
    yield;
    let corners = 0;
    for (const [, { region, colour }] of named) {
      drawRegion(context, region, frame, { colour, width: total > MANY ? 1 : 2, opacity: 1, fill: total <= MANY, casing: total <= FEW });
      corners += weight(region);
      if (corners < CORNERS) continue;
      corners = 0;
      yield;
    }
    if (total <= FEW) for (const [name, entry] of named) drawName(context, this.titleOf(name, entry.region), entry, frame);
    yield;
  }

  /** @param {CanvasRenderingContext2D} context @param {Shown} layer @param {Rect} seen @param {Frame} frame @returns {Generator<void>} */
  *#layer(context, { regions = {}, index, style = {} }, seen, frame) {
    const look = { colour: style.colour ?? '#00a0a0', width: style.width ?? 2, opacity: style.opacity ?? 1, fill: style.fill ?? false, casing: false };
    let corners = 0;
    for (const name of index.query(seen)) {
      const region = /** @type {Region} */ (regions[name]);
      drawRegion(context, region, frame, look);
      corners += weight(region);
      if (corners < CORNERS) continue;
      corners = 0;
      yield;
    }
  }

  /** Where a region's drawing stands at a scale, in pixels of the picture. @param {Region} region @param {number} scale */
  reach(region, scale) {
    const { left, top } = this.room, box = boundsOf(region);
    const { x0, y0, x1, y1 } = padded(box, 40 / scale);
    return { x0, y0: Math.min(y0, box.y0 - top / scale), x1: Math.max(x1, box.x0 + left / scale), y1 };
  }

  destroy() {
    this.source?.destroy();
  }
}

/** @param {Region} region */
function weight(region) {
  switch (region.kind) {
    case 'polygon': return region.rings.reduce((sum, ring) => sum + ring.length + 4, 0);
    case 'stroke': return region.points.length * 4;
    case 'mask': return 200;
    default: return 6;
  }
}
