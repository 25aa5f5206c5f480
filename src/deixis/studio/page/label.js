/** @file Label mode: the pictures of a folder, one after the other. */

import { Canvas } from './canvas.js';
import { download, get, openSession } from './session.js';
import { element } from './canvas/elements.js';
import { Labels } from './label/labels.js';
import { Proposals } from './label/proposals.js';
import { Saving } from './label/saving.js';
import { Versions } from './label/versions.js';
import { placeOf, read, who, write } from './label/server.js';

/** @import {Listed, Opened} from './label/server.js' */

const EVERY = 15_000; // ms: what others do is looked at
const AROUND = 30; // pictures in the list, before and after the one that is there
const FILES = { coco: 'instances.json', labelme: 'labelme.zip', yolo: 'yolo.zip', voc: 'voc.zip', regions: 'regions.jsonl' };
const STATES = { open: '', begun: 'begun', done: 'done' };

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

class LabelPage {
  constructor() {
    this.canvas = new Canvas(at('canvas'), { keys: { point: 'T' } });
    this.canvas.hand.titleOf = (name, region) => region.label || name;
    this.saving = new Saving((...words) => this.#saySaved(...words), (key) => this.#outdated(key));
    this.labels = new Labels(at('labels'), (name) => this.give(name), (...words) => this.say(...words), 'npuqwd');
    this.proposals = new Proposals(this.canvas, at('proposals'), at('accept-all'), (...words) => this.say(...words));
    const places = { part: at('versions'), title: at('versions-title'), told: at('versions-told'), choices: at('versions-choices') };
    this.versions = new Versions(this.canvas, places, (regions, done) => this.#decided(regions, done));
    /** @type {Listed[]} */
    this.pictures = [];
    /** @type {{[key: string]: string}} */
    this.others = {};
    /** @type {Opened | null} */
    this.opened = null;
    this.index = 0;
    this.turn = 0; // so that what was asked for a picture before is not shown
    /** @type {Set<string>} */
    this.known = new Set();
    this.#listen();
  }

  /** @param {string} words @param {boolean} [isTrouble] */
  say(words, isTrouble = false) {
    at('status').textContent = words;
    at('status').classList.toggle('label-trouble', isTrouble);
  }

  /** How far saving is is seen all the time, and said where there is trouble. @param {string} words @param {boolean} [isTrouble] */
  #saySaved(words, isTrouble = false) {
    at('saved').textContent = isTrouble ? 'Not saved' : words;
    at('saved').classList.toggle('label-trouble', isTrouble);
    if (isTrouble) this.say(words, true);
  }

  async start() {
    const told = await read('');
    this.pictures = told.pictures;
    this.others = told.others;
    this.labels.show(told.labels);
    at('title').textContent = `Label ${told.folder}`;
    document.title = `Label ${told.folder} – Deixis`;
    at('of').textContent = `of ${this.pictures.length}`;
    at('number').max = this.pictures.length;
    at('kept-in').textContent = `Kept in ${told.kept_in}, one file a picture.`;
    if (told.num_unnamed) this.say(`${told.num_unnamed} pictures have names that are no text, and are left out`, true);
    await this.#models();
    const first = this.pictures.findIndex((one) => one.state !== 'done' && !(one.key in this.others));
    await this.open(Math.max(0, first));
    setInterval(() => this.#look(), EVERY);
  }

  async #models() {
    const { data } = await get('/api/models');
    at('model').replaceChildren(...data.map((/** @type {{id: string}} */ { id }) => element('option', { value: id }, id)));
    at('proposals-part').hidden = !data.length;
  }

  /** What is drawn now. */
  get work() {
    return { picture: this.opened?.picture.id ?? '', regions: this.canvas.regions, done: at('done').checked };
  }

  /** @param {number} index of the picture that is opened; what is there is saved before */
  async open(index) {
    const listed = this.pictures[index];
    if (!listed || !(await this.#left())) return;
    const turn = ++this.turn;
    this.say('Opening …');
    /** @type {Opened} */
    let opened;
    try {
      opened = await read(placeOf(listed.key));
    } catch (error) {
      if (turn !== this.turn) return;
      this.index = index;
      this.#showNone();
      this.say(`${listed.name}: ${error instanceof Error ? error.message : error}`, true);
      return;
    }
    if (turn !== this.turn) return;
    this.index = index;
    this.#show(opened);
    this.#ahead(index + 1, turn);
  }

  /** Whether this picture can be left: all of it is saved, or is kept as a second version. */
  async #left() {
    if (!this.saving.work) return true;
    await this.saving.now();
    if (!this.saving.work) return true;
    this.say('This picture is not saved, so it stays open', true);
    return false;
  }

  /** This picture cannot be opened: nothing can be drawn that would be another's. */
  #showNone() {
    this.opened = null;
    this.proposals.clear();
    this.canvas.setRegions({}, { quiet: true });
    this.saving.begin('', '');
    this.#saySaved('');
    at('versions').hidden = true;
    at('canvas').hidden = true;
    this.#drawPlace();
  }

  /** @param {Opened} opened */
  #show(opened) {
    this.opened = null;
    at('canvas').hidden = false;
    this.proposals.clear();
    this.canvas.show(opened.picture);
    this.canvas.setRegions(opened.kept?.regions ?? {}, { quiet: true });
    this.known = new Set(Object.keys(this.canvas.regions));
    at('done').checked = opened.kept?.done ?? false;
    this.opened = opened;
    this.saving.begin(opened.key, opened.revision);
    this.#saySaved(opened.kept ? 'Saved' : '');
    this.versions.show(opened);
    this.#drawPlace();
    const { size, by } = opened.kept ?? {};
    const { width, height } = opened.picture;
    const place = `${this.index + 1} of ${this.pictures.length}, ${opened.name}`;
    if (!at('versions').hidden) this.say(`${place}: there are two versions; keep one, or join both`, true);
    else if (opened.holder) this.say(`${place}: ${opened.holder} is here, too`, true);
    else if (size && (size[0] !== width || size[1] !== height)) this.say(`${place}: its regions were drawn on a picture of ${size.join('×')} pixels; this one has ${width}×${height}`, true);
    else this.say(`${place}: ${by ? `saved by ${by}` : opened.kept ? 'saved' : 'nothing is drawn yet'}`);
  }

