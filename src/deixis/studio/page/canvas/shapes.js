/** @file What each kind of region is in the plane: its bounds, outline, distance, and its words. */

import { spansOf } from './masks.js';

/** @import {Pair, XY, Rect, Region, EllipseRegion} from './types.js' */

const LIMIT = 1e7; // as deixis.core.shapes has it
const MOST_ROWS = 4000; // of a mask that is outlined row by row

/** Places that are drawn have three decimals, so that they read well. @param {number} value */
export const neat = (value) => Math.round(value * 1000) / 1000;

/** @param {XY} place @returns {Pair} */
export const pair = ({ x, y }) => [neat(x), neat(y)];

/** @param {Pair[]} pairs @returns {Rect} */
function around(pairs) {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const [x, y] of pairs) {
    box.x0 = Math.min(box.x0, x);
    box.y0 = Math.min(box.y0, y);
    box.x1 = Math.max(box.x1, x);
    box.y1 = Math.max(box.y1, y);
  }
  return box;
}

/** @param {Rect} rect @param {number} by @returns {Rect} */
export const padded = (rect, by) => (
  { x0: rect.x0 - by, y0: rect.y0 - by, x1: rect.x1 + by, y1: rect.y1 + by }
);

/** @param {Rect[]} rects @returns {Rect} */
export const united = (rects) => around(rects.flatMap((rect) => (
  /** @type {Pair[]} */ ([[rect.x0, rect.y0], [rect.x1, rect.y1]]))));

/** @param {number} degrees */
export function axis(degrees) {
  const angle = degrees * Math.PI / 180;
  return { x: Math.cos(angle), y: Math.sin(angle) };
}

/** The smallest upright box goes around it. @param {Region} region @returns {Rect} */
export function boundsOf(region) {
  switch (region.kind) {
    case 'point': {
      const [x, y] = region.point;
      return { x0: x, y0: y, x1: x, y1: y };
    }
    case 'box': {
      const [x0, y0, x1, y1] = region.box;
      return { x0, y0, x1, y1 };
    }
    case 'ellipse': {
      const [cx, cy, rx, ry, angle] = region.ellipse;
      const { x, y } = axis(angle);
      const across = Math.hypot(rx * x, ry * y), down = Math.hypot(rx * y, ry * x);
      return { x0: cx - across, y0: cy - down, x1: cx + across, y1: cy + down };
    }
    case 'polygon': return around(region.rings.flat());
    case 'stroke': return padded(around(region.points), region.width / 2);
    case 'mask': return spansOf(region).bounds();
  }
}

/** @param {Region} region @returns {XY} */
export function centreOf(region) {
  const { x0, y0, x1, y1 } = boundsOf(region);
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}

/** @param {XY} p @param {Pair} a @param {Pair} b */
export function fromLine(p, a, b) {
  const dx = b[0] - a[0], dy = b[1] - a[1];
  const square = dx * dx + dy * dy;
  const along = square ? Math.min(1, Math.max(0, ((p.x - a[0]) * dx + (p.y - a[1]) * dy) / square)) : 0;
  return Math.hypot(p.x - a[0] - along * dx, p.y - a[1] - along * dy);
}

/** @param {XY} p @param {Pair[]} ring */
function isInRing({ x, y }, ring) {
  let inside = false;
  ring.forEach(([bx, by], at) => {
    const [ax, ay] = /** @type {Pair} */ (ring.at(at - 1));
    if ((ay > y) !== (by > y) && x < ax + (bx - ax) * (y - ay) / (by - ay)) inside = !inside;
  });
  return inside;
}

/** @param {XY} p @param {Pair[]} pairs @param {boolean} closed */
function fromPath(p, pairs, closed) {
  let least = pairs.length === 1 ? fromLine(p, /** @type {Pair} */ (pairs[0]), /** @type {Pair} */ (pairs[0])) : Infinity;
  pairs.forEach((b, at) => {
    if (at || closed) least = Math.min(least, fromLine(p, /** @type {Pair} */ (pairs.at(at - 1)), b));
  });
  return least;
}

/** An ellipse's frame: its unit circle is the ellipse. @param {EllipseRegion} region @param {XY} p */
export function inEllipse(region, p) {
  const [cx, cy, rx, ry, angle] = region.ellipse;
  const u = axis(angle);
  return {
    x: ((p.x - cx) * u.x + (p.y - cy) * u.y) / (rx || 1e-9),
    y: ((p.y - cy) * u.x - (p.x - cx) * u.y) / (ry || 1e-9),
  };
}

/**
 * How far a place is from the outline, in pixels, and whether it lies within.
 * @param {Region} region @param {XY} p
 * @returns {{edge: number, inside: boolean}}
 */
