/** @file Where pictures come from: a file, a drop, the clipboard, an address, the camera, the screen. */

import { element } from '../canvas/elements.js';
import { send } from '../session.js';
import { button } from './parts.js';

/** @typedef {{id: string, width: number, height: number, url: string, name?: string, tiles?: {url: string, size: number, levels: number}}} Kept */

export class Getting {
  /**
   * @param {{got: (picture: Kept) => void, say: (text: string) => void, fail: (error: unknown) => void}} owner
   */
  constructor(owner) {
    this.owner = owner;
    this.file = element('input', { type: 'file', accept: 'image/*', hidden: true });
    this.file.addEventListener('change', () => {
      const [chosen] = this.file.files ?? [];
      if (chosen) void this.keep(chosen, chosen.name);
      this.file.value = '';
    });
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#taken(event.dataTransfer);
    });
    document.addEventListener('paste', (event) => {
      if (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement) {
        if (![...(event.clipboardData?.files ?? [])].length) return;
      }
      this.#taken(event.clipboardData);
    });
  }

  /** The buttons, as this browser and this studio can. @param {boolean} fetches @returns {HTMLElement[]} */
  buttons(fetches) {
    const devices = navigator.mediaDevices;
    const found = [this.#button('Open …', () => this.file.click(), 'Open a picture from a file')];
    if (fetches) found.push(this.#button('Address', () => this.#fromAddress(), 'Open a picture from a web address'));
    if (devices && 'getUserMedia' in devices) found.push(this.#button('Camera', () => this.#fromCamera(), 'Take a picture with the camera'));
    if (devices && 'getDisplayMedia' in devices) found.push(this.#button('Screen', () => this.#fromScreen(), 'Take a picture of the screen'));
    return found;
  }

  /** @param {string} text @param {() => unknown} run @param {string} title */
  #button(text, run, title) {
    return button(text, () => void Promise.resolve(run()).catch((error) => this.owner.fail(error)), { title });
  }

  /** @param {DataTransfer | null} data */
  #taken(data) {
    const file = [...(data?.files ?? [])].find((one) => one.type.startsWith('image/'));
    if (file) void this.keep(file, file.name);
  }

  /** @param {Blob} blob @param {string} [name] */
  async keep(blob, name) {
    this.owner.say('Opening the picture …');
    try {
      this.owner.got({ ...(await send('/api/pictures', blob)), name });
    } catch (error) {
      this.owner.fail(error);
    }
  }

  #fromAddress() {
    const input = element('input', { type: 'url', required: true, id: 'address', placeholder: 'https://' });
    const label = element('label', { for: 'address' }, 'Web address of a picture');
    const dialog = asked('Open an address', [label, input], 'Open', async () => {
      this.owner.got({ ...(await send('/api/pictures', { url: input.value })), name: input.value });
    }, this.owner.fail);
    dialog.showModal();
  }

  async #fromCamera() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 4096 } } });
    const video = element('video', { autoplay: true, playsinline: true, 'aria-label': 'What the camera sees' });
    video.muted = true;
    video.srcObject = stream;
    const dialog = asked('Camera', [video], 'Take the picture', async () => this.keep(await frame(video), 'camera'), this.owner.fail);
    dialog.addEventListener('close', () => stop(stream));
    dialog.showModal();
  }

  async #fromScreen() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
    try {
      const video = element('video', {});
      video.muted = true;
      video.srcObject = stream;
      await video.play();
      await this.keep(await frame(video), 'screen');
    } finally {
      stop(stream);
    }
  }
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** The picture that a video shows now. @param {HTMLVideoElement} video @returns {Promise<Blob>} */
async function frame(video) {
  const canvas = element('canvas', { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!(blob instanceof Blob)) throw new Error('there is no picture yet: try again');
  return blob;
}

/**
 * A dialog with one thing to do. It is gone when it is closed.
 * @param {string} title @param {HTMLElement[]} parts @param {string} act
 * @param {() => Promise<unknown>} run @param {(error: unknown) => void} fail
 */
export function asked(title, parts, act, run, fail) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const cancel = button('Cancel', () => dialog.close());
  const form = element('form', { method: 'dialog' }, element('h2', { id }, title), ...parts,
    element('div', { class: 'row end' }, cancel, element('button', { type: 'submit', class: 'first' }, act)));
  const dialog = element('dialog', { 'aria-labelledby': id }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run().then(() => dialog.close(), (error) => {
      dialog.close();
      fail(error);
    });
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}