  /** The next picture is made ready while this one is drawn on. @param {number} index @param {number} turn */
  async #ahead(index, turn) {
    const next = this.pictures[index];
    if (!next) return;
    try {
      const { picture } = await read(`${placeOf(next.key)}?ahead`);
      if (turn === this.turn && picture.url && !picture.tiles) new Image().src = picture.url;
    } catch {
      // it is told when it is opened
    }
  }

  #drawPlace() {
    const listed = this.pictures[this.index];
    if (!listed) return;
    at('name').textContent = listed.name;
    at('number').value = this.index + 1;
    const num = this.pictures.filter((one) => one.state === 'done').length;
    at('count').textContent = `${num} of ${this.pictures.length} done`;
    at('progress').max = this.pictures.length;
    at('progress').value = num;
    at('previous').disabled = this.index === 0;
    const start = Math.max(0, this.index - AROUND);
    const shown = this.pictures.slice(start, this.index + AROUND + 1);
    at('files').replaceChildren(...shown.map((one, place) => this.#file(one, start + place)));
    const current = /** @type {HTMLElement | null} */ (at('files').children[this.index - start] ?? null);
    if (current) at('files').scrollTop = current.offsetTop - at('files').offsetTop - at('files').clientHeight / 2;
  }

  /** @param {Listed} listed @param {number} index */
  #file({ key, name, state }, index) {
    const more = [STATES[state], key in this.others ? `${this.others[key] || 'somebody'} is here` : ''].filter(Boolean).join(', ');
    const button = element('button', { type: 'button', class: `label-file label-${state}`, 'aria-current': index === this.index ? 'true' : undefined },
      element('span', { class: 'label-words' }, name), more ? element('small', {}, more) : '');
    button.addEventListener('click', () => this.open(index));
    return element('li', {}, button);
  }

  /** @param {number} from @param {number} step @param {(one: Listed) => boolean} fits */
  #find(from, step, fits) {
    for (let index = from; index >= 0 && index < this.pictures.length; index += step) {
      if (fits(/** @type {Listed} */ (this.pictures[index]))) return index;
    }
    return -1;
  }

  /** This one is done, and the next comes that nobody else is at. */
  async next() {
    if (!this.opened) return this.open(this.index + 1);
    if (this.#versionsWait()) return;
    at('done').checked = true;
    if (!(await this.saving.now(this.work))) return;
    this.#mark('done');
    const next = this.#find(this.index + 1, 1, (one) => !(one.key in this.others));
    if (next >= 0) return this.open(next);
    this.#drawPlace();
    this.say('That was the last picture');
  }

  /** N would say that a picture is done of which two versions wait. */
  #versionsWait() {
    if (at('versions').hidden) return false;
    this.say('Two versions of this picture wait: decide first, or go on with U', true);
    at('versions-choices').querySelector('button')?.focus();
    return true;
  }

  previous() {
    return this.open(this.index - 1);
  }

  unlabelled() {
    const fits = (/** @type {Listed} */ one) => one.state !== 'done' && !(one.key in this.others);
    let next = this.#find(this.index + 1, 1, fits);
    if (next < 0) next = this.#find(0, 1, fits);
    if (next >= 0 && next !== this.index) return this.open(next);
    this.say('No other picture is unlabelled');
  }

  /** @param {'begun' | 'done'} state */
  #mark(state) {
    const listed = this.pictures[this.index];
    if (!listed || listed.state === state) return;
    listed.state = state;
    this.#drawPlace();
  }

  /** What is selected gets a label, or what is drawn next does. @param {string} name */
  give(name) {
    const { selected } = this.canvas;
    if (!selected.length) {
      this.labels.choose(name);
      this.say(this.labels.current ? `What is drawn next is a ${name}` : 'What is drawn next has no label');
      return;
    }
    for (const region of selected) this.canvas.setLabel(region, name);
    this.say(`${selected.join(', ')}: ${name}`);
  }

  #changed() {
    if (!this.opened) return;
    const { regions } = this.canvas;
    const fresh = Object.keys(regions).filter((name) => !this.known.has(name) && !regions[name]?.label);
    this.known = new Set(Object.keys(regions));
    if (this.labels.current) for (const name of fresh) this.canvas.setLabel(name, this.labels.current);
    this.#mark(at('done').checked ? 'done' : 'begun');
    this.saving.later(this.work);
  }

  /** Another was faster: both versions are shown. @param {string} key */
  async #outdated(key) {
    if (key !== this.opened?.key) return;
    this.#show(await read(placeOf(key)));
  }

  /** @param {any} regions @param {boolean} done */
  async #decided(regions, done) {
    this.canvas.regions = regions;
    at('done').checked = done;
    await this.saving.now(this.work);
  }

  async #look() {
    try {
      const { states, others } = await read(`/progress?at=${this.opened?.key ?? ''}`);
      for (const one of this.pictures) one.state = states[one.key] ?? 'open';
      this.others = others;
      if (!at('files').contains(document.activeElement)) this.#drawPlace();
    } catch {
      // the next save tells of it
    }
  }

  propose() {
    if (!this.opened || at('proposals-part').hidden) return;
    const told = at('things').value.split(',').map((/** @type {string} */ one) => one.trim()).filter(Boolean);
    const things = told.length ? told : this.labels.labels.map((one) => one.name);
    if (!things.length) return this.say('Say what to find, or add labels', true);
    this.proposals.ask(this.opened.key, { model: at('model').value, things, kind: at('kind').value });
  }

  #listen() {
    this.canvas.addEventListener('change', () => this.#changed());
    at('previous').addEventListener('click', () => this.previous());
    at('next').addEventListener('click', () => this.next());
    at('unlabelled').addEventListener('click', () => this.unlabelled());
    at('done').addEventListener('change', () => this.#changed());
    at('number').addEventListener('change', () => this.open(at('number').value - 1));
    at('new-label').addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      this.labels.change({ add: [at('new-name').value] });
      at('new-name').value = '';
    });
    at('propose').addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      this.propose();
    });
    at('export').addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#export();
    });
    at('by').value = who.name;
    at('by').addEventListener('change', () => {
      who.name = at('by').value.trim();
      this.#look();
    });
    addEventListener('keydown', (event) => this.#key(event), { capture: true });
    addEventListener('pagehide', () => { write('/leave', {}, { keepalive: true }).catch(() => {}); });
  }

  async #export() {
    const format = /** @type {keyof typeof FILES} */ (at('format').value);
    try {
      if (!(await this.#left())) return;
      await download(`/api/label/export?format=${format}`, FILES[format]);
      this.say(`${FILES[format]} is written`);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target } = event;
    const isTyped = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
    const isTick = target instanceof HTMLInputElement && target.type === 'checkbox';
    if ((isTyped && !isTick) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const commands = /** @type {{[key: string]: () => unknown}} */ ({
      n: () => this.next(), p: () => this.previous(), u: () => this.unlabelled(), q: () => this.propose(),
      w: () => at('accept-all').click(), d: () => at('done').click(),
    });
    const label = this.labels.of(event.key);
    const command = label === undefined ? commands[event.key.toLowerCase()] : () => this.give(label);
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  }
}

try {
  await openSession();
  await new LabelPage().start();
} catch (error) {
  at('status').textContent = error instanceof Error ? error.message : String(error);
}
