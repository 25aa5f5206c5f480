/**
 * @file The canvas: people point at parts of a picture, and a page reads and sets the regions.
 *
 *     const canvas = new Canvas(element, { tools: ['select', 'box', 'arrow'], keys: { box: 'R' } });
 *     canvas.show({ width: 640, height: 480, url: '/pictures/1' });
 *     canvas.addEventListener('change', () => console.log(canvas.regions));
 *
 * Esc leaves what is being drawn, then the crosshair, then the selection, and then it is 'leave'.
 * Enter places with the crosshair; without one, and always with Ctrl, it is 'done'.
 */

import { cropOf, regionsIn } from './canvas/clipboard.js';
import { Commands } from './canvas/commands.js';
import { element } from './canvas/elements.js';
import { Fields } from './canvas/fields.js';
import { Hand } from './canvas/hand.js';
import { List } from './canvas/list.js';
import { Stage, TOOL_NAMES } from './canvas/stage.js';
import { Store } from './canvas/store.js';
import { Toolbar } from './canvas/toolbar.js';
import { boundsOf, told } from './canvas/shapes.js';

/** @import {Entry, Layer, Picture, Rect, Region, Regions} from './canvas/types.js' */
/** @import {Patch} from './canvas/store.js' */

const HELP = 'Choose a tool by its key. Arrows move a crosshair by one pixel, with Shift by ten; Enter starts and ends a '
  + 'shape at it. Ctrl and arrows move what is selected. H goes to the next handle. Escape leaves.';

/**
 * @typedef {object} Options
 * @property {string[]} [tools] which, and in which order; all by default
 * @property {{[command: string]: string}} [keys] other keys of tools and commands: see canvas/keys.js
 * @property {string} [tool] the first
 * @property {'zoom' | 'ctrl'} [wheel] 'ctrl' leaves the wheel without Ctrl to the page
 */

