/** @file A magnifier beside the place where something is being put. */

/** @import {XY} from './types.js' */
/** @import {Source} from './picture.js' */
/** @import {View} from './view.js' */

const SIDE = 132; // CSS pixels
const AWAY = 36; // from the place, above a finger
const LEAST = 4; // CSS pixels that a pixel of the picture becomes

export class Magnifier {
  /** @param {HTMLElement} stage @param {View} view */
  constructor(stage, view) {
    this.view = view;
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'dx-magnifier';
    this.canvas.hidden = true;
    this.canvas.setAttribute('aria-hidden', 'true');
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', { willReadFrequently: true }));
    stage.append(this.canvas);
  }

  hide() {
    this.canvas.hidden = true;
  }

  /** @param {XY} place of the picture @param {Source} source */
  show(place, source) {
    const { view, context, canvas } = this;
    const side = Math.round(SIDE * view.ratio);
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const scale = Math.max(LEAST, view.scale * 2) * view.ratio;
    context.fillStyle = '#777';
    context.fillRect(0, 0, side, side);
    source.draw(context, { x0: 0, y0: 0, x1: side, y1: side }, { x: side / 2 - place.x * scale, y: side / 2 - place.y * scale, scale });
    for (const [colour, width] of /** @type {[string, number][]} */ ([['#fff', 3], ['#111', 1]])) {
      context.strokeStyle = colour;
      context.lineWidth = width * view.ratio;
      context.beginPath();
      context.moveTo(side / 2, side * 0.1);
      context.lineTo(side / 2, side * 0.9);
      context.moveTo(side * 0.1, side / 2);
      context.lineTo(side * 0.9, side / 2);
      context.stroke();
    }
    const at = view.toStage(place);
    const left = Math.min(view.width - SIDE, Math.max(0, at.x - SIDE / 2));
    const top = at.y - AWAY - SIDE >= 0 ? at.y - AWAY - SIDE : Math.min(view.height - SIDE, at.y + AWAY);
    canvas.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    canvas.hidden = false;
  }
}
