/**
 * @file The picker: a person draws on one picture, and Enter hands it over to whoever asked. The
 * program notices by an open connection whether this window is still there.
 */

import { Canvas } from './canvas.js';
import { ask, get, openSession, send } from './session.js';

const AGAIN = 4000; // milliseconds in which Esc leaves what was drawn
const HINT = 'Choose a tool, draw, and press Enter.';

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const done = /** @type {HTMLButtonElement} */ (at('done'));

let isOver = false;
let last = 'Nobody waits for this picture any more.'; // said when the connection ends
let leaveUntil = 0;

/** @param {string} text @param {boolean} [isWrong] */
function tell(text, isWrong = false) {
  at('told').textContent = text;
  at('told').classList.toggle('wrong', isWrong);
}

/** @param {string} text */
function end(text) {
  if (isOver) return;
  isOver = true;
  at('end').textContent = text;
  at('over').hidden = false;
  at('canvas').inert = true;
  document.title = `${text} – Deixis`;
  window.close(); // which browsers allow where a program opened the window
}

/** The connection ends when the program no longer waits, and the program hears when this does. */
async function stayThere() {
  try {
    const { body } = await ask('/api/point/there');
    const reader = body?.getReader();
    while (reader && !(await reader.read()).done);
  } catch {
    // the program is gone, as below
  }
  end(last);
}

/** @param {Canvas} canvas */
async function handOver(canvas) {
  if (isOver || done.disabled) return;
  done.disabled = true;
  tell('');
  try {
    last = 'Handed over.';
    await send('/api/point', { regions: canvas.regions });
    end(last);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), true);
    done.disabled = false;
  }
}

/** @param {Canvas} canvas */
async function leave(canvas) {
  if (isOver) return;
  const isDrawn = Object.keys(canvas.regions).length > 0;
  if (isDrawn && Date.now() > leaveUntil) {
    leaveUntil = Date.now() + AGAIN;
    tell('Leave, and hand nothing over? Esc again leaves.', true);
    return;
  }
  last = 'Left.';
  try {
    await send('/api/point/leave', {});
  } finally {
    end(last);
  }
}

async function begin() {
  await openSession();
  const task = await get('/api/point');
  at('what').textContent = task.what ? `Point at ${task.what}` : 'Point';
  at('name').textContent = task.name;
  document.title = `${task.what || task.name || 'Point'} – Deixis`;
  /** @type {string[]} */
  const tools = task.tools;
  const all = tools.includes('brush') ? [...tools, 'eraser'] : tools;
  const canvas = new Canvas(at('canvas'), tools.length ? { tools: ['select', ...all], tool: tools[0] } : { tool: 'box' });
  canvas.addEventListener('change', () => {
    const count = Object.keys(canvas.regions).length;
    done.disabled = count === 0;
    tell(count ? '' : HINT);
  });
  canvas.addEventListener('done', () => handOver(canvas));
  canvas.addEventListener('leave', () => leave(canvas));
  done.addEventListener('click', () => handOver(canvas));
  at('leave').addEventListener('click', () => leave(canvas));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.target !== document.body) return;
    if (event.key === 'Enter') handOver(canvas);
    if (event.key === 'Escape') leave(canvas);
  });
  await canvas.show(task.picture);
  tell(HINT);
  /** @type {HTMLElement | null} */ (at('canvas').querySelector('.dx-stage'))?.focus();
  document.documentElement.dataset.ready = String(Date.now());
  await stayThere();
}

begin().catch((error) => {
  at('what').textContent = 'This picture cannot be pointed in';
  tell(error instanceof Error ? error.message : String(error), true);
  done.disabled = true;
});
