/** @file The studio's page: a picture, regions, a question to several models, their answers, history. */

import { Canvas } from './canvas.js';
import { element } from './canvas/elements.js';
import { Answers, letterOf } from './panels/cells.js';
import { Choice } from './panels/choice.js';
import { hearEvents } from './panels/events.js';
import { exportRow } from './panels/exports.js';
import { HistoryPanel } from './panels/history.js';
import { box, button, counted, field, quiet, row } from './panels/parts.js';
import { Getting } from './panels/picture.js';
import { Question } from './panels/question.js';
import { Sees } from './panels/sees.js';
import { get, openSession, stream } from './session.js';

/** @import {Regions} from './canvas/types.js' */
/** @import {CellRecord} from './panels/types.js' */
/** @import {Kept} from './panels/picture.js' */

const DRAFT = 'deixis-draft';
const SLOW = 2000; // milliseconds between two looks at whether models are there

/** @param {string} id */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

class StudioPage {
  constructor() {
    /** @type {Kept | null} */
    this.picture = null;
    /** @type {Canvas | null} */
    this.canvas = null;
    /** @type {AbortController | null} */
    this.asking = null;
    /** @type {{encodings: string[], marks: string[], sources: string[], exports: {[form: string]: string}, fetches: boolean}} */
    this.known = { encodings: [], marks: [], sources: [], exports: {}, fetches: false };
    /** What panels tell this page. @type {{say: (text: string) => void, fail: (error: unknown) => void, layersChanged: () => void, keep: (regions: Regions) => void}} */
    this.told = { say: (text) => this.say(text), fail: (error) => this.fail(error), layersChanged: () => this.#layers(), keep: (regions) => this.#keep(regions) };
    this.getting = new Getting({ ...this.told, got: (kept) => this.open(kept) });
    this.question = new Question({ ask: () => void this.ask(), changed: () => this.#able() });
    this.choice = new Choice({ changed: () => this.#able() });
    this.answers = new Answers(part('answers'), this.told);
    this.sees = new Sees(part('more'), { ...this.told, picture: () => this.picture?.id ?? null, regions: () => this.canvas?.regions ?? {} });
    this.history = new HistoryPanel({
      ...this.told,
      open: (entry) => this.showEntry(entry),
      replay: (entry) => this.replay(entry),
      exported: (entries) => exportRow(this.known.exports, () => entries.map((id) => ({ id })), this.told),
    });
    this.goesOn = element('input', { type: 'checkbox', id: 'goes-on' });
    this.onward = box(this.goesOn, 'Go on from these answers');
    this.onward.hidden = true;
    this.askButton = button('Ask', () => (this.asking ? this.asking.abort() : void this.ask()), { class: 'first', id: 'ask-button' });
    this.howMany = element('span', { class: 'quiet', id: 'how-many' });
    this.exporting = element('details', { id: 'export', hidden: true });
    this.shownAs = element('input', { id: 'shown-as', list: 'encodings', placeholder: 'as each cell says', autocomplete: 'off', spellcheck: false });
    this.shownLabel = element('label', { for: 'shown-as' });
    this.selectedRow = element('div', { class: 'field', hidden: true }, this.shownLabel, this.shownAs);
    this.#build();
  }

  #build() {
    this.goesOn.addEventListener('change', () => this.#able());
    this.shownAs.addEventListener('change', () => {
      for (const name of this.canvas?.selected ?? []) this.canvas?.setEncoding(name, this.shownAs.value.trim());
    });
    part('ask').append(element('h2', { id: 'ask-title' }, 'Ask'), this.question.root, this.selectedRow, this.choice.root,
      element('div', { class: 'row asks' }, this.askButton, this.howMany, this.onward));
    part('answers').append(this.exporting);
    part('history').addEventListener('click', () => void this.history.show());
    document.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!this.history.dialog.open) void this.history.show();
      }
    });
    document.body.append(this.getting.file);
    window.addEventListener('pagehide', () => this.#keepDraft());
  }

  async start() {
    await openSession();
    const [start, known] = await Promise.all([get('/api/start'), get('/api/choices')]);
    this.known = known;
    part('getting').append(...this.getting.buttons(known.fetches));
    part('empty').append(...this.#welcome());
    part('label').hidden = !start.folder;
    await this.#models();
    const entry = Number(new URLSearchParams(location.search).get('entry'));
    if (entry) await this.showEntry(entry);
    else if (!this.#drafted() && start.pictures[0]) this.open(start.pictures[0]);
    this.#able();
  }

  /** What was drawn before the window was loaded anew comes back; whether there was any. */
  #drafted() {
    try {
      const { picture, regions, question } = JSON.parse(sessionStorage.getItem(DRAFT) ?? '');
      this.open(picture, regions);
      this.question.text = question;
      return true;
    } catch {
      return false;
    }
  }

  #keepDraft() {
    if (!this.picture) return;
    const draft = { picture: this.picture, regions: this.canvas?.regions ?? {}, question: this.question.text };
    try {
      sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    } catch {
      sessionStorage.removeItem(DRAFT); // it is more than a browser holds
    }
  }

  #welcome() {
    return [element('p', { class: 'large' }, 'Drop a picture here, or paste one.'),
      quiet('Then draw what you mean, speak of it in a question, and see what each model answers.'),
      row(...this.getting.buttons(this.known.fetches))];
  }

  /** The models, looked at again until all are there. */
  async #models() {
    const { data } = await get('/api/models');
    this.choice.show(data, this.known);
    this.sees.show(data.map((/** @type {{id: string}} */ one) => one.id), this.known);
    const waits = data.some((/** @type {any} */ one) => !one.deixis.ready && !one.deixis.error);
    if (waits) setTimeout(() => void this.#models().catch(() => {}), SLOW);
    this.#able();
  }

  /** @param {Kept} kept @param {Regions} regions */
  open(kept, regions = {}) {
    this.picture = kept;
    part('empty').hidden = true;
    part('getting').hidden = false;
    const root = part('canvas');
    root.hidden = false;
    if (!this.canvas) {
      this.canvas = new Canvas(root, { tool: 'box', wheel: 'ctrl' });
      this.canvas.addEventListener('change', (event) => this.#drawn(/** @type {CustomEvent} */ (event).detail.names));
      this.canvas.addEventListener('select', () => this.#selected());
      this.canvas.addEventListener('done', () => this.question.field.focus());
    }
    this.canvas.setRegions(regions, { quiet: true });
    this.sees.clear();
    this.answers.show('', []);
    this.answers.entry = 0;
    this.exporting.hidden = true;
    this.before = Object.keys(regions);
    this.question.show(this.canvas.regions, this.canvas.colours);
    this.#able();
    this.say(`${kept.name ?? 'The picture'} is open, ${kept.width} by ${kept.height} pixels.`);
    void Promise.resolve(this.canvas.show(kept)).catch((error) => this.fail(error));
    history.replaceState(null, '', location.pathname);
  }

  /** Regions changed on the canvas. @param {string[]} names */
  #drawn(names) {
    if (!this.canvas) return;
    const { regions, colours } = this.canvas;
    const now = Object.keys(regions);
    const gone = names.filter((name) => !(name in regions));
    const come = names.filter((name) => name in regions && !(this.before ?? []).includes(name));
    const [old] = gone;
    const [name] = come;
    if (gone.length === 1 && come.length === 1 && old !== undefined && name !== undefined) this.question.rename(old, name);
    this.before = now;
    this.question.show(regions, colours);
    this.#selected();
    this.#able();
  }

  /** How what is selected is shown to the models, where it says so itself. */
  #selected() {
    const { selected = [], regions = {} } = this.canvas ?? {};
    const [name] = selected;
    this.selectedRow.hidden = name === undefined;
    if (name === undefined) return;
    this.shownLabel.textContent = selected.length > 1 ? `${selected.length} regions are shown as` : `${name} is shown as`;
    this.shownAs.value = regions[name]?.encoding ?? '';
  }

  /** What can be asked is told, and the button is as it can be pressed. */
  #able() {
    const cells = this.goesOn.checked ? this.answers.cells.length : this.choice.cells.length;
    this.choice.root.hidden = this.goesOn.checked;
    const why = !this.picture ? 'Open a picture first.' : !this.question.text.trim() ? 'Write a question.' : !cells ? 'Choose a model.' : '';
    this.howMany.textContent = this.asking ? '' : why || counted(cells, 'cell');
    this.askButton.textContent = this.asking ? 'Stop' : 'Ask';
    this.askButton.setAttribute('aria-disabled', String(!this.asking && Boolean(why)));
    return !why;
  }

