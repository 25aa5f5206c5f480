/** @file The history: questions that were asked, searched, opened, asked again, deleted, exported. */

import { element } from '../canvas/elements.js';
import { ask, get } from '../session.js';
import { button, counted, quiet, row } from './parts.js';

/** @typedef {{id: number, when: number, picture: string, question: string, models: string[], first: string}} Line */

const PATIENCE = 150; // milliseconds after the last key

export class HistoryPanel {
  /** @param {{open: (entry: number) => Promise<void>, replay: (entry: number) => Promise<void>, exported: (entries: number[]) => HTMLElement, say: (text: string) => void, fail: (error: unknown) => void}} owner */
  constructor(owner) {
    this.owner = owner;
    this.asked = 0;
    /** @type {Line[]} */
    this.lines = [];
    this.search = element('input', { type: 'search', id: 'search', autocomplete: 'off', placeholder: 'words, labels, models' });
    this.told = quiet();
    this.told.setAttribute('role', 'status');
    this.list = element('ul', { class: 'lines', 'aria-label': 'Questions' });
    this.more = button('Earlier ones', () => void this.look(this.lines.at(-1)?.id));
    this.more.hidden = true;
    this.exporting = element('details', { class: 'sent' });
    const close = button('Close', () => this.dialog.close());
    this.dialog = element('dialog', { class: 'side', 'aria-labelledby': 'history-title' },
      element('div', { class: 'row between' }, element('h2', { id: 'history-title' }, 'History'), close),
      element('label', { for: 'search' }, 'Search'), this.search, this.told, this.list, this.more, this.exporting);
    document.body.append(this.dialog);
    this.search.addEventListener('input', () => {
      clearTimeout(this.asked);
      this.asked = setTimeout(() => void this.look(), PATIENCE);
    });
  }

  async show() {
    this.dialog.showModal();
    this.search.focus();
    await this.look();
  }

  /** @param {number} [before] lines before that id are added */
  async look(before) {
    const query = new URLSearchParams({ query: this.search.value, ...(before ? { before: String(before) } : {}) });
    try {
      const { entries } = await get(`/api/history?${query}`);
      this.lines = before ? [...this.lines, ...entries] : entries;
      this.more.hidden = entries.length < 200;
      this.#draw();
    } catch (error) {
      this.owner.fail(error);
    }
  }

  #draw() {
    const { lines } = this;
    this.told.textContent = lines.length ? counted(lines.length, 'question') : 'No question was found.';
    this.list.replaceChildren(...lines.map((line) => this.#line(line)));
    this.exporting.hidden = !lines.length;
    this.exporting.replaceChildren(element('summary', {}, 'Export all that are listed'), this.owner.exported(lines.map((one) => one.id)));
  }

  /** @param {Line} line */
  #line(line) {
    const when = new Date(line.when * 1000);
    const open = element('button', { type: 'button', class: 'line' },
      element('strong', {}, line.question),
      element('span', { class: 'quiet' }, `${each(line.models)} · ${when.toLocaleString()}`),
      element('span', { class: 'quiet first-words' }, line.first));
    const image = element('img', { src: `/pictures/${line.picture}`, alt: '', loading: 'lazy', width: 64, height: 64 });
    open.addEventListener('click', () => this.#leaveFor(this.owner.open(line.id)));
    const again = button('Ask again', () => this.#leaveFor(this.owner.replay(line.id)), { 'aria-label': `Ask again: ${line.question}` });
    const remove = button('Delete', (own) => void this.#remove(line, own), { 'aria-label': `Delete: ${line.question}` });
    return element('li', {}, image, open, row(again, remove));
  }

  /** @param {Promise<void>} done */
  #leaveFor(done) {
    this.dialog.close();
    done.catch((error) => this.owner.fail(error));
  }

  /** Deleted by the second press. @param {Line} line @param {HTMLButtonElement} button */
  async #remove(line, button) {
    if (button.dataset.sure === undefined) {
      button.dataset.sure = '';
      button.textContent = 'Delete for good?';
      button.setAttribute('aria-label', `Delete for good: ${line.question}`);
      return;
    }
    try {
      await ask(`/api/history/${line.id}`, { method: 'DELETE' });
    } catch (error) {
      this.owner.fail(error);
    }
    const at = this.lines.indexOf(line);
    this.lines = this.lines.filter((one) => one !== line);
    this.#draw();
    const next = this.list.children[Math.min(at, this.lines.length - 1)]?.querySelector('button') ?? this.search;
    next.focus();
    this.owner.say('Deleted.');
  }
}

/** Each name once, with how often it stands there. @param {string[]} names */
function each(names) {
  return [...new Set(names)].map((name) => {
    const times = names.filter((one) => one === name).length;
    return times > 1 ? `${name} × ${times}` : name;
  }).join(', ');
}
