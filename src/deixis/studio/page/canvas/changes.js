/** @file How regions are moved and changed by their handles; each change is a new region. */

import { axis, boundsOf, fromLine, inEllipse, neat, pair } from './shapes.js';
import { spansOf } from './masks.js';

/** @import {Pair, XY, Rect, Region, Handle} from './types.js' */

const MOST_VERTICES = 300; // that have handles
const MOST_MIDDLES = 60;
const TURN = 28; // CSS pixels from the ellipse to the handle that turns it

/** @param {Region} region @param {(p: Pair) => Pair} map @returns {Region} */
function mapped(region, map) {
  switch (region.kind) {
    case 'point': return { ...region, point: map(region.point) };
    case 'polygon': return { ...region, rings: region.rings.map((ring) => ring.map(map)) };
    case 'stroke': return { ...region, points: region.points.map(map) };
    default: return region;
  }
}

/** @param {Region} region @param {number} dx @param {number} dy @returns {Region} */
export function moved(region, dx, dy) {
  switch (region.kind) {
    case 'box': {
      const [x0, y0, x1, y1] = region.box;
      return { ...region, box: [neat(x0 + dx), neat(y0 + dy), neat(x1 + dx), neat(y1 + dy)] };
    }
    case 'ellipse': {
      const [cx, cy, rx, ry, angle] = region.ellipse;
      return { ...region, ellipse: [neat(cx + dx), neat(cy + dy), rx, ry, angle] };
    }
    case 'mask': {
      const spans = spansOf(region);
      const { x0, y0, x1, y1 } = spans.bounds();
      // none of its pixels leaves the picture
      const across = Math.max(-x0, Math.min(spans.width - x1, Math.round(dx)));
      const down = Math.max(-y0, Math.min(spans.height - y1, Math.round(dy)));
      return across || down ? { ...region, counts: spans.moved(across, down).counts() } : region;
    }
    default: return mapped(region, ([x, y]) => [neat(x + dx), neat(y + dy)]);
  }
}

/** @param {Rect} rect @returns {Handle[]} */
function frame({ x0, y0, x1, y1 }) {
  const x = (x0 + x1) / 2, y = (y0 + y1) / 2;
  /** @type {[string, number, number][]} */
  const places = [['nw', x0, y0], ['n', x, y0], ['ne', x1, y0], ['e', x1, y], ['se', x1, y1],
    ['s', x, y1], ['sw', x0, y1], ['w', x0, y]];
  return places.map(([id, px, py]) => ({ id, x: px, y: py, role: 'corner' }));
}

/** @param {Pair[]} pairs @param {number} ring @param {boolean} closed @returns {Handle[]} */
function vertices(pairs, ring, closed) {
  /** @type {Handle[]} */
  const found = pairs.map(([x, y], at) => ({ id: `v${ring}.${at}`, x, y, role: 'vertex' }));
  if (pairs.length > MOST_MIDDLES) return found;
  pairs.forEach(([x, y], at) => {
    const next = pairs[at + 1] ?? (closed ? pairs[0] : undefined);
    if (next) found.push({ id: `m${ring}.${at}`, x: (x + next[0]) / 2, y: (y + next[1]) / 2, role: 'middle' });
  });
  return found;
}

/** @param {Region} region @param {number} scale CSS pixels a pixel @returns {Handle[]} */
export function handlesOf(region, scale) {
  switch (region.kind) {
    case 'point': return [{ id: 'at', x: region.point[0], y: region.point[1], role: 'vertex' }];
    case 'box': return frame(boundsOf(region));
    case 'ellipse': {
      const [cx, cy, rx, ry, angle] = region.ellipse;
      const u = axis(angle);
      const far = ry + TURN / scale;
      return [
        { id: 'e', x: cx + rx * u.x, y: cy + rx * u.y, role: 'corner' },
        { id: 'w', x: cx - rx * u.x, y: cy - rx * u.y, role: 'corner' },
        { id: 's', x: cx - ry * u.y, y: cy + ry * u.x, role: 'corner' },
        { id: 'n', x: cx + ry * u.y, y: cy - ry * u.x, role: 'corner' },
        { id: 'turn', x: cx + far * u.y, y: cy - far * u.x, role: 'turn' },
      ];
    }
    case 'polygon':
      return region.rings.flat().length > MOST_VERTICES ? frame(boundsOf(region))
        : region.rings.flatMap((ring, at) => vertices(ring, at, true));
    case 'stroke':
      return region.points.length > MOST_VERTICES ? frame(boundsOf(region))
        : vertices(region.points, 0, false);
    case 'mask': return [];
  }
}

