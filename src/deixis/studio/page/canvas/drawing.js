/** @file Settled regions drawn on a canvas, as finely as their size on the screen asks for. */

import { axis, boundsOf } from './shapes.js';
import { spansOf } from './masks.js';

/** @import {Entry, Layer, MaskRegion, Pair, Region} from './types.js' */

/** @typedef {{x: number, y: number, scale: number, ratio: number}} Frame in device pixels */
/** @typedef {{colour: string, width: number, opacity: number, fill: boolean, casing: boolean}} Look */

const DOT = 3; // CSS pixels: what is smaller is a dot
const COARSE = 1.2; // CSS pixels between corners that are worth drawing
const MARK = 6; // the radius of a point
const ARROW = 30;

/** @param {CanvasRenderingContext2D} context @param {Pair[]} pairs @param {Frame} frame @param {boolean} closed */
function trace(context, pairs, { x, y, scale, ratio }, closed) {
  const least = COARSE * ratio;
  let lastX = Infinity, lastY = Infinity;
  context.beginPath();
  pairs.forEach((one, at) => {
    const px = x + one[0] * scale, py = y + one[1] * scale;
    if (at && at < pairs.length - 1 && Math.abs(px - lastX) < least && Math.abs(py - lastY) < least) return;
    if (at) context.lineTo(px, py);
    else context.moveTo(px, py);
    lastX = px;
    lastY = py;
  });
  if (closed) context.closePath();
}

/** @param {CanvasRenderingContext2D} context @param {Look} look @param {number} ratio */
function ink(context, look, ratio) {
  if (look.fill) {
    context.globalAlpha = 0.1 * look.opacity;
    context.fill();
  }
  if (look.casing) {
    context.globalAlpha = 0.55 * look.opacity;
    context.strokeStyle = '#fff';
    context.lineWidth = (look.width + 2) * ratio;
    context.stroke();
  }
  context.globalAlpha = look.opacity;
  context.strokeStyle = look.colour;
  context.lineWidth = look.width * ratio;
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Pair} tip @param {Frame} frame @param {Look} look */
function drawArrow(context, tip, frame, look) {
  const x = frame.x + tip[0] * frame.scale, y = frame.y + tip[1] * frame.scale, long = ARROW * frame.ratio;
  context.beginPath();
  context.moveTo(x - long, y - long);
  context.lineTo(x, y);
  context.moveTo(x - long * 0.42, y - long * 0.08);
  context.lineTo(x, y);
  context.lineTo(x - long * 0.08, y - long * 0.42);
  ink(context, { ...look, fill: false }, frame.ratio);
}

/** @type {WeakMap<MaskRegion, {canvas: HTMLCanvasElement, factor: number}>} */
const copies = new WeakMap();

