/** @file The stage: what is pointed at on it, by pointer or by keys, goes to the tool at hand. */

import { element } from './elements.js';
import { Gestures } from './gestures.js';
import { handlesOf } from './changes.js';
import { Magnifier } from './magnifier.js';
import { Overlay, rectPath } from './overlay.js';
import { Painter } from './painter.js';
import { boundsOf, united } from './shapes.js';
import { ArrowTool, BoxTool, EllipseTool, PointTool } from './tools/placing.js';
import { BrushTool, LassoTool, PolygonTool, ScribbleTool } from './tools/paths.js';
import { SelectTool } from './tools/select.js';
import { View, stepOf } from './view.js';

/** @import {Entry, XY} from './types.js' */
/** @import {Hand} from './hand.js' */
/** @import {Item} from './overlay.js' */
/** @import {Store} from './store.js' */
/** @import {At, Desk, Tool} from './tools/tool.js' */

const REACH = { mouse: 7, touch: 20 }; // CSS pixels
const EDGE = 6; // CSS pixels from which a place goes to an edge of the picture
const SINGLY = 100; // selected regions that are drawn one by one

/** @type {{[tool: string]: (desk: Desk) => Tool}} */
const TOOLS = {
  select: (desk) => new SelectTool(desk), box: (desk) => new BoxTool(desk), point: (desk) => new PointTool(desk),
  ellipse: (desk) => new EllipseTool(desk), polygon: (desk) => new PolygonTool(desk), lasso: (desk) => new LassoTool(desk),
  scribble: (desk) => new ScribbleTool(desk), brush: (desk) => new BrushTool(desk, true),
  eraser: (desk) => new BrushTool(desk, false), arrow: (desk) => new ArrowTool(desk),
};
export const TOOL_NAMES = Object.keys(TOOLS);

/**
 * Whose stage it is.
 * @typedef {object} Owner
 * @property {Store} store
 * @property {Hand} hand
 * @property {string[]} selected
 * @property {string} wheel
 * @property {(stem: string, region: import('./types.js').Region) => string} add
 * @property {(names: string[]) => void} select
 * @property {(text: string) => void} say
 * @property {(event: string) => void} tell
 */

/** @implements {Desk} */
export class Stage {
  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
    this.store = owner.store;
    this.view = new View();
    this.root = element('div', { class: 'dx-stage', tabindex: 0, role: 'application', 'aria-label': 'Picture' });
    this.painter = new Painter(this.root, this.view, owner.hand, () => this.#framed());
    this.overlay = new Overlay(this.root, this.view);
    this.magnifier = new Magnifier(this.root, this.view);
    this.magnifies = true;
    this.gestures = new Gestures(this.root, this.#receiver());
    this.brush = 24;
    /** @type {string | null} */
    this.vertex = null;
    this.toolName = 'select';
    /** @type {Tool} */
    this.tool = new SelectTool(this);
    /** @type {Item[]} */
    this.items = [];
    /** @type {XY | null} of the picture, moved by keys */
    this.cross = null;
    this.holds = false; // Enter has pressed, and will release
    /** @type {XY} of the stage, where the pointer was last */
    this.last = { x: -1, y: -1 };
    this.shift = { x: 0, y: 0 }; // CSS pixels that put it on the device's pixels
    this.stale = true; // the overlay
    this.fitted = true;
    this.seen = '';
    this.ended = new AbortController();
    this.observer = new ResizeObserver(() => this.placed());
    this.observer.observe(this.root);
    for (const name of ['resize', 'scroll']) addEventListener(name, () => this.placed(), { capture: true, passive: true, signal: this.ended.signal });
  }

  destroy() {
    this.ended.abort();
    this.observer.disconnect();
    this.gestures.destroy();
    this.painter.destroy();
    this.overlay.destroy();
  }

  /** @param {string} name */
  use(name) {
    this.tool.cancel();
    this.holds = false;
    this.toolName = name;
    this.tool = /** @type {(desk: Desk) => Tool} */ (TOOLS[name])(this);
    this.root.style.cursor = this.tool.cursor;
    this.magnifier.hide();
    this.refresh();
  }

  /** The stage may stand elsewhere in the window, or be of another size. */
  placed() {
    const ratio = devicePixelRatio || 1, { style } = this.root;
    let rect = this.root.getBoundingClientRect();
    // browsers round where the canvases stand, some to CSS pixels and some to the device's: the stage
    // is put on both
    const left = rect.left - this.shift.x, top = rect.top - this.shift.y, step = stepOf(ratio, 4);
    const shift = { x: Math.ceil(left / step - 0.01) * step - left, y: Math.ceil(top / step - 0.01) * step - top };
    if (Math.abs(shift.x - this.shift.x) > 0.01 || Math.abs(shift.y - this.shift.y) > 0.01) {
      this.shift = shift;
      style.marginLeft = `${shift.x}px`;
      style.marginTop = `${shift.y}px`;
      rect = this.root.getBoundingClientRect();
    }
    if (!this.view.place(rect, ratio)) return;
    if (this.fitted) this.view.fit();
    this.painter.moved();
  }

  /** What is selected or drawn is shown anew in the next frame. */
  refresh() {
    this.stale = true;
    this.painter.ask();
  }

  #framed() {
    if (this.stale) this.#show();
    this.stale = false;
    this.overlay.crosshair = this.cross;
    this.overlay.place();
    const { x, y, scale } = this.view, seen = `${x} ${y} ${scale}`;
    if (seen !== this.seen) this.owner.tell('view');
    this.seen = seen;
  }