export class Canvas extends EventTarget {
  /** @param {HTMLElement} root @param {Options} options */
  constructor(root, options = {}) {
    super();
    this.root = root;
    this.tools = (options.tools ?? TOOL_NAMES).filter((tool) => TOOL_NAMES.includes(tool));
    this.wheel = options.wheel ?? 'zoom';
    /** @type {string[]} */
    this.selected = [];
    this.store = new Store((names) => this.#changed(names));
    this.hand = new Hand(this.store, (rect, picture) => this.stage.painter.spoil(rect, picture));
    this.stage = new Stage(this);
    this.commands = new Commands(this, options.keys ?? {});
    this.toolbar = new Toolbar(this.tools, this.commands.keys, (command) => this.commands.run(command));
    this.list = new List(this.store, (name, toggles) => this.#choose(name, toggles), (name) => this.zoomTo(boundsOf(this.store.region(name))));
    this.fields = new Fields(this.#fieldsOwner());
    this.live = element('div', { class: 'dx-live', role: 'status', 'aria-live': 'polite' });
    this.spoken = 0;
    const help = element('p', { class: 'dx-help', id: `${this.list.title.id}-help` }, HELP);
    this.stage.root.setAttribute('aria-describedby', help.id);
    this.side = element('div', { class: 'dx-side' }, this.fields.root, this.list.root);
    root.classList.add('dx-canvas');
    root.append(this.toolbar.root, this.stage.root, this.side, this.live, help);
    this.stage.placed();
    this.tool = options.tool ?? this.tools[0] ?? 'select';
  }

  destroy() {
    clearTimeout(this.spoken);
    this.list.destroy();
    this.stage.destroy();
    this.hand.destroy();
    this.root.replaceChildren();
    this.root.classList.remove('dx-canvas');
  }

  // the picture and the view

  /** @param {Picture} picture */
  show(picture) {
    this.stage.view.picture = { width: picture.width, height: picture.height };
    const source = this.hand.open(picture);
    this.stage.root.setAttribute('aria-label', `Picture, ${picture.width} by ${picture.height} pixels`);
    this.fit();
    this.stage.painter.spoilAll();
    return source.ready;
  }

  fit() {
    this.stage.look((view) => view.fit(), true);
  }

  /** @param {Rect | number[]} box */
  zoomTo(box) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = Array.isArray(box) ? box : [box.x0, box.y0, box.x1, box.y1];
    const room = Math.max(x1 - x0, y1 - y0, 8) * 0.15;
    this.stage.look((view) => view.show({ x0: x0 - room, y0: y0 - room, x1: x1 + room, y1: y1 + room }));
  }

  /** @returns {Layer[]} */
  get layers() {
    return this.hand.layers.map(({ index: _index, picture: _picture, ...layer }) => layer);
  }

  set layers(layers) {
    this.hand.show(layers);
    this.stage.painter.spoilAll();
  }

  // the regions

  /** A new object of regions that are frozen: to change one, set it or another in its place. */
  get regions() {
    return this.store.regions;
  }

  set regions(regions) {
    this.setRegions(regions);
  }

  /** @param {Regions} regions @param {{quiet?: boolean}} how quiet forgets what could be undone */
  setRegions(regions, how = {}) {
    this.stage.cancel();
    this.store.replace(regions, how);
  }

  /** The names, from below to the top. */
  get order() {
    return this.store.order;
  }

  /** @param {string[]} names */
  select(names) {
    const selected = [...new Set(names)].filter((name) => this.store.entries.has(name));
    const isNew = selected.length !== this.selected.length || selected.some((name, at) => name !== this.selected[at]);
    this.selected = selected;
    if (isNew) this.stage.vertex = this.stage.tool.pending ? this.stage.vertex : null;
    this.refresh();
    if (isNew) this.tell('select', { names: selected });
    const [name] = selected;
    if (isNew && name !== undefined) this.say(selected.length > 1 ? `${selected.length} selected` : `${name}: ${told(this.store.region(name))}`);
  }

  /** @param {string} name @param {boolean} toggles */
  #choose(name, toggles) {
    if (!toggles) this.select([name]);
    else this.select(this.selected.includes(name) ? this.selected.filter((one) => one !== name) : [...this.selected, name]);
  }

  /** A new region is selected, under a free name. @param {string} stem @param {Region} region */
  add(stem, region) {
    const name = this.store.freeName(stem);
    this.store.put(name, region);
    this.select([name]);
    return name;
  }

  /** @param {string} old @param {string} name whether it could be: the name may be taken */
  rename(old, name) {
    const entry = this.store.entries.get(old);
    if (!entry || !name || old === name || this.store.entries.has(name)) {
      if (old !== name) this.say(`no region can be called ${name}`);
      return false;
    }
    const selected = this.selected.map((one) => (one === old ? name : one));
    this.store.commit(new Map([[old, null], [name, entry]]));
    this.select(selected);
    return true;
  }

  /** @param {string} name @param {string} text */
  setLabel(name, text) {
    this.#word(name, 'label', text);
  }

  /** @param {string} name @param {string} text */
  setEncoding(name, text) {
    this.#word(name, 'encoding', text);
  }

  /** @param {string} name @param {'label' | 'encoding'} word @param {string} text none takes it away */
  #word(name, word, text) {
    const region = this.store.entries.get(name)?.region;
    if (!region || (region[word] ?? '') === text) return;
    const { [word]: _old, ...rest } = region;
    this.store.put(name, /** @type {Region} */ (text ? { ...rest, [word]: text } : rest));
  }

  /** @param {string} name @param {string} colour as "#rrggbb" */
  setColour(name, colour) {
    const entry = this.store.entries.get(name);
    if (entry && entry.colour !== colour) this.store.commit(new Map([[name, { ...entry, colour }]]), { tag: `colour ${name}` });
  }

  /** @returns {{[name: string]: string}} */
  get colours() {
    return Object.fromEntries(this.order.map((name) => [name, this.store.entries.get(name)?.colour ?? '']));
  }

  /** @param {string[]} names */
  remove(names) {
    this.store.commit(new Map(names.filter((name) => this.store.entries.has(name)).map((name) => [name, null])));
  }

  /** Regions change places with the next above (1) or below (-1). @param {string[]} names @param {1 | -1} way */
  arrange(names, way) {
    const order = this.store.order;
    if (way > 0) order.reverse();
    const chosen = new Set(names);
    order.forEach((name, at) => {
      const before = order[at - 1];
      if (before === undefined || !chosen.has(name) || chosen.has(before)) return;
      [order[at - 1], order[at]] = [name, before];
    });
    if (way > 0) order.reverse();
    /** @type {Patch} */
    const patch = new Map();
    order.forEach((name, z) => {
      const entry = /** @type {Entry} */ (this.store.entries.get(name));
      if (entry.z !== z) patch.set(name, { ...entry, z });
    });
    this.store.commit(patch);
  }

