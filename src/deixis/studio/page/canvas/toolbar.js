/** @file The tool bar: real buttons with their keys; arrows go from one to the next. */

import { element, focusedNear } from './elements.js';
import { COMMANDS } from './keys.js';
import { svg } from './overlay.js';

const ICONS = /** @type {{[command: string]: string}} */ ({
  select: 'M5 3l13 9-6 1-3 6z', box: 'M4 6h16v12H4z', point: 'M12 4v4m0 8v4M4 12h4m8 0h4m-8-1v2',
  ellipse: 'M3 12a9 6 0 1 0 18 0a9 6 0 1 0-18 0z', polygon: 'M12 3l8 6-3 10H8L4 9z',
  lasso: 'M5 13c-2-5 3-8 8-8s8 3 7 7-7 5-11 4-3 4 0 4', scribble: 'M3 15c4-10 5-10 6-4s3 6 5-1 3-4 7 1',
  brush: 'M19 4l-9 10m-2 0c-3 0-3 4-5 5 4 1 7 0 7-3z', eraser: 'M8 19l-5-5 9-10 8 8-7 7zm-1-9l8 8M8 19h12',
  arrow: 'M4 4l14 14m0-9v9H9', undo: 'M9 5L4 10l5 5M4 10h10a5 5 0 0 1 0 10h-3',
  redo: 'M15 5l5 5-5 5m5-5H10a5 5 0 0 0 0 10h3', fit: 'M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5',
  closer: 'M12 5v14M5 12h14', farther: 'M5 12h14', remove: 'M5 7h14M10 4h4M7 7l1 13h8l1-13',
});

export class Toolbar {
  /** @param {string[]} tools @param {Map<string, string>} keys @param {(command: string) => void} run */
  constructor(tools, keys, run) {
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    this.tools = new Set(tools);
    this.root = element('div', { class: 'dx-toolbar', role: 'toolbar', 'aria-label': 'Tools' });
    const keyOf = new Map([...keys].reverse().map(([key, command]) => [command, key]));
    for (const command of [...tools, 'undo', 'redo', 'remove', 'farther', 'closer', 'fit']) {
      const [name = command] = COMMANDS[command] ?? [];
      const key = keyOf.get(command) ?? '';
      const icon = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
      icon.append(svg('path', { d: ICONS[command] ?? '' }));
      const button = element('button', { type: 'button', class: 'dx-tool', 'aria-label': name, title: key ? `${name} (${key})` : name,
        'aria-keyshortcuts': key === '+' ? 'Plus' : key.replace('Ctrl', 'Control') || undefined,
        'aria-pressed': this.tools.has(command) ? 'false' : undefined, 'data-command': command });
      button.append(icon);
      if (this.tools.has(command)) button.append(element('kbd', { 'aria-hidden': 'true' }, key));
      if (command === 'undo') button.classList.add('dx-apart');
      button.addEventListener('click', () => run(command));
      this.buttons.set(command, button);
      this.root.append(button);
    }
    this.root.addEventListener('keydown', (event) => this.#go(event));
    this.#stop(this.buttons.values().next().value);
  }

  /** One button is reached by Tab. @param {HTMLButtonElement | undefined} chosen */
  #stop(chosen) {
    for (const button of this.buttons.values()) button.tabIndex = button === chosen ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  #go(event) {
    const all = [...this.buttons.values()].filter((button) => !button.disabled);
    const at = all.findIndex((button) => button === event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    const next = to === undefined ? undefined : all[(to + all.length) % all.length];
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    this.#stop(next);
    next.focus();
  }

  /** @param {string} tool @param {{[command: string]: boolean}} able */
  show(tool, able) {
    for (const [command, button] of this.buttons) {
      if (this.tools.has(command)) button.setAttribute('aria-pressed', String(command === tool));
      if (command in able) button.setAttribute('aria-disabled', String(!able[command]));
    }
    const pressed = this.buttons.get(tool);
    if (pressed && !this.root.contains(focusedNear(this.root))) this.#stop(pressed);
  }
}
