/** @file The history: questions that were asked, searched, opened, asked again, deleted, exported. */

import { element } from '../canvas/elements.js';
import { ask, get } from '../session.js';

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
    this.told = element('p', { class: 'quiet', role: 'status' });
    this.list = element('ul', { class: 'lines', 'aria-label': 'Questions' });
    this.more = element('button', { type: 'button', hidden: true }, 'Earlier ones');
    this.exporting = element('details', { class: 'sent' });
    const close = element('button', { type: 'button' }, 'Close');
    this.dialog = element('dialog', { class: 'side', 'aria-labelledby': 'history-title' },
      element('div', { class: 'row between' }, element('h2', { id: 'history-title' }, 'History'), close),
      element('label', { for: 'search' }, 'Search'), this.search, this.told, this.list, this.more, this.exporting);
    document.body.append(this.dialog);
    close.addEventListener('click', () => this.dialog.close());
    this.search.addEventListener('input', () => {
      clearTimeout(this.asked);
      this.asked = setTimeout(() => void this.look(), PATIENCE);
    });
    this.more.addEventListener('click', () => void this.look(this.lines.at(-1)?.id));
    this.list.addEventListener('keydown', (event) => this.#keys(event));
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
    this.told.textContent = lines.length ? `${lines.length} ${lines.length === 1 ? 'question' : 'questions'}` : 'No question was found.';
    this.list.replaceChildren(...lines.map((line) => this.#line(line)));
    this.exporting.hidden = !lines.length;
    this.exporting.replaceChildren(element('summary', {}, 'Export all that are listed'), this.owner.exported(lines.map((one) => one.id)));
  }

  /** @param {Line} line */
  #line(line) {
    const when = new Date(line.when * 1000);
    const open = element('button', { type: 'button', class: 'line' },
      element('strong', {}, line.question),
      element('span', { class: 'quiet' }, `${counted(line.models)} · ${when.toLocaleString()}`),
      element('span', { class: 'quiet first-words' }, line.first));
    const image = element('img', { src: `/pictures/${line.picture}`, alt: '', loading: 'lazy', width: 64, height: 64 });
    const again = element('button', { type: 'button', 'aria-label': `Ask again: ${line.question}` }, 'Ask again');
    const remove = element('button', { type: 'button', 'aria-label': `Delete: ${line.question}` }, 'Delete');
    open.addEventListener('click', () => this.#leaveFor(this.owner.open(line.id)));
    again.addEventListener('click', () => this.#leaveFor(this.owner.replay(line.id)));
    remove.addEventListener('click', () => void this.#remove(line, remove));
    return element('li', {}, image, open, element('div', { class: 'row' }, again, remove));
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

  /** Arrows go from question to question. @param {KeyboardEvent} event */
  #keys(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way) return;
    const all = [...this.list.querySelectorAll('button.line')];
    const item = event.target instanceof Element ? event.target.closest('li') : null;
    const at = all.findIndex((one) => item?.contains(one));
    const next = all[at + way];
    if (!(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus();
  }
}

/** Each name once, with how often it stands there. @param {string[]} names */
function counted(names) {
  return [...new Set(names)].map((name) => {
    const times = names.filter((one) => one === name).length;
    return times > 1 ? `${name} × ${times}` : name;
  }).join(', ');
}
