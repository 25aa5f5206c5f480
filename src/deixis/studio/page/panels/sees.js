/** @file Beside asking: where a thing is, what a model sees, what other models find, how one counts. */

import { element } from '../canvas/elements.js';
import { told as placeOf } from '../canvas/shapes.js';
import { send } from '../session.js';
import { box, button, counted, field, quiet, row } from './parts.js';

/** @import {Layer, Region, Regions} from '../canvas/types.js' */
/** @import {Seen, Sight} from './types.js' */

const GREY = '#777777';

export class Sees {
  /**
   * @param {HTMLElement} root
   * @param {{picture: () => string | null, regions: () => Regions, layersChanged: () => void, keep: (regions: Regions) => void, say: (text: string) => void, fail: (error: unknown) => void}} owner
   */
  constructor(root, owner) {
    this.owner = owner;
    /** @type {Layer[]} */
    this.layers = [];
    this.switches = element('div', { class: 'chips', role: 'group', 'aria-label': 'Layers over the picture', hidden: true });
    this.finding = element('details', {});
    this.seeing = element('details', {});
    root.append(this.finding, this.seeing, this.switches);
  }

  /** @param {string[]} models @param {{sources: string[], encodings: string[], marks: string[]}} known */
  show(models, known) {
    if (this.finding.children.length) return;
    this.#showFinding(models);
    this.#showSeeing(models, known);
  }

  /** Nothing of another picture stays. */
  clear() {
    this.layers = [];
    this.#switches();
    for (const one of document.querySelectorAll('.result')) one.replaceChildren();
  }