/** A mask's pixels at a whole fraction of their size. @param {MaskRegion} region @param {number} factor @param {string} colour */
function copyOf(region, factor, colour) {
  const kept = copies.get(region);
  if (kept?.factor === factor && kept.canvas.dataset.colour === colour) return kept.canvas;
  const spans = spansOf(region);
  const { x0, y0, x1, y1 } = spans.bounds();
  const canvas = document.createElement('canvas');
  canvas.dataset.colour = colour;
  canvas.width = Math.max(1, Math.ceil((x1 - x0) / factor));
  canvas.height = Math.max(1, Math.ceil((y1 - y0) / factor));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.fillStyle = colour;
  context.setTransform(1 / factor, 0, 0, 1 / factor, -x0 / factor, -y0 / factor);
  // of each group of columns one stands for all
  spans.each((x, top, bottom) => {
    if ((x - x0) % factor === 0) context.fillRect(x, top, factor, bottom - top);
  });
  copies.set(region, { canvas, factor });
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {MaskRegion} region @param {Frame} frame @param {Look} look */
function drawMask(context, region, { x, y, scale }, look) {
  context.globalAlpha = 0.5 * look.opacity;
  context.fillStyle = look.colour;
  const spans = spansOf(region);
  if (scale < 0.75) {
    const factor = 2 ** Math.floor(Math.log2(1 / scale));
    const canvas = copyOf(region, factor, look.colour);
    const { x0, y0 } = spans.bounds();
    context.drawImage(canvas, x + x0 * scale, y + y0 * scale, canvas.width * factor * scale, canvas.height * factor * scale);
    return;
  }
  context.beginPath();
  const left = -x / scale, right = (context.canvas.width - x) / scale;
  spans.each((column, top, bottom) => {
    if (column + 1 < left || column > right) return;
    // on whole pixels of the device, so that columns join
    const from = Math.round(x + column * scale), to = Math.round(x + (column + 1) * scale);
    context.rect(from, y + top * scale, to - from, (bottom - top) * scale);
  });
  context.fill();
}

/** @param {CanvasRenderingContext2D} context @param {Region} region @param {Frame} frame @param {Look} look */
export function drawRegion(context, region, frame, look) {
  const { x, y, scale, ratio } = frame;
  context.fillStyle = look.colour;
  if (region.kind === 'point') {
    if (region.encoding?.startsWith('arrow')) return drawArrow(context, region.point, frame, look);
    context.beginPath();
    context.arc(x + region.point[0] * scale, y + region.point[1] * scale, MARK * ratio, 0, 7);
    ink(context, look, ratio);
    context.fillRect(x + region.point[0] * scale - ratio, y + region.point[1] * scale - ratio, 2 * ratio, 2 * ratio);
    return;
  }
  if (region.kind === 'mask') return drawMask(context, region, frame, look);
  const bounds = boundsOf(region);
  const wide = (bounds.x1 - bounds.x0) * scale, high = (bounds.y1 - bounds.y0) * scale;
  if (wide < DOT * ratio && high < DOT * ratio) {
    context.globalAlpha = look.opacity;
    context.fillRect(x + bounds.x0 * scale, y + bounds.y0 * scale, Math.max(wide, 2), Math.max(high, 2));
    return;
  }
  if (region.kind === 'stroke') {
    trace(context, region.points.length > 1 ? region.points : [...region.points, ...region.points], frame, false);
    ink(context, { ...look, fill: false, casing: false, width: Math.max(1, region.width * scale / ratio), opacity: 0.6 * look.opacity }, ratio);
  } else if (region.kind === 'polygon') {
    for (const ring of region.rings) {
      trace(context, ring, frame, true);
      ink(context, look, ratio);
    }
  } else if (region.kind === 'ellipse') {
    const [cx, cy, rx, ry, angle] = region.ellipse, u = axis(angle);
    context.beginPath();
    context.ellipse(x + cx * scale, y + cy * scale, rx * scale, ry * scale, Math.atan2(u.y, u.x), 0, 2 * Math.PI);
    ink(context, look, ratio);
  } else if (look.casing || look.fill) {
    context.beginPath();
    context.rect(x + bounds.x0 * scale, y + bounds.y0 * scale, wide, high);
    ink(context, look, ratio);
  } else { // the quickest way, for thousands of boxes
    context.globalAlpha = look.opacity;
    context.strokeStyle = look.colour;
    context.lineWidth = look.width * ratio;
    context.strokeRect(x + bounds.x0 * scale, y + bounds.y0 * scale, wide, high);
  }
}

/** A name stands at its region's corner. @param {CanvasRenderingContext2D} context @param {string} name @param {Entry} entry @param {Frame} frame */
export function drawName(context, name, { region, colour }, { x, y, scale, ratio }) {
  const { x0, y0 } = boundsOf(region);
  const shift = region.kind === 'point' ? MARK * ratio : 0;
  const text = name.length > 24 ? `${name.slice(0, 23)}…` : name;
  context.font = `${12 * ratio}px system-ui, sans-serif`;
  context.globalAlpha = 0.9;
  context.fillStyle = '#111';
  const left = x + x0 * scale + shift, bottom = y + y0 * scale - shift;
  context.fillRect(left, bottom - 17 * ratio, context.measureText(text).width + 13 * ratio, 17 * ratio);
  context.fillStyle = colour;
  context.fillRect(left, bottom - 17 * ratio, 4 * ratio, 17 * ratio);
  context.globalAlpha = 1;
  context.fillStyle = '#fff';
  context.fillText(text, left + 8 * ratio, bottom - 5 * ratio);
}

/** What a layer shows besides its regions. @param {CanvasRenderingContext2D} context @param {Layer} layer @param {CanvasImageSource | undefined} image @param {Frame} frame */
export function drawLayer(context, layer, image, { x, y, scale, ratio }) {
  if (layer.image && image) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = layer.image.box;
    context.globalAlpha = layer.style?.opacity ?? 0.6;
    context.imageSmoothingEnabled = false;
    context.drawImage(image, x + x0 * scale, y + y0 * scale, (x1 - x0) * scale, (y1 - y0) * scale);
  }
  if (!layer.grid) return;
  const { columns, rows, box: [x0 = 0, y0 = 0, x1 = 0, y1 = 0] } = layer.grid;
  context.globalAlpha = layer.style?.opacity ?? 0.7;
  context.strokeStyle = layer.style?.colour ?? '#00a0a0';
  context.lineWidth = (layer.style?.width ?? 1) * ratio;
  context.beginPath();
  for (let column = 0; column <= columns; column++) {
    const at = x + (x0 + (x1 - x0) * column / columns) * scale;
    context.moveTo(at, y + y0 * scale);
    context.lineTo(at, y + y1 * scale);
  }
  for (let row = 0; row <= rows; row++) {
    const at = y + (y0 + (y1 - y0) * row / rows) * scale;
    context.moveTo(x + x0 * scale, at);
    context.lineTo(x + x1 * scale, at);
  }
  context.stroke();
}
