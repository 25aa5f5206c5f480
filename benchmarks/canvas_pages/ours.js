import { Canvas } from '/page/canvas.js';

const { regions, width, height } = await (await fetch('/shapes')).json();
const canvas = new Canvas(document.querySelector('#held'), { tool: 'select' });
window.canvas = canvas;
await canvas.show({ width, height, url: '/picture' });
const start = performance.now();
canvas.setRegions(regions, { quiet: true });
window.loading = performance.now() - start;
window.isReady = true;