  /** The question is asked of all cells. */
  async ask() {
    if (this.asking || !this.#able() || !this.picture) return;
    const { entry, cells } = this.answers;
    const goesOn = this.goesOn.checked && entry > 0;
    const asked = goesOn
      ? cells.filter((cell) => cell.record.text).map(({ record }) => ({ model: record.model, encoding: record.encoding, after: [entry, record.place] }))
      : this.choice.cells;
    const earlier = goesOn ? cells.filter((cell) => cell.record.text).map(({ record }) => [...(record.earlier ?? []), { question: this.answers.asked.textContent ?? '', text: record.text }]) : [];
    const question = this.question.text;
    this.answers.show(question, asked.map(({ model, encoding }, place) => ({ place, model, encoding, text: '', earlier: earlier[place] ?? [] })));
    part('answers').scrollIntoView({ block: 'nearest' });
    await this.#hear('/api/ask', { picture: this.picture.id, question, regions: this.canvas?.regions ?? {}, cells: asked });
    if (goesOn) this.question.text = '';
  }

  /** @param {string} path @param {unknown} body */
  async #hear(path, body) {
    this.asking = new AbortController();
    this.exporting.hidden = true;
    this.#able();
    this.say('Asked …');
    try {
      const answer = await stream(path, body, { signal: this.asking.signal });
      await hearEvents(answer, (name, told) => {
        this.answers.hear(name, told);
        if (name === 'entry') history.replaceState(null, '', `?entry=${told.entry}`);
        if (name === 'message' && told.error) this.fail(new Error(told.error.message));
      });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) this.fail(error);
    } finally {
      this.asking = null;
      this.answers.over();
      this.#asked();
    }
  }

  /** There are answers: one can go on from them, and export them. */
  #asked() {
    const has = this.answers.entry > 0 && this.answers.cells.some((cell) => cell.record.text);
    this.onward.hidden = !has;
    if (!has) this.goesOn.checked = false;
    this.exporting.hidden = !has;
    if (has) this.#showExport();
    this.#able();
  }

  #showExport() {
    const { cells, entry } = this.answers;
    const which = element('select', { id: 'export-cell' }, element('option', { value: '' }, 'the first with words; regions that were drawn'),
      ...cells.filter((cell) => cell.record.text).map((cell) => element('option', { value: cell.record.place }, `${letterOf(cell.record.place)}, ${cell.record.model}`)));
    const expected = element('input', { id: 'export-expected', placeholder: 'the words of that answer', autocomplete: 'off' });
    const entries = () => [{
      id: entry,
      ...(which.value === '' ? {} : { cell: Number(which.value) }),
      ...(expected.value.trim() ? { expected: expected.value.split('|').map((one) => one.trim()).filter(Boolean) } : {}),
    }];
    this.exporting.replaceChildren(element('summary', {}, 'Share or export'), exportRow(this.known.exports, entries, this.told, [
      field('Answer that counts', which), field('Right words, | between them', expected),
    ]));
  }

  /** An entry of the history takes the page. @param {number} id */
  async showEntry(id) {
    const entry = await get(`/api/history/${id}`);
    if (!entry.shown) throw new Error('the picture of this question is gone');
    this.#take(entry);
    this.answers.show(entry.question, entry.cells);
    this.answers.entry = entry.id;
    this.answers.over();
    history.replaceState(null, '', `?entry=${entry.id}`);
    this.#asked();
    part('answers').focus();
  }

  /** The same is asked once more. @param {number} id */
  async replay(id) {
    const entry = await get(`/api/history/${id}`);
    if (!entry.shown) throw new Error('the picture of this question is gone');
    this.#take(entry);
    this.answers.show(entry.question, entry.cells.map((/** @type {CellRecord} */ { place, model, encoding, earlier }) => ({ place, model, encoding, earlier, text: '' })));
    await this.#hear(`/api/history/${id}/replay`, {});
  }

  /** @param {any} entry */
  #take(entry) {
    if (this.asking) this.asking.abort();
    this.open(entry.shown, entry.regions);
    this.goesOn.checked = false;
    this.question.text = entry.question;
    this.choice.cells = entry.cells;
  }

  /** @param {Regions} regions */
  #keep(regions) {
    this.canvas?.insert(regions);
    this.say(`${Object.keys(regions).length} kept as regions.`);
  }

  #layers() {
    if (this.canvas) this.canvas.layers = [...this.sees.layers, ...this.answers.layers];
  }

  /** @param {string} text */
  say(text) {
    part('told').textContent = text;
    if (text) part('wrong').hidden = true;
  }

  /** @param {unknown} error */
  fail(error) {
    const wrong = part('wrong');
    wrong.textContent = error instanceof Error ? error.message : String(error);
    wrong.hidden = false;
    part('told').textContent = '';
  }
}

const page = new StudioPage();
page.start().catch((error) => page.fail(error));