export function nearness(region, p) {
  switch (region.kind) {
    case 'point': return { edge: Math.hypot(p.x - region.point[0], p.y - region.point[1]), inside: false };
    case 'box': {
      const [x0, y0, x1, y1] = region.box;
      const inside = p.x >= x0 && p.x <= x1 && p.y >= y0 && p.y <= y1;
      return { edge: fromPath(p, [[x0, y0], [x1, y0], [x1, y1], [x0, y1]], true), inside };
    }
    case 'ellipse': {
      const { x, y } = inEllipse(region, p);
      const away = Math.hypot(x, y), [, , rx, ry] = region.ellipse;
      const edge = away ? Math.abs(1 - 1 / away) * Math.hypot(x * rx, y * ry) : Math.min(rx, ry);
      return { edge, inside: away <= 1 };
    }
    case 'polygon': return {
      edge: Math.min(...region.rings.map((ring) => fromPath(p, ring, true))),
      inside: region.rings.some((ring) => isInRing(p, ring)),
    };
    case 'stroke': {
      const away = fromPath(p, region.points, false);
      return { edge: Math.max(0, away - region.width / 2), inside: away <= region.width / 2 };
    }
    case 'mask': return { edge: Infinity, inside: spansOf(region).has(p) };
  }
}

/** @param {Pair[]} pairs @param {boolean} closed */
export const pathOf = (pairs, closed) => `M${pairs.map((one) => one.join(' ')).join('L')}${closed ? 'Z' : ''}`;

/** The outline as an SVG path, in pixels of the picture; a point has none. @param {Region} region */
export function outlineOf(region) {
  switch (region.kind) {
    case 'point': return '';
    case 'box': {
      const [x0, y0, x1, y1] = region.box;
      return `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
    }
    case 'ellipse': {
      const [cx, cy, rx, ry, angle] = region.ellipse;
      const u = axis(angle);
      const arc = `A${rx} ${ry} ${angle} 1 1 `;
      return `M${cx - rx * u.x} ${cy - rx * u.y}${arc}${cx + rx * u.x} ${cy + rx * u.y}`
        + `${arc}${cx - rx * u.x} ${cy - rx * u.y}Z`;
    }
    case 'polygon': return region.rings.map((ring) => pathOf(ring, true)).join('');
    case 'stroke': return pathOf(region.points.length > 1 ? region.points : [...region.points, ...region.points], false);
    case 'mask': {
      if (spansOf(region).num < MOST_ROWS) return spansOf(region).outline();
      const { x0, y0, x1, y1 } = spansOf(region).bounds();
      return `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
    }
  }
}

/** @param {number[]} numbers */
const listed = (...numbers) => numbers.map((value) => String(Math.round(value * 100) / 100)).join(', ');

/** Where it is in a few words, as Region.place says it. @param {Region} region */
export function told(region) {
  const { x0, y0, x1, y1 } = boundsOf(region);
  const within = `within ${listed(x0, y0, x1, y1)}`;
  switch (region.kind) {
    case 'point': return `${region.encoding?.startsWith('arrow') ? 'arrow to' : 'point'} ${listed(...region.point)}`;
    case 'box': return `box ${listed(...region.box)}`;
    case 'ellipse': {
      const [cx, cy, rx, ry, angle] = region.ellipse;
      return `ellipse ${listed(cx, cy, rx, ry)}${angle ? ` turned by ${listed(angle)}` : ''}`;
    }
    case 'polygon': return `polygon of ${region.rings.flat().length} corners ${within}`;
    case 'stroke': return `stroke of ${region.points.length} points ${within}`;
    case 'mask': return `mask of ${spansOf(region).area} pixels ${within}`;
  }
}

/** @param {unknown} value @param {number} [count] */
function isNumbers(value, count) {
  return Array.isArray(value) && (count === undefined || value.length === count)
    && value.every((one) => typeof one === 'number' && Math.abs(one) <= LIMIT);
}

/** @param {unknown} value @param {number} least */
const isPairs = (value, least) => (
  Array.isArray(value) && value.length >= least && value.every((one) => isNumbers(one, 2)));

/** @type {{[kind: string]: (record: any) => boolean}} what JSON holds may be anything */
const SOUND = {
  point: ({ point }) => isNumbers(point, 2),
  box: ({ box }) => isNumbers(box, 4) && box[0] <= box[2] && box[1] <= box[3],
  ellipse: ({ ellipse }) => isNumbers(ellipse, 5) && ellipse[2] >= 0 && ellipse[3] >= 0,
  polygon: ({ rings }) => (
    Array.isArray(rings) && rings.length > 0 && rings.every((ring) => isPairs(ring, 3))),
  stroke: ({ points, width }) => isPairs(points, 1) && isNumbers([width]) && width > 0,
  mask: ({ size, counts }) => (
    isNumbers(size, 2) && size.every((/** @type {number} */ side) => Number.isInteger(side) && side > 0)
    && typeof counts === 'string'),
};

/**
 * A record is a region, or RangeError says what is wrong with it.
 * @param {any} record what JSON holds @param {string} name @returns {Region}
 */
export function checked(record, name) {
  const kind = record?.kind;
  if (!Object.hasOwn(SOUND, kind)) {
    throw new RangeError(`region "${name}" is of no kind that the canvas has: ${String(kind)}`);
  }
  if (!SOUND[kind]?.(record)) throw new RangeError(`region "${name}" is no sound ${kind}`);
  for (const word of ['label', 'text', 'source', 'encoding']) {
    if (record[word] != null && typeof record[word] !== 'string') {
      throw new RangeError(`${word} of region "${name}" is text`);
    }
  }
  try {
    if (kind === 'mask') spansOf(record);
  } catch (wrong) {
    throw new RangeError(`region "${name}" is no sound mask: ${wrong instanceof Error ? wrong.message : ''}`);
  }
  return record;
}
