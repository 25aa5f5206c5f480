/** @file What keys and buttons do to the regions and the view. */

import { COMMANDS, keymap, step, written } from './keys.js';
import { moved, withoutVertex } from './changes.js';
import { TOOL_NAMES } from './stage.js';
import { boundsOf, united } from './shapes.js';

/** @import {Entry} from './types.js' */
/** @import {Canvas} from '../canvas.js' */

const STEP = 1.25; // of zooming by keys
const AWAY = 12; // CSS pixels between a region and its duplicate
const BRUSHES = { least: 2, most: 400, factor: 1.25 };

export class Commands {
  /** @param {Canvas} canvas @param {{[command: string]: string}} keys */
  constructor(canvas, keys) {
    this.canvas = canvas;
    this.keys = keymap(keys);
    const { root } = canvas;
    root.addEventListener('keydown', (event) => this.#down(event));
    root.addEventListener('keyup', (event) => {
      if (event.key === ' ') this.#space(false);
    });
    canvas.stage.root.addEventListener('blur', () => this.#space(false));
    root.addEventListener('copy', (event) => this.#copy(event));
    root.addEventListener('cut', (event) => {
      if (this.#copy(event)) canvas.remove(canvas.selected);
    });
    root.addEventListener('paste', (event) => {
      if (isWriting(event.target) || !event.clipboardData) return;
      if (canvas.paste(event.clipboardData)) event.preventDefault();
    });
  }

  /** @param {boolean} down */
  #space(down) {
    const { stage } = this.canvas;
    stage.gestures.space = down;
    stage.root.classList.toggle('dx-space', down);
  }

  /** @param {ClipboardEvent} event */
  #copy(event) {
    const { canvas } = this;
    if (isWriting(event.target) || !canvas.selected.length || !event.clipboardData) return false;
    event.clipboardData.setData('text/plain', canvas.copied());
    event.preventDefault();
    canvas.say(`${canvas.selected.length} copied`);
    return true;
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    const { canvas } = this, { stage } = canvas;
    if (isWriting(event.target) || event.defaultPrevented || event.isComposing) return;
    const onStage = event.target === stage.root;
    const way = step(event);
    if (way && event.altKey) return;
    if (way && (event.ctrlKey || event.metaKey)) this.nudge(way.x, way.y);
    else if (way && onStage) stage.go(way, event);
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) canvas.tell('done');
    else if (event.key === 'Enter' && onStage) {
      if (!stage.enter(event)) canvas.tell('done');
    } else if (event.key === 'Escape') {
      if (!stage.escape()) canvas.tell('leave');
    } else if (event.key === ' ' && onStage) this.#space(true);
    else {
      const command = this.keys.get(written(event));
      if (!command || (TOOL_NAMES.includes(command) && !canvas.tools.includes(command))) return;
      this.run(command, event);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} command @param {KeyboardEvent} [event] */
  run(command, event = new KeyboardEvent('keydown')) {
    const { canvas } = this, { stage } = canvas;
    if (TOOL_NAMES.includes(command)) {
      canvas.tool = command;
      return;
    }
    /** @type {{[command: string]: () => void}} */
    const does = {
      undo: () => canvas.undo(), redo: () => canvas.redo(),
      remove: () => this.#remove(), duplicate: () => this.#duplicate(),
      all: () => canvas.select(canvas.order), rename: () => canvas.fields.focusName(),
      fit: () => canvas.fit(), zoom: () => this.#zoom(),
      closer: () => stage.zoom(STEP), farther: () => stage.zoom(1 / STEP),
      next: () => stage.nextHandle(event),
      wider: () => this.#brush(BRUSHES.factor), narrower: () => this.#brush(1 / BRUSHES.factor),
      forward: () => canvas.arrange(canvas.selected, 1), backward: () => canvas.arrange(canvas.selected, -1),
      image: () => void canvas.copyPicture(), magnify: () => { stage.magnifies = !stage.magnifies; },
    };
    does[command]?.();
    if (command in COMMANDS && command !== 'next') canvas.refresh();
  }

  /** The selected regions go on by so many pixels. @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const { canvas } = this;
    const patch = new Map(canvas.selected.map((name) => {
      const entry = /** @type {Entry} */ (canvas.store.entries.get(name));
      return [name, { ...entry, region: moved(entry.region, dx, dy) }];
    }));
    canvas.store.commit(patch, { tag: `nudge ${canvas.selected.join(' ')}` });
  }

  #remove() {
    const { canvas } = this, { stage } = canvas, [name] = canvas.selected;
    if (stage.tool.pending && stage.tool.back()) return;
    const entry = stage.vertex && canvas.selected.length === 1 ? canvas.store.entries.get(/** @type {string} */ (name)) : null;
    const fewer = entry && stage.vertex ? withoutVertex(entry.region, stage.vertex) : null;
    stage.vertex = null;
    if (fewer) canvas.store.put(/** @type {string} */ (name), fewer);
    else canvas.remove(canvas.selected);
  }

  #duplicate() {
    const { canvas } = this, away = AWAY / canvas.stage.view.scale;
    /** @type {[string, Entry][]} */
    const made = [];
    for (const name of canvas.selected) {
      const entry = /** @type {Entry} */ (canvas.store.entries.get(name));
      const free = canvas.store.freeName(name.replace(/\d+$/, ''), made.map(([one]) => one));
      made.push([free, { ...entry, region: moved(entry.region, away, away), z: canvas.store.top + 1 + made.length }]);
    }
    canvas.store.commit(new Map(made));
    canvas.select(made.map(([name]) => name));
  }

  #zoom() {
    const { canvas } = this;
    if (!canvas.selected.length) return;
    canvas.zoomTo(united(canvas.selected.map((name) => boundsOf(canvas.store.region(name)))));
  }

  /** @param {number} factor */
  #brush(factor) {
    const { stage } = this.canvas;
    stage.brush = Math.min(BRUSHES.most, Math.max(BRUSHES.least, stage.brush * factor));
    this.canvas.say(`brush ${Math.round(stage.brush)}`);
    stage.refresh();
  }
}

/** Whether someone writes in a field. @param {EventTarget | null} target */
function isWriting(target) {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}
