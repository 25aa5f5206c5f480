const { regions } = await (await fetch('/shapes')).json();
const image = Object.assign(new Image(), { src: '/picture', id: 'picture' });
document.querySelector('#held').append(image);
await image.decode();
const annotator = window.Annotorious.createImageAnnotator(image, { drawingEnabled: false });
window.annotator = annotator;

function selectorOf(region) {
  const pairs = region.box ? [region.box.slice(0, 2), region.box.slice(2)] : region.rings[0];
  const xs = pairs.map(([x]) => x), ys = pairs.map(([, y]) => y);
  const bounds = { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
  if (!region.box) return { type: 'POLYGON', geometry: { bounds, points: pairs } };
  const { minX: x, minY: y } = bounds;
  return { type: 'RECTANGLE', geometry: { bounds, x, y, w: bounds.maxX - x, h: bounds.maxY - y } };
}

const start = performance.now();
annotator.setAnnotations(Object.entries(regions).map(([id, region]) => (
  { id, bodies: [], target: { annotation: id, selector: selectorOf(region) } })));
window.loading = performance.now() - start;
window.isReady = true;
