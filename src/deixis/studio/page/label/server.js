/** @file What label mode asks of the server, in the name of who labels. */

import { ask, send } from '../session.js';

const BY = 'deixis-by';
const ROOT = '/api/label';

/**
 * A picture's regions as they are kept, or were refused.
 * @typedef {{regions: {[name: string]: any}, size: number[], done: boolean, by: string, at: string}} Version
 * @typedef {Version & {who: string, mine: boolean}} RefusedVersion
 * @typedef {{width: number, height: number, id: string, url?: string, tiles?: any}} ShownPicture
 * @typedef {{key: string, name: string, picture: ShownPicture, kept: Version | null,
 *   revision: string, refused: RefusedVersion[], holder: string | null}} Opened
 * @typedef {{name: string, key: string}} Label
 * @typedef {{key: string, name: string, state: 'open' | 'begun' | 'done'}} Listed
 */

export const who = {
  get name() {
    return localStorage.getItem(BY) ?? '';
  },
  set name(name) {
    localStorage.setItem(BY, name);
  },
};

/** This window among those of one browser; it is the same when the page is loaded again. */
const WINDOW = sessionStorage.getItem('deixis-window') ?? String(Math.random()).slice(2);
sessionStorage.setItem('deixis-window', WINDOW);

const named = (headers = {}) => ({ ...headers, 'X-Deixis-By': encodeURIComponent(who.name), 'X-Deixis-Window': WINDOW });

/** @param {string} path @returns {Promise<any>} */
export async function read(path) {
  return (await ask(ROOT + path, { headers: named() })).json();
}

/** @param {string} path @param {unknown} body @param {RequestInit} [options] @returns {Promise<any>} */
export function write(path, body, options = {}) {
  return send(ROOT + path, body, { ...options, headers: named({ 'Content-Type': 'application/json' }) });
}

/** @param {string} key */
export const placeOf = (key) => `/pictures/${key}`;
