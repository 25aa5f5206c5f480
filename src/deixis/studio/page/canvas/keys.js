/** @file Keys of tools and commands, which a page may change, and the crosshair that arrows move. */

/** What each command is called, and its key. @type {{[command: string]: [string, string]}} */
export const COMMANDS = {
  select: ['Select', 'V'], box: ['Box', 'B'], point: ['Point', 'P'], ellipse: ['Ellipse', 'E'],
  polygon: ['Polygon', 'G'], lasso: ['Lasso', 'L'], scribble: ['Scribble', 'S'], brush: ['Brush', 'M'],
  eraser: ['Eraser', 'X'], arrow: ['Arrow', 'A'],
  undo: ['Undo', 'Ctrl+Z'], redo: ['Redo', 'Ctrl+Shift+Z'], remove: ['Remove', 'Delete'],
  duplicate: ['Duplicate', 'Ctrl+D'], all: ['Select all', 'Ctrl+A'], rename: ['Rename', 'F2'],
  fit: ['Fit', 'F'], closer: ['Zoom in', '+'], farther: ['Zoom out', '-'], zoom: ['Zoom to selected', 'Z'],
  next: ['Next handle', 'H'], wider: ['Wider brush', ']'], narrower: ['Narrower brush', '['],
  forward: ['Bring forward', 'PageUp'], backward: ['Send backward', 'PageDown'],
  image: ['Copy as picture', 'Ctrl+Shift+C'], magnify: ['Magnifier', 'Y'],
};

/** A key as it is written: "Ctrl+Shift+Z"; the command key of a Mac is Ctrl. @param {KeyboardEvent} event */
export function written(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shifted = event.shiftKey && (key.length > 1 || /[A-Z]/.test(key));
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shifted ? 'Shift+' : ''}${key}`;
}

/** The commands by their keys. @param {{[command: string]: string}} changed */
export function keymap(changed) {
  /** @type {Map<string, string>} */
  const map = new Map();
  for (const [command, [, usual]] of Object.entries(COMMANDS)) {
    const key = changed[command] ?? usual;
    const parts = key.split('+').map((part) => (part.length === 1 ? part.toUpperCase() : part));
    map.set(key === '+' ? '+' : parts.join('+'), command);
  }
  for (const [key, command] of [['Backspace', 'remove'], ['Ctrl+Y', 'redo'], ['=', 'closer']]) {
    if (!map.has(/** @type {string} */ (key))) map.set(/** @type {string} */ (key), /** @type {string} */ (command));
  }
  return map;
}

/** How an arrow key moves: (dx, dy), ten with Shift; null for other keys. @param {KeyboardEvent} event */
export function step(event) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = /** @type {{[key: string]: number[]}} */ (ways)[event.key];
  if (!way) return null;
  const far = event.shiftKey ? 10 : 1;
  return { x: /** @type {number} */ (way[0]) * far, y: /** @type {number} */ (way[1]) * far };
}