  /** @param {string[]} models */
  #showFinding(models) {
    const what = element('input', { id: 'find-what', placeholder: 'the Save button', autocomplete: 'off' });
    const model = choice('find-model', models);
    const kind = choice('find-kind', ['box', 'point']);
    const many = element('input', { type: 'checkbox', id: 'find-many' });
    const result = element('div', { class: 'result', role: 'status' });
    const find = this.#button('Find', async (picture) => {
      const told = await send('/api/find', { picture, model: model.value, what: what.value, kind: kind.value, many: many.checked });
      this.#found(what.value, told, result);
    });
    this.finding.append(element('summary', {}, 'Find a thing'),
      field('What', what), field('Model', model), field('As', kind),
      row(box(many, 'all there are'), find), result);
  }

  /** @param {string} what @param {{regions: Region[], why: string, calls: number}} told @param {HTMLElement} result */
  #found(what, told, result) {
    const regions = Object.fromEntries(told.regions.map((one, at) => [`found${at + 1}`, one]));
    this.#put({ name: `found: ${what}`, visible: true, regions, style: { colour: '#007d46', width: 3 } });
    const calls = counted(told.calls, 'call');
    if (!told.regions.length) return void result.replaceChildren(element('p', {}, `Nothing was found: ${told.why} (${calls})`));
    const keep = button('Keep what was found', () => this.owner.keep(regions));
    result.replaceChildren(element('p', {}, calls), element('ol', {}, ...told.regions.map((one) => element('li', {}, placeOf(one)))), keep);
  }

  /** @param {string[]} models @param {{sources: string[], encodings: string[], marks: string[]}} known */
  #showSeeing(models, known) {
    const model = choice('see-model', models);
    const encoding = element('input', { id: 'see-encoding', list: 'encodings', placeholder: 'as the model has it', autocomplete: 'off' });
    const result = element('div', { class: 'result', role: 'status' });
    const look = this.#button('See what is left of marks', async (picture) => {
      this.#sight(await send('/api/sight', { picture, model: model.value, encoding: encoding.value, regions: this.owner.regions() }), result);
    });
    const way = element('div', { class: 'result', role: 'status' });
    const probe = this.#button('Find out how it counts', async () => {
      const { told, calls } = await send('/api/probe', { model: model.value });
      way.replaceChildren(element('p', {}, `${told} (${calls} calls)`));
    }, false);
    const source = element('input', { id: 'see-source', list: 'sources', value: known.sources[0] ?? '', autocomplete: 'off' });
    const list = element('datalist', { id: 'sources' }, ...known.sources.map((value) => element('option', { value })));
    const notes = element('div', { class: 'result', role: 'status' });
    const find = this.#button('Look', async (picture) => {
      const { layers } = await send('/api/look', { picture, sources: [source.value.trim()] });
      this.#notes(layers, notes);
    });
    this.seeing.append(element('summary', {}, 'What a model sees'),
      field('Model', model), field('Regions shown', encoding), row(look, probe), result, way,
      field('What others find', source), list, row(find), notes);
  }

  /** @param {Sight} told @param {HTMLElement} result */
  #sight(told, result) {
    const rows = Object.entries(told.marks).map(([name, left]) => element('div', {}, element('dt', {}, name),
      element('dd', {}, left.told, ...left.losses.map((loss) => element('p', { class: 'problem' }, loss)))));
    /** @type {HTMLElement[]} */
    const parts = [element('dl', {}, ...rows)];
    if (!rows.length && !told.why.marks) parts.push(element('p', {}, 'None of the regions is drawn as a mark.'));
    if (told.grid) parts.push(element('p', {}, `${told.grid.tokens} tokens${told.grid.spatial ? '' : ', which look everywhere'}`));
    for (const why of Object.values(told.why)) parts.push(quiet(why));
    result.replaceChildren(...parts);
    told.grid?.views.forEach((grid, at) => this.#put({ name: `tokens${at ? ` ${at + 1}` : ''}`, visible: at === 0, grid, style: { colour: '#005fd7', width: 1, opacity: 0.6 } }));
    if (told.views.length > 1) this.#put({ name: 'views', visible: false, regions: boxes(told.views), style: { colour: GREY, width: 2 } });
    if (told.prompt) this.#put({ name: 'pixel prompt', visible: true, regions: boxes([told.prompt]), style: { colour: GREY, width: 2 } });
  }

  /** @param {{source: string, regions: Region[], why: string}[]} layers @param {HTMLElement} result */
  #notes(layers, result) {
    result.replaceChildren(...layers.map(({ source, regions, why }) => element('div', {},
      element('p', {}, why ? `${source}: ${why}` : `${source}: ${counted(regions.length, 'note')}`),
      element('ol', { class: 'notes' }, ...regions.slice(0, 100).map((one) => element('li', {}, one.text ?? one.label ?? placeOf(one)))))));
    for (const { source, regions } of layers) {
      const named = Object.fromEntries(regions.map((one, at) => [(one.text ?? one.label ?? '').slice(0, 40) || `note ${at + 1}`, one]));
      if (regions.length) this.#put({ name: source, visible: true, regions: named, style: { colour: '#be5500', width: 2 } });
    }
  }

  /** @param {Layer} layer */
  #put(layer) {
    this.layers = [...this.layers.filter((one) => one.name !== layer.name), layer];
    this.#switches();
  }

  #switches() {
    this.switches.hidden = !this.layers.length;
    this.switches.replaceChildren(...this.layers.map((layer) => {
      const pressed = { class: 'chip', 'aria-pressed': String(layer.visible !== false) };
      return button(layer.name, (own) => {
        layer.visible = layer.visible === false;
        own.setAttribute('aria-pressed', String(layer.visible));
        this.owner.layersChanged();
      }, pressed);
    }));
    this.owner.layersChanged();
  }

  /** @param {string} text @param {(picture: string) => Promise<void>} run @param {boolean} needsPicture */
  #button(text, run, needsPicture = true) {
    return button(text, async (own) => {
      const picture = this.owner.picture();
      if (needsPicture && !picture) return this.owner.say('Open a picture first.');
      own.disabled = true;
      this.owner.say('Asked …');
      try {
        await run(picture ?? '');
        this.owner.say('');
      } catch (error) {
        this.owner.fail(error);
      } finally {
        own.disabled = false;
        if (document.activeElement === document.body) own.focus();
      }
    });
  }
}

/** @param {string} id @param {string[]} values */
function choice(id, values) {
  return element('select', { id }, ...values.map((value) => element('option', { value }, value)));
}

/** @param {Seen[]} views @returns {Regions} */
function boxes(views) {
  return Object.fromEntries(views.map(({ box }, at) => [`view${at + 1}`, /** @type {Region} */ ({ kind: 'box', box })]));
}
