// What the tests of the canvas hold in the page: ?options=JSON&picture=JSON&regions=URL.
import { Canvas } from '/page/canvas.js';

const asked = new URLSearchParams(location.search);
const canvas = new Canvas(document.querySelector('#canvas'), JSON.parse(asked.get('options') ?? '{}'));
const heard = [];
for (const name of ['change', 'select', 'tool', 'view', 'done', 'leave', 'picture']) {
  canvas.addEventListener(name, (event) => heard.push({ name, detail: event.detail }));
}
Object.assign(window, { Canvas, canvas, heard });
const ready = canvas.show(JSON.parse(asked.get('picture')));
if (asked.has('regions')) canvas.setRegions(await (await fetch(asked.get('regions'))).json(), { quiet: true });
await ready;
window.isReady = true;
