/** @file The canvas in a notebook: anywidget calls render, and keeps the model in step with Python. */

import { Canvas } from './canvas.js';

/** @import {Region, Regions} from './canvas/types.js' */

/**
 * @typedef {object} Model anywidget's, in the part that is used here
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, told: () => void) => void} on
 * @property {(event: string, told: () => void) => void} off
 */

const SOON = 120; // ms in which changes become one message
const FORM = 'region/1';

/** The same text for the same regions, whatever the order of their fields. @param {unknown} value */
const written = (value) => JSON.stringify(value, (key, one) => {
  if (key === 'deixis' || one === null) return undefined;
  if (!one || typeof one !== 'object' || Array.isArray(one)) return one;
  return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
});

/** What Python has becomes what the canvas has: an encoding stands in its region. @param {Model} model @returns {Regions} */
function shown(model) {
  const encodings = model.get('encodings') ?? {};
  const regions = /** @type {Regions} */ (model.get('regions') ?? {});
  return Object.fromEntries(Object.entries(regions).map(([name, region]) => (
    [name, encodings[name] ? { ...region, encoding: encodings[name] } : region]
  )));
}

/** And back: a region as Python writes it, and its encoding beside. @param {Regions} drawn */
function apart(drawn) {
  const regions = /** @type {{[name: string]: object}} */ ({});
  const encodings = /** @type {{[name: string]: string}} */ ({});
  for (const [name, { encoding, ...region }] of Object.entries(drawn)) {
    regions[name] = { deixis: FORM, ...region };
    if (encoding) encodings[name] = encoding;
  }
  return { regions, encodings };
}

/** @param {DataView<ArrayBuffer> | ArrayBuffer} bytes */
function urlOf(bytes) {
  const view = bytes instanceof DataView ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const kind = view[0] === 0xff ? 'image/jpeg' : 'image/png';
  return URL.createObjectURL(new Blob([view], { type: kind }));
}

/** @param {{model: Model, el: HTMLElement}} given @returns {() => void} what ends it */
function render({ model, el }) {
  const place = document.createElement('div');
  place.className = 'deixis-widget';
  place.dataset.lmSuppressShortcuts = 'true'; // JupyterLab's keys of cells are not for here
  place.style.height = `${model.get('height')}px`;
  for (const event of ['keydown', 'keyup', 'copy', 'cut', 'paste']) place.addEventListener(event, (told) => told.stopPropagation());
  el.append(place);
  const canvas = new Canvas(place, { tools: model.get('tools'), wheel: 'ctrl' });
  let url = '', timer = 0;

  function showPicture() {
    URL.revokeObjectURL(url);
    url = urlOf(model.get('picture'));
    const [width, height] = model.get('size');
    canvas.show({ width, height, url });
  }

  function showRegions() {
    if (timer) return; // what is being drawn here is told first
    const regions = shown(model);
    if (written(regions) !== written(canvas.regions)) canvas.setRegions(regions, { quiet: true });
  }

  function tell() {
    timer = 0;
    const { regions, encodings } = apart(canvas.regions);
    model.set('regions', regions);
    model.set('encodings', encodings);
    model.save_changes();
  }

  function changed() {
    if (!timer && written(shown(model)) === written(canvas.regions)) return;
    clearTimeout(timer);
    timer = setTimeout(tell, SOON);
  }

  const select = () => {
    const names = model.get('selected') ?? [];
    if (written(names) !== written(canvas.selected)) canvas.select(names);
  };
  const selected = () => {
    model.set('selected', [...canvas.selected]);
    model.save_changes();
  };
  const heard = {
    'change:picture': showPicture, 'change:regions': showRegions, 'change:encodings': showRegions, 'change:selected': select,
  };
  showPicture();
  canvas.setRegions(shown(model), { quiet: true });
  canvas.addEventListener('change', changed);
  canvas.addEventListener('select', selected);
  for (const [name, told] of Object.entries(heard)) model.on(name, told);
  return () => {
    if (timer) {
      clearTimeout(timer);
      tell();
    }
    for (const [name, told] of Object.entries(heard)) model.off(name, told);
    canvas.destroy();
    URL.revokeObjectURL(url);
  };
}

export default { render };
