/** @file Questions leave the studio as files. */

import { element } from '../canvas/elements.js';
import { saved, stream } from '../session.js';
import { button, row } from './parts.js';

/** @typedef {{id: number, cell?: number, expected?: string[]}} Exported */

let number = 0;

/**
 * A form, and a button that saves the file.
 * @param {{[form: string]: string}} forms by their names, what people read of them
 * @param {() => Exported[]} entries
 * @param {{say: (text: string) => void, fail: (error: unknown) => void}} owner
 * @param {HTMLElement[]} more parts between
 */
export function exportRow(forms, entries, owner, more = []) {
  const id = `form-${++number}`;
  const select = element('select', { id }, ...Object.entries(forms).map(([value, title]) => element('option', { value }, title)));
  const save = button('Export', async () => {
    try {
      const lost = await exported(select.value, entries());
      owner.say(lost ? `Exported; the form cannot hold all: ${lost}` : 'Exported.');
    } catch (error) {
      owner.fail(error);
    }
  });
  return element('div', { class: 'exporting' }, ...more, row(element('label', { for: id }, 'As'), select, save));
}

/** The file is saved; what its form could not hold. @param {string} form @param {Exported[]} entries */
async function exported(form, entries) {
  const answer = await stream('/api/exports', { form, entries });
  const name = /filename="([^"]*)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'export';
  saved(await answer.blob(), name);
  return answer.headers.get('x-deixis-lost') ?? '';
}
