/** @file Small parts that all panels are made of. */

import { element } from '../canvas/elements.js';

/** @param {string} text @param {(button: HTMLButtonElement) => void} run @param {{[name: string]: string | undefined}} [more] attributes */
export function button(text, run, more = {}) {
  const made = element('button', { type: 'button', ...more }, text);
  made.addEventListener('click', () => run(made));
  return made;
}

/** @param {(Node | string)[]} parts */
export const row = (...parts) => element('div', { class: 'row' }, ...parts);

/** @param {(Node | string)[]} parts */
export const quiet = (...parts) => element('p', { class: 'quiet' }, ...parts);

/** A check box with its words. @param {HTMLInputElement} input @param {string} text @param {string} [title] */
export const box = (input, text, title) => element('label', { class: 'box', title }, input, element('span', {}, text));

/** @param {string} text @param {HTMLElement} input */
export const field = (text, input) => element('div', { class: 'field' }, element('label', { for: input.id }, text), input);

/** "1 region", "2 regions". @param {number} num @param {string} one */
export const counted = (num, one) => `${num} ${one}${num === 1 ? '' : 's'}`;
