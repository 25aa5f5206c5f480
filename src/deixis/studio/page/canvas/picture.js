/** @file The picture's pixels, whole with halved copies or by tiles of which only those in sight are loaded. */

/** @import {Rect, Picture} from './types.js' */

const MOST_TILES = 240; // that are kept; some 250 MB of 512 x 512
const AT_ONCE = 6; // that are being loaded
const SMALLEST = 1024; // the longer side of the last halved copy
const STRIP = 256; // rows that are halved in one go

/** @typedef {{image: CanvasImageSource, width: number, height: number, dx?: number, dy?: number,
 *   share?: number}} Level a part from dx, dy on; `share` pixels of it are one of the picture */

/** @param {string} url */
async function opened(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** @param {number} width @param {number} height */
function canvasOf(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return { canvas, context: /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')) };
}

const pause = () => new Promise((go) => { setTimeout(go, 4); });

/** A picture draws any part of itself at any scale. */
export class Source {
  /** @param {Picture} picture @param {(rect: Rect) => void} arrived is told what can be drawn now */
  constructor(picture, arrived) {
    this.picture = picture;
    this.arrived = arrived;
    this.gone = false;
    /** @type {Level[]} */
    this.levels = [];
    /** @type {Map<string, HTMLImageElement | null>} null while it is being loaded */
    this.tiles = new Map();
    /** @type {string[]} */
    this.wanted = [];
    this.loading = 0;
    /** @type {Promise<void>} */
    this.ready = picture.url && !picture.tiles ? this.#open(picture.url) : Promise.resolve();
  }

  destroy() {
    this.gone = true;
    for (const { image } of this.levels) if (image instanceof ImageBitmap) image.close();
    this.levels = [];
    this.tiles.clear();
    this.wanted = [];
  }

  get whole() {
    return { x0: 0, y0: 0, x1: this.picture.width, y1: this.picture.height };
  }

  /** @param {string} url */
  async #open(url) {
    const image = await createImageBitmap(await opened(url));
    if (this.gone) return image.close();
    this.levels = [{ image, width: image.width, height: image.height }];
    this.arrived(this.whole);
    await this.#halve();
  }

  /** Copies of half the size each are made in strips, so that no task is long. */
  async #halve() {
    let last = /** @type {Level} */ (this.levels[0]);
    while (Math.max(last.width, last.height) > SMALLEST) {
      const width = Math.ceil(last.width / 2), height = Math.ceil(last.height / 2);
      const { canvas, context } = canvasOf(width, height);
      for (let top = 0; top < height; top += STRIP) {
        context.save();
        context.beginPath();
        context.rect(0, top, width, STRIP);
        context.clip();
        context.drawImage(last.image, 0, 0, width, height);
        context.restore();
        await pause();
        if (this.gone) return;
      }
      last = { image: canvas, width, height };
      this.levels.push(last);
    }
    if (this.levels.length > 1) this.arrived(this.whole);
  }

  /** @param {number} scale device pixels a pixel @param {number} count of levels */
  #level(scale, count) {
    return Math.max(0, Math.min(count - 1, Math.floor(-Math.log2(scale) + 1e-9)));
  }

  /**
   * Draws a part of the picture into a part of a context, both exactly.
   * @param {CanvasRenderingContext2D} context
   * @param {Rect} part whole pixels of the context
   * @param {{x: number, y: number, scale: number}} at the picture's corner and scale in the context
   */
  draw(context, part, { x, y, scale }) {
    const { width, height } = this.picture;
    context.save();
    context.beginPath();
    context.rect(part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
    context.clip();
    context.imageSmoothingEnabled = scale < 2;
    const seen = { x0: (part.x0 - x) / scale, y0: (part.y0 - y) / scale, x1: (part.x1 - x) / scale, y1: (part.y1 - y) / scale };
    const level = this.picture.tiles ? this.#assembled(seen, scale)
      : this.levels[this.#level(scale, this.levels.length)];
    if (level) {
      const across = level.share ?? level.width / width, down = level.share ?? level.height / height;
      // whole pixels of the level, with some more, so that parts join without seams
      const left = Math.max(0, Math.floor(seen.x0 * across) - 2), top = Math.max(0, Math.floor(seen.y0 * down) - 2);
      const right = Math.min(level.width, Math.ceil(seen.x1 * across) + 2);
      const bottom = Math.min(level.height, Math.ceil(seen.y1 * down) + 2);
      const { dx = 0, dy = 0 } = level;
      if (right > left && bottom > top) {
        context.drawImage(level.image, left - dx, top - dy, right - left, bottom - top,
          x + left / across * scale, y + top / down * scale, (right - left) / across * scale, (bottom - top) / down * scale);
      }
    }
    context.restore();
  }

  /**
   * The tiles of a part stand side by side in one canvas, so that they join without seams.
   * @param {Rect} seen @param {number} scale
   * @returns {Level | null}
   */
  #assembled(seen, scale) {
    const { width, height, tiles } = this.picture;
    if (!tiles) return null;
    const level = this.#level(scale, tiles.levels);
    const share = 2 ** -level, wide = Math.ceil(width * share), high = Math.ceil(height * share);
    const dx = Math.max(0, Math.floor(seen.x0 * share) - 2), dy = Math.max(0, Math.floor(seen.y0 * share) - 2);
    const right = Math.min(wide, Math.ceil(seen.x1 * share) + 2), bottom = Math.min(high, Math.ceil(seen.y1 * share) + 2);
    if (right <= dx || bottom <= dy) return null;
    const { canvas, context } = canvasOf(right - dx, bottom - dy);
    for (let row = Math.floor(dy / tiles.size); row * tiles.size < bottom; row++) {
      for (let column = Math.floor(dx / tiles.size); column * tiles.size < right; column++) {
        this.#place(context, level, column, row, { dx, dy });
      }
    }
    return { image: canvas, width: wide, height: high, dx, dy, share };
  }

  /**
   * A tile, or until it is there the part of a coarser one.
   * @param {CanvasRenderingContext2D} context @param {number} level @param {number} column
   * @param {number} row @param {{dx: number, dy: number}} offset
   */
  #place(context, level, column, row, { dx, dy }) {
    const { size, levels } = /** @type {NonNullable<Picture['tiles']>} */ (this.picture.tiles);
    const key = `${level}/${column}/${row}`;
    const tile = this.tiles.get(key);
    const left = column * size - dx, top = row * size - dy;
    if (tile) {
      this.tiles.delete(key); // the one that was used last goes last
      this.tiles.set(key, tile);
      context.drawImage(tile, left, top);
      return;
    }
    if (tile === undefined && !this.wanted.includes(key)) {
      this.wanted.push(key);
      this.#load();
    }
    for (let up = 1; level + up < levels; up++) {
      const coarse = this.tiles.get(`${level + up}/${column >> up}/${row >> up}`);
      if (!coarse) continue;
      const part = size / 2 ** up, mask = 2 ** up - 1;
      const sx = (column & mask) * part, sy = (row & mask) * part;
      const wide = Math.min(part, coarse.naturalWidth - sx), high = Math.min(part, coarse.naturalHeight - sy);
      if (wide > 0 && high > 0) context.drawImage(coarse, sx, sy, wide, high, left, top, wide * 2 ** up, high * 2 ** up);
      return;
    }
  }

  /** Draws again until no tile is missing. @param {() => void} draw */
  async complete(draw) {
    await this.ready;
    draw();
    while (this.loading || this.wanted.length) {
      await pause();
      if (!this.loading && !this.wanted.length) draw();
    }
  }

  /** What is wanted no more is not loaded; the last that was asked for comes first. */
  forget() {
    this.wanted = [];
  }

  #load() {
    while (this.loading < AT_ONCE && this.wanted.length) {
      const key = /** @type {string} */ (this.wanted.pop());
      const [level = 0, column = 0, row = 0] = key.split('/').map(Number);
      const { url, size } = /** @type {NonNullable<Picture['tiles']>} */ (this.picture.tiles);
      this.tiles.set(key, null);
      this.loading++;
      opened(url.replace('{level}', String(level)).replace('{x}', String(column)).replace('{y}', String(row)))
        .then((image) => {
          if (this.gone) return;
          this.tiles.set(key, image);
          const wide = size * 2 ** level;
          this.arrived({ x0: column * wide, y0: row * wide, x1: (column + 1) * wide, y1: (row + 1) * wide });
        }, () => this.tiles.delete(key))
        .finally(() => {
          this.loading--;
          this.#trim();
          if (!this.gone) this.#load();
        });
    }
  }

  #trim() {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= MOST_TILES) break;
      if (tile) this.tiles.delete(key);
    }
  }
}
