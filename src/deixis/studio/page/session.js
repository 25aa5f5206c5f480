/**
 * Requests of our own pages: the link's secret, which stands behind the # of the address, is
 * exchanged once for a cookie and a token; the token goes with every request.
 */

const KEPT = 'deixis-token';
const HEADER = 'X-Deixis-Token';

/** What the server refused: its words, its status, and a code that programs tell errors apart by. */
export class Refused extends Error {
  /** @param {string} message @param {number} status @param {string | null} code */
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Open the session of this window: by the address's secret, or the one that it had before. */
export async function openSession() {
  const link = new URLSearchParams(location.hash.slice(1)).get('link');
  if (!link) return;
  history.replaceState(null, '', location.pathname + location.search);
  const answer = await fetch('/api/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ link }),
  });
  const told = await (await checked(answer)).json();
  localStorage.setItem(KEPT, told.token);
}

/**
 * A request with the token; Refused where the server refuses it.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  headers.set(HEADER, localStorage.getItem(KEPT) ?? '');
  return checked(await fetch(path, { ...options, headers }));
}

/** @param {string} path @returns {Promise<any>} */
export async function get(path) {
  return (await ask(path)).json();
}

/**
 * Send JSON, or a picture's bytes (a Blob).
 * @param {string} path
 * @param {unknown} body
 * @param {RequestInit} [options] as `method`, `signal`
 * @returns {Promise<any>}
 */
export async function send(path, body, options = {}) {
  return (await stream(path, body, options)).json();
}

/**
 * The same, where the answer is read as it comes.
 * @param {string} path
 * @param {unknown} body
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export function stream(path, body, options = {}) {
  const isBytes = body instanceof Blob;
  const headers = { 'Content-Type': isBytes ? 'application/octet-stream' : 'application/json' };
  const sent = isBytes ? body : JSON.stringify(body);
  return ask(path, { method: 'POST', headers, body: sent, ...options });
}

/** Save what stands at a path as a file. @param {string} path @param {string} name */
export async function download(path, name) {
  saved(await (await ask(path)).blob(), name);
}

/** @param {Blob} blob @param {string} name */
export function saved(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {Response} answer */
async function checked(answer) {
  if (answer.ok) return answer;
  let error = { message: `the studio answered ${answer.status}`, code: null };
  try {
    error = (await answer.json()).error ?? error;
  } catch {
    // no JSON: the status has to do
  }
  throw new Refused(error.message, answer.status, error.code);
}
