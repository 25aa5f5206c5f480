/** @file Regions leave and come as our JSON; what they cover leaves as a picture. */

import { boundsOf, checked, padded, united } from './shapes.js';

/** @import {Region, Regions} from './types.js' */
/** @import {Source} from './picture.js' */

const MOST_SIDE = 4096; // pixels of a picture that is copied

/** @param {string} text @returns {Regions | null} null if it holds no regions */
export function regionsIn(text) {
  try {
    const found = JSON.parse(text);
    if (typeof found !== 'object' || found === null) return null;
    /** @type {[string, unknown][]} */
    const named = Array.isArray(found) ? found.map((one) => [String(one?.kind), one])
      : typeof found.kind === 'string' ? [[found.kind, found]] : Object.entries(found);
    /** @type {[string, Region][]} */
    const regions = named.map(([name, record]) => [name, checked(record, name)]);
    const names = new Set();
    return Object.fromEntries(regions.map(([name, region]) => {
      let free = name;
      for (let number = 2; names.has(free); number++) free = `${name}${number}`;
      names.add(free);
      return [free, region];
    }));
  } catch (wrong) {
    if (wrong instanceof SyntaxError || wrong instanceof RangeError) return null;
    throw wrong;
  }
}

/** What regions cover, as a PNG in pixels of the picture. @param {Region[]} regions @param {Source} source @returns {Promise<Blob>} */
export async function cropOf(regions, source) {
  const { width, height } = source.picture;
  const whole = { x0: 0, y0: 0, x1: width, y1: height };
  const box = regions.length ? united(regions.map(boundsOf)) : whole;
  const grown = box.x1 - box.x0 < 1 || box.y1 - box.y0 < 1 ? padded(box, 16) : box;
  const x0 = Math.max(0, Math.floor(grown.x0)), y0 = Math.max(0, Math.floor(grown.y0));
  const x1 = Math.min(width, Math.ceil(grown.x1)), y1 = Math.min(height, Math.ceil(grown.y1));
  if (!(x1 > x0 && y1 > y0)) throw new RangeError('these regions lie outside of the picture');
  const scale = Math.min(1, MOST_SIDE / Math.max(x1 - x0, y1 - y0));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round((x1 - x0) * scale));
  canvas.height = Math.max(1, Math.round((y1 - y0) * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  await source.complete(() => source.draw(context, { x0: 0, y0: 0, x1: canvas.width, y1: canvas.height }, { x: -x0 * scale, y: -y0 * scale, scale }));
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture came of it'))), 'image/png');
  });
}
