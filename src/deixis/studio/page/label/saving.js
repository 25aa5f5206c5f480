/** @file What is drawn is saved soon, one save after the other, until the server has all of it. */

import { Refused } from '../session.js';
import { placeOf, write } from './server.js';

const SOON = 500, AGAIN = 2000; // ms
const MOST_KEPT_ALIVE = 60_000; // letters that a browser still sends when its window closes

/** @typedef {{picture: string, regions: any, done: boolean}} Work */

export class Saving {
  /**
   * @param {(words: string, isTrouble?: boolean) => void} say
   * @param {(key: string) => void} outdated is told that another was faster
   */
  constructor(say, outdated) {
    this.say = say;
    this.outdated = outdated;
    this.key = '';
    this.revision = '';
    /** @type {Work | null} */
    this.work = null;
    this.timer = 0;
    /** @type {Promise<boolean> | null} */
    this.running = null;
    addEventListener('beforeunload', (event) => {
      if (this.work) event.preventDefault();
    });
    addEventListener('pagehide', () => this.#last());
  }

  /** Another picture is there, and this is its revision. @param {string} key @param {string} revision */
  begin(key, revision) {
    this.key = key;
    this.revision = revision;
    this.work = null;
  }

  /** @param {Work} work */
  later(work) {
    this.work = work;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), SOON);
    this.say('Not saved yet');
  }

  /** All is saved when this is over; false where it was refused. @param {Work} [work] @returns {Promise<boolean>} */
  async now(work) {
    if (work) this.work = work;
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (!this.work) return true;
    this.running = this.#save(this.work);
    const saved = await this.running;
    return saved && this.work ? this.now() : saved;
  }

  /** @param {Work} work */
  async #save(work) {
    const { key } = this;
    this.work = null;
    this.say('Saving …');
    try {
      const { revision } = await write(placeOf(key), { ...work, based_on: this.revision });
      this.revision = revision;
      this.say(this.work ? 'Not saved yet' : 'Saved');
      return true;
    } catch (error) {
      if (error instanceof Refused && error.code === 'outdated') {
        this.say('Another was faster', true);
        this.outdated(key);
        return false;
      }
      this.work ??= work; // what came meanwhile is newer
      const isLasting = error instanceof Refused && error.status < 500 && error.status !== 429;
      this.say(`Not saved: ${error instanceof Refused ? error.message : 'the server does not answer'}`, true);
      if (!isLasting) this.timer = setTimeout(() => this.now(), AGAIN);
      return false;
    } finally {
      this.running = null;
    }
  }

  /** The window closes: what a browser still sends is sent. */
  #last() {
    if (!this.work) return;
    const told = { ...this.work, based_on: this.revision };
    if (JSON.stringify(told).length < MOST_KEPT_ALIVE) write(placeOf(this.key), told, { keepalive: true }).catch(() => {});
  }
}
