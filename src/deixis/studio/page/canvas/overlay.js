/** @file What is being worked on, in SVG over the canvases: selected regions, drafts, handles, crosshair. */

import { outlineOf } from './shapes.js';

/** @import {Handle, Rect, Region, XY} from './types.js' */
/** @import {View} from './view.js' */

const SPACE = 'http://www.w3.org/2000/svg';
const ARROW = 'M-30 -30L0 0M-13 -2L0 0L-2 -13';

/**
 * Something drawn: a region or a path in pixels of the picture, with a class of canvas.css.
 * @typedef {{kind: string, region?: Region, path?: string, colour?: string, width?: number, at?: XY}} Item
 */

/** @param {string} name @param {{[name: string]: string | number}} attributes @returns {SVGElement} */
export function svg(name, attributes = {}) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

export class Overlay {
  /** @param {HTMLElement} stage @param {View} view */
  constructor(stage, view) {
    this.view = view;
    this.root = svg('svg', { class: 'dx-overlay', 'aria-hidden': 'true' });
    this.world = svg('g');
    this.spots = svg('g');
    this.cross = svg('g', { class: 'dx-cross', visibility: 'hidden' });
    for (const kind of ['halo', 'line']) {
      this.cross.append(svg('path', { class: `dx-${kind}`, d: 'M-4000 0H-6M6 0H4000M0 -4000V-6M0 6V4000' }));
    }
    this.root.append(this.world, this.spots, this.cross);
    stage.append(this.root);
    /** @type {{element: SVGElement, x: number, y: number}[]} in pixels of the picture */
    this.placed = [];
    /** @type {XY | null} */
    this.crosshair = null;
  }

  /** @param {Item[]} items @param {Handle[]} handles @param {string | null} active a handle */
  show(items, handles, active) {
    this.world.replaceChildren();
    this.spots.replaceChildren();
    this.placed = [];
    for (const item of items) this.#draw(item);
    for (const { id, x, y, role } of handles) {
      const name = `dx-handle dx-${role}${id === active ? ' dx-active' : ''}`;
      const element = role === 'corner' ? svg('rect', { class: name, x: -5, y: -5, width: 10, height: 10 })
        : svg('circle', { class: name, r: role === 'middle' ? 4 : 6 });
      this.#spot(element, x, y);
    }
    this.place();
  }

  /** @param {Item} item */
  #draw({ kind, region, path, colour = '', width, at }) {
    const point = region?.kind === 'point' ? { x: region.point[0], y: region.point[1] } : at;
    if (point) {
      const group = svg('g', { class: `dx-${kind}` });
      const isArrow = region?.encoding?.startsWith('arrow');
      for (const part of ['halo', 'line']) {
        const one = isArrow ? svg('path', { d: ARROW }) : svg('circle', { r: 7 });
        one.setAttribute('class', `dx-${part}`);
        group.append(one);
      }
      if (!isArrow) group.append(svg('circle', { class: 'dx-dot', r: 1.5 }));
      group.style.color = colour;
      this.#spot(group, point.x, point.y);
      return;
    }
    const d = path ?? (region ? outlineOf(region) : '');
    const group = svg('g', { class: `dx-${kind}${region?.kind === 'mask' ? ' dx-mask' : ''}` });
    group.style.color = colour;
    if (width !== undefined) {
      group.append(svg('path', { d, class: 'dx-pen', 'stroke-width': width }));
    } else {
      group.append(svg('path', { d, class: 'dx-halo' }), svg('path', { d, class: 'dx-line' }));
    }
    this.world.append(group);
  }

  /** @param {SVGElement} element @param {number} x @param {number} y */
  #spot(element, x, y) {
    this.placed.push({ element, x, y });
    this.spots.append(element);
  }

  /** All stands where the view says. */
  place() {
    const { x, y, scale } = this.view;
    this.world.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
    for (const one of this.placed) {
      one.element.setAttribute('transform', `translate(${x + one.x * scale} ${y + one.y * scale})`);
    }
    this.cross.setAttribute('visibility', this.crosshair ? 'visible' : 'hidden');
    if (!this.crosshair) return;
    const at = this.view.toStage(this.crosshair);
    this.cross.setAttribute('transform', `translate(${at.x} ${at.y})`);
  }

  destroy() {
    this.root.remove();
  }
}

/** @param {Rect} rect */
export const rectPath = ({ x0, y0, x1, y1 }) => `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