  undo() {
    const { tool } = this.stage;
    if (tool.pending) {
      if (!tool.back()) this.stage.cancel();
    } else if (!this.store.undo()) this.say('nothing to undo');
  }

  redo() {
    if (!this.store.redo()) this.say('nothing to do again');
  }

  // copies

  /** The selected regions as JSON. */
  copied() {
    const { regions } = this.store;
    return JSON.stringify(Object.fromEntries(this.selected.map((name) => [name, regions[name]])));
  }

  /** Regions are taken from a clipboard; a picture in it is told of by 'picture'. @param {DataTransfer} data whether there was any */
  paste(data) {
    const file = [...data.files].find((one) => one.type.startsWith('image/'));
    if (file) return this.tell('picture', { file });
    const regions = regionsIn(data.getData('text/plain'));
    if (!regions) return false;
    this.insert(regions);
    return true;
  }

  /** Regions are added under free names. @param {Regions} regions */
  insert(regions) {
    /** @type {[string, Entry][]} */
    const made = [];
    const top = this.store.top;
    for (const [name, region] of Object.entries(regions)) {
      const taken = made.map(([one]) => one);
      const free = this.store.entries.has(name) || taken.includes(name) ? this.store.freeName(name.replace(/\d+$/, ''), taken) : name;
      made.push([free, { region: structuredClone(region), colour: this.store.nextColour(), z: top + 1 + made.length }]);
    }
    this.store.commit(new Map(made));
    this.select(made.map(([name]) => name));
  }

  /** What regions cover, as a PNG; the whole picture without any. @param {string[]} names @returns {Promise<Blob>} */
  async crop(names = this.selected) {
    const { source } = this.hand;
    if (!source) throw new RangeError('no picture is shown');
    return cropOf(names.map((name) => this.store.region(name)), source);
  }

  async copyPicture() {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': this.crop() })]);
    this.say('copied as a picture');
  }

  // tools and what is told

  get tool() {
    return this.stage.toolName;
  }

  set tool(tool) {
    if (!this.tools.includes(tool)) throw new RangeError(`no tool of this canvas is called ${tool}`);
    this.stage.use(tool);
    this.refresh();
    this.tell('tool', { tool });
  }

  /** @param {string[]} names */
  #changed(names) {
    const { stage } = this;
    const isWhole = names.length > 200 || this.store.entries.size <= 301;
    if (isWhole) stage.painter.spoil({ x0: -1e7, y0: -1e7, x1: 1e7, y1: 1e7 });
    else stage.spoil(names);
    const selected = this.selected.filter((name) => this.store.entries.has(name));
    if (selected.length !== this.selected.length) this.select(selected);
    this.refresh();
    this.tell('change', { names });
  }

  /** Buttons, list and fields say what is. */
  refresh() {
    const [name] = this.selected;
    const entry = this.selected.length === 1 && name !== undefined ? this.store.entries.get(name) ?? null : null;
    this.stage.refresh();
    this.toolbar.show(this.tool, { undo: this.store.done.length > 0, redo: this.store.undone.length > 0, remove: this.selected.length > 0 });
    this.list.show(this.selected);
    this.fields.show(name ?? '', entry, this.stage.vertex, this.tool);
  }

  /** @param {string} text to screen readers, the last of what comes at once */
  say(text) {
    clearTimeout(this.spoken);
    this.spoken = setTimeout(() => { this.live.textContent = text; }, 150);
  }

  /** @param {string} event @param {unknown} [detail] whether it was heard and not refused */
  tell(event, detail) {
    const view = () => ({ scale: this.stage.view.scale, box: this.stage.view.seen() });
    return this.dispatchEvent(new CustomEvent(event, { cancelable: true, detail: detail ?? (event === 'view' ? view() : {}) }));
  }

  #fieldsOwner() {
    return {
      place: (/** @type {string} */ name, /** @type {Region} */ region) => this.store.put(name, region),
      add: (/** @type {string} */ stem, /** @type {Region} */ region) => void this.add(stem, region),
      rename: (/** @type {string} */ old, /** @type {string} */ name) => void this.rename(old, name),
      label: (/** @type {string} */ name, /** @type {string} */ text) => this.setLabel(name, text),
      paint: (/** @type {string} */ name, /** @type {string} */ colour) => this.setColour(name, colour),
      say: (/** @type {string} */ text) => this.say(text),
    };
  }
}