/** @param {Rect} rect @param {string} id @param {XY} to @param {boolean} keeps the proportions @returns {Rect} */
function stretched(rect, id, to, keeps) {
  const one = { ...rect };
  if (id.includes('w')) one.x0 = to.x;
  if (id.includes('e')) one.x1 = to.x;
  if (id.includes('n')) one.y0 = to.y;
  if (id.includes('s')) one.y1 = to.y;
  if (keeps && id.length === 2) {
    const share = (rect.y1 - rect.y0) / (rect.x1 - rect.x0 || 1);
    const height = Math.abs(one.x1 - one.x0) * share;
    if (id.includes('n')) one.y0 = one.y1 - height;
    else one.y1 = one.y0 + height;
  }
  return one;
}

/** @param {Pair[]} pairs @param {string} id @param {XY} to */
function bent(pairs, id, to) {
  const at = Number(id.split('.')[1]);
  return pairs.toSpliced(id.startsWith('m') ? at + 1 : at, id.startsWith('m') ? 0 : 1, pair(to));
}

/**
 * The region when one of its handles is dragged to a place.
 * @param {Region} region as it was before the drag @param {string} id @param {XY} to
 * @param {{keeps?: boolean, snapsAngle?: boolean}} how
 * @returns {Region}
 */
export function dragged(region, id, to, { keeps = false, snapsAngle = false } = {}) {
  const before = boundsOf(region);
  switch (region.kind) {
    case 'point': return { ...region, point: pair(to) };
    case 'box': {
      const { x0, y0, x1, y1 } = stretched(before, id, to, keeps);
      return { ...region, box: boxOf({ x: x0, y: y0 }, { x: x1, y: y1 }) };
    }
    case 'ellipse': {
      const [cx, cy, rx, ry, angle] = region.ellipse;
      if (id === 'turn') {
        const degrees = Math.atan2(to.x - cx, cy - to.y) * 180 / Math.PI;
        const turned = snapsAngle ? Math.round(degrees / 15) * 15 : neat(degrees);
        return { ...region, ellipse: [cx, cy, rx, ry, turned] };
      }
      const inside = inEllipse(region, to);
      const wide = 'ew'.includes(id) ? neat(Math.abs(inside.x) * (rx || 1e-9)) : rx;
      const high = 'ns'.includes(id) ? neat(Math.abs(inside.y) * (ry || 1e-9)) : ry;
      return { ...region, ellipse: [cx, cy, keeps ? Math.max(wide, high) : wide, keeps ? Math.max(wide, high) : high, angle] };
    }
    case 'polygon':
    case 'stroke': {
      if (/^[vm]/.test(id)) {
        const ring = Number(id.slice(1).split('.')[0]);
        return region.kind === 'stroke' ? { ...region, points: bent(region.points, id, to) }
          : { ...region, rings: region.rings.with(ring, bent(/** @type {Pair[]} */ (region.rings[ring]), id, to)) };
      }
      const after = stretched(before, id, to, keeps);
      const across = (after.x1 - after.x0) / (before.x1 - before.x0 || 1);
      const down = (after.y1 - after.y0) / (before.y1 - before.y0 || 1);
      return mapped(region, ([x, y]) => (
        [neat(after.x0 + (x - before.x0) * across), neat(after.y0 + (y - before.y0) * down)]));
    }
    case 'mask': return region;
  }
}

/** A polygon or stroke without one vertex; null where too few would be left. @param {Region} region @param {string} id @returns {Region | null} */
export function withoutVertex(region, id) {
  const [ring = 0, at = 0] = id.slice(1).split('.').map(Number);
  if (!id.startsWith('v')) return null;
  if (region.kind === 'stroke' && region.points.length > 1) {
    return { ...region, points: region.points.toSpliced(at, 1) };
  }
  if (region.kind !== 'polygon') return null;
  const corners = /** @type {Pair[]} */ (region.rings[ring]);
  return corners.length > 3 ? { ...region, rings: region.rings.with(ring, corners.toSpliced(at, 1)) } : null;
}

/** @param {XY} a @param {XY} b @returns {[number, number, number, number]} */
export function boxOf(a, b) {
  return [neat(Math.min(a.x, b.x)), neat(Math.min(a.y, b.y)), neat(Math.max(a.x, b.x)), neat(Math.max(a.y, b.y))];
}

/** A path with no more points than its shape needs (Douglas and Peucker). @param {XY[]} path @param {number} off pixels @returns {XY[]} */
export function simplified(path, off) {
  if (path.length < 3) return path;
  const keep = new Set([0, path.length - 1]);
  /** @type {[number, number][]} */
  const stretches = [[0, path.length - 1]];
  for (let one = stretches.pop(); one; one = stretches.pop()) {
    const [first, last] = one;
    const a = /** @type {XY} */ (path[first]), b = /** @type {XY} */ (path[last]);
    let far = off, which = -1;
    for (let at = first + 1; at < last; at++) {
      const away = fromLine(/** @type {XY} */ (path[at]), [a.x, a.y], [b.x, b.y]);
      if (away > far) [far, which] = [away, at];
    }
    if (which < 0) continue;
    keep.add(which);
    stretches.push([first, which], [which, last]);
  }
  return path.filter((_place, at) => keep.has(at));
}