  #show() {
    const { selected } = this, { hidden } = this.owner.hand;
    const chosen = selected.filter((name) => !hidden.has(name)).map((name) => /** @type {Entry} */ (this.store.entries.get(name)));
    /** @type {Item[]} */
    let items = chosen.map(({ region, colour }) => ({ kind: 'selected', region, colour }));
    if (chosen.length > SINGLY) items = [{ kind: 'selected', path: rectPath(united(chosen.map((one) => boundsOf(one.region)))) }];
    const [only] = chosen;
    const handles = this.toolName === 'select' && selected.length === 1 && only ? handlesOf(only.region, this.view.scale) : [];
    this.overlay.show([...items, ...this.items], handles, this.vertex);
  }

  // what tools ask for

  get selected() {
    return this.owner.selected;
  }

  /** @param {Item[]} items @param {string[]} hidden */
  sketch(items, hidden = []) {
    this.items = items;
    if (hidden.length || this.owner.hand.hidden.size) this.#hide(hidden);
    this.refresh();
  }

  /** @param {string[]} names */
  #hide(names) {
    const { hidden } = this.owner.hand;
    if (names.length === hidden.size && names.every((name) => hidden.has(name))) return;
    const changed = [...names.filter((name) => !hidden.has(name)), ...[...hidden].filter((name) => !names.includes(name))];
    this.owner.hand.hidden = new Set(names);
    this.spoil(changed);
  }

  /** What stands of these regions on the canvases is painted again. @param {string[]} names */
  spoil(names) {
    for (const name of names) {
      const entry = this.store.entries.get(name);
      if (entry) this.painter.spoil(this.owner.hand.reach(entry.region, this.view.scale));
    }
  }

  clear() {
    this.sketch([]);
  }

  /** @param {string} stem @param {import('./types.js').Region} region */
  add(stem, region) {
    return this.owner.add(stem, region);
  }

  /** @param {string[]} names */
  select(names) {
    this.owner.select(names);
  }

  /** @param {string} text */
  say(text) {
    this.owner.say(text);
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.view.pan(dx, dy);
    this.fitted = false;
    this.painter.moved();
  }

  /** @param {number} factor @param {XY} [at] */
  zoom(factor, at) {
    this.view.zoom(factor, at);
    this.fitted = false;
    this.stale = true;
    this.painter.moved();
  }

  /** @param {(view: View) => void} change @param {boolean} fitted */
  look(change, fitted = false) {
    change(this.view);
    this.fitted = fitted;
    this.stale = true;
    this.painter.moved();
  }

  // what pointers do

  #receiver() {
    /** @param {(at: At) => void} then @returns {(at: XY, event: PointerEvent) => void} */
    const told = (then) => (at, event) => {
      this.last = at;
      then(this.#at(this.view.toPicture(at), event, event.pointerType === 'touch'));
    };
    return {
      wheel: () => this.owner.wheel,
      press: told((at) => {
        this.placed();
        if (this.holds) this.cancel();
        this.#aim(null);
        this.tool.press(at);
        this.#magnify(at, at.touch);
      }),
      drag: told((at) => {
        this.tool.drag(at);
        this.#magnify(at, at.touch);
      }),
      release: told((at) => {
        this.tool.release(at);
        this.magnifier.hide();
      }),
      hover: told((at) => {
        if (this.cross && !this.holds) this.#aim(null);
        if (this.holds) return;
        if (this.tool.pending) this.tool.drag(at);
        else this.tool.hover(at);
        if (this.tool.pending) this.#magnify(at, false);
      }),
      leave: () => {
        if (!this.tool.pending) this.clear();
      },
      cancel: () => this.cancel(),
      pan: (/** @type {number} */ dx, /** @type {number} */ dy) => this.pan(dx, dy),
      zoom: (/** @type {number} */ factor, /** @type {XY} */ at) => this.zoom(factor, at),
    };
  }

  cancel() {
    this.holds = false;
    this.tool.cancel();
    this.magnifier.hide();
  }

  /** @param {XY} raw @param {{shiftKey: boolean, altKey: boolean, ctrlKey: boolean, metaKey: boolean}} event @param {boolean} touch @param {boolean} keyboard @returns {At} */
  #at(raw, event, touch, keyboard = false) {
    const { scale, picture } = this.view;
    const near = event.altKey || keyboard ? 0 : EDGE / scale;
    return { x: edged(raw.x, picture.width, near), y: edged(raw.y, picture.height, near), raw, touch, keyboard,
      shift: event.shiftKey, alt: event.altKey, toggles: !keyboard && (event.shiftKey || event.ctrlKey || event.metaKey),
      reach: (touch ? REACH.touch : REACH.mouse) / scale };
  }

  /** @param {At} at @param {boolean} always */
  #magnify(at, always) {
    const { source } = this.owner.hand;
    const isPlacing = this.tool instanceof SelectTool ? this.tool.doing === 'handle' : this.tool.places && (this.tool.pending || at.keyboard);
    if (this.magnifies && source && isPlacing && (always || at.keyboard || this.view.scale < 2)) this.magnifier.show(at, source);
    else this.magnifier.hide();
  }

  // what keys do

  /** @param {XY | null} cross */
  #aim(cross) {
    this.cross = cross;
    if (!cross) this.magnifier.hide();
    this.refresh();
  }

  /** The crosshair goes on by so many pixels of the picture. @param {XY} by @param {KeyboardEvent} event */
  go(by, event) {
    const { width, height } = this.view.picture;
    const from = this.cross ?? this.#entry();
    const to = this.cross ? { x: from.x + by.x, y: from.y + by.y } : from;
    this.aim({ x: Math.min(width, Math.max(0, to.x)), y: Math.min(height, Math.max(0, to.y)) }, event);
  }

  /** The crosshair goes to a place. @param {XY} place @param {KeyboardEvent} event */
  aim(place, event) {
    this.#aim(place);
    const at = this.view.toStage(place), edge = 30;
    const dx = Math.max(edge - at.x, 0) + Math.min(this.view.width - edge - at.x, 0);
    const dy = Math.max(edge - at.y, 0) + Math.min(this.view.height - edge - at.y, 0);
    if (dx || dy) this.pan(dx, dy);
    const there = this.#at(place, event, false, true);
    if (this.tool.pending || this.holds) this.tool.drag(there);
    else this.tool.hover(there);
    this.#magnify(there, true);
    this.say(`${Math.round(place.x * 100) / 100}, ${Math.round(place.y * 100) / 100}`);
  }

  /** Where the crosshair appears: at the pointer if it is over the picture, else in the middle of what is seen. */
  #entry() {
    const { width, height } = this.view.picture, place = this.view.toPicture(this.last);
    const isOver = this.last.x >= 0 && this.last.x < this.view.width && this.last.y >= 0 && this.last.y < this.view.height;
    const seen = this.view.seen();
    const from = isOver ? place : { x: (Math.max(0, seen.x0) + Math.min(width, seen.x1)) / 2, y: (Math.max(0, seen.y0) + Math.min(height, seen.y1)) / 2 };
    return { x: Math.min(width, Math.max(0, Math.round(from.x))), y: Math.min(height, Math.max(0, Math.round(from.y))) };
  }

  /** Enter: whether it was of use. @param {KeyboardEvent} event */
  enter(event) {
    if (!this.cross) return this.tool.enter(this.#at(this.view.toPicture(this.last), event, false));
    const at = this.#at(this.cross, event, false, true);
    const selecting = this.tool instanceof SelectTool && !this.tool.holds(at);
    if (this.holds) {
      this.holds = false;
      this.tool.release(at);
    } else if (this.tool.clicks || selecting) {
      this.tool.press(at);
      this.tool.release(at);
    } else {
      this.holds = true;
      this.tool.press(at);
      this.say('started; move with the arrows, Enter ends it');
    }
    this.#magnify(at, true);
    return true;
  }

  /** The crosshair goes to the next handle of the selected region. @param {KeyboardEvent} event */
  nextHandle(event) {
    const [name] = this.selected, entry = name === undefined ? undefined : this.store.entries.get(name);
    if (!entry) return;
    const handles = handlesOf(entry.region, this.view.scale);
    const { cross } = this;
    const at = handles.findIndex(({ x, y }) => cross && Math.abs(x - cross.x) < 1e-6 && Math.abs(y - cross.y) < 1e-6);
    const next = handles[(at + 1) % handles.length];
    if (!next) return;
    this.aim({ x: next.x, y: next.y }, event);
    this.say(`handle ${next.id} at ${Math.round(next.x)}, ${Math.round(next.y)}`);
  }

  /** Esc: whether there was something to leave. */
  escape() {
    if (this.tool.pending || this.holds) this.cancel();
    else if (this.cross) this.#aim(null);
    else if (this.selected.length) this.select([]);
    else return false;
    this.refresh();
    return true;
  }
}

/** @param {number} value @param {number} side @param {number} near */
function edged(value, side, near) {
  if (value <= near) return 0;
  return value >= side - near ? side : value;
}
