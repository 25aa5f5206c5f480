/** @file Two versions of a picture: both are shown, and a person decides. */

import { element } from '../canvas/elements.js';
import { placeOf, write } from './server.js';

/** @import {Opened, RefusedVersion} from './server.js' */

const LAYER = 'other version';
const STYLE = { colour: '#00a37a', width: 3, fill: false };
const same = (/** @type {any} */ one, /** @type {any} */ other) => JSON.stringify(one) === JSON.stringify(other);

/** Both versions together; what has one name in both and differs gets two. @param {any} kept @param {any} refused */
export function joined(kept, refused) {
  const both = { ...kept };
  for (const [name, region] of Object.entries(refused)) {
    if (Object.values(kept).some((one) => same(one, region))) continue;
    let free = name;
    while (free in both) free = `${free}_`;
    both[free] = region;
  }
  return both;
}

export class Versions {
  /**
   * @param {import('../canvas.js').Canvas} canvas
   * @param {{part: HTMLElement, title: HTMLElement, told: HTMLElement, choices: HTMLElement}} places
   * @param {(regions: any, done: boolean) => void} save what was decided
   */
  constructor(canvas, places, save) {
    this.canvas = canvas;
    this.places = places;
    this.save = save;
  }

  /** @param {Opened} opened */
  show(opened) {
    const refused = opened.refused.find((one) => one.mine) ?? opened.refused[0];
    const { part, title, told, choices } = this.places;
    part.hidden = !refused;
    this.canvas.layers = this.canvas.layers.filter((layer) => layer.name !== LAYER);
    if (!refused) return;
    const whose = refused.mine ? 'yours' : `that of ${refused.by || 'somebody'}`;
    const count = (/** @type {any} */ regions) => {
      const { length } = Object.keys(regions ?? {});
      return length === 1 ? '1 region' : `${length} regions`;
    };
    title.textContent = 'Two versions of this picture';
    told.textContent = `Kept is the version of ${opened.kept?.by || 'somebody'} (${count(opened.kept?.regions)}), which is on the canvas. `
      + `Drawn over it in green is ${whose} (${count(refused.regions)}), which came later and did not know of it. Nothing is lost until you decide.`;
    this.canvas.layers = [...this.canvas.layers, { name: LAYER, visible: true, regions: refused.regions, style: STYLE }];
    const kept = opened.kept?.regions ?? {};
    choices.replaceChildren(
      this.#choice('Keep the kept one', opened, refused, null),
      this.#choice(refused.mine ? 'Keep mine' : 'Keep the other', opened, refused, refused.regions),
      this.#choice('Join both', opened, refused, joined(kept, refused.regions)),
    );
  }

  /** @param {string} words @param {Opened} opened @param {RefusedVersion} refused @param {any} regions null: no change */
  #choice(words, opened, refused, regions) {
    const button = element('button', { type: 'button' }, words);
    button.addEventListener('click', async () => {
      if (regions) await this.save(regions, refused.done);
      await write(`${placeOf(opened.key)}/decide`, { who: refused.who });
      this.show({ ...opened, refused: opened.refused.filter((one) => one !== refused) });
    });
    return button;
  }
}
