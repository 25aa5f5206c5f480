/** @file Mouse, pen and fingers become presses of the tool, or move the view. */

/** @import {XY} from './types.js' */

const SPEED = 0.0015; // of the wheel, a CSS pixel
const LINE = 20; // CSS pixels a line of the wheel

/**
 * What gestures ask for. Places are in CSS pixels of the stage.
 * @typedef {object} Receiver
 * @property {() => string} wheel 'zoom', or 'ctrl' where the page scrolls without the key
 * @property {(at: XY, event: PointerEvent) => void} press
 * @property {(at: XY, event: PointerEvent) => void} drag
 * @property {(at: XY, event: PointerEvent) => void} release
 * @property {(at: XY, event: PointerEvent) => void} hover
 * @property {() => void} leave
 * @property {() => void} cancel
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, at: XY) => void} zoom
 */

export class Gestures {
  /** @param {HTMLElement} stage @param {Receiver} receiver */
  constructor(stage, receiver) {
    this.stage = stage;
    this.receiver = receiver;
    /** @type {Map<number, XY>} fingers that are down */
    this.fingers = new Map();
    /** @type {number | null} the pointer that presses the tool */
    this.pressing = null;
    /** @type {{id: number, at: XY} | null} */
    this.panning = null;
    this.space = false;
    this.ended = new AbortController();
    const { signal } = this.ended;
    /** @type {[string, (event: any) => void][]} each event has its own type */
    const heard = [
      ['pointerdown', this.#down], ['pointermove', this.#move], ['pointerup', this.#up],
      ['pointercancel', this.#lost], ['wheel', this.#wheel], ['pointerleave', () => receiver.leave()],
      ['contextmenu', (event) => event.preventDefault()],
    ];
    for (const [name, hears] of heard) stage.addEventListener(name, hears.bind(this), { signal, passive: false });
  }

  destroy() {
    this.ended.abort();
  }

  /** @param {MouseEvent} event @returns {XY} */
  at(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.target instanceof Element && event.target.closest('button, input')) return;
    this.stage.focus({ preventScroll: true });
    event.preventDefault();
    const at = this.at(event);
    this.stage.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') {
      this.fingers.set(event.pointerId, at);
      if (this.fingers.size > 1) {
        if (this.pressing !== null) this.receiver.cancel();
        this.pressing = null;
        return;
      }
    }
    if (event.button === 1 || (event.button === 0 && this.space)) {
      this.panning = { id: event.pointerId, at };
      this.stage.classList.add('dx-panning');
    } else if (event.button === 0 && this.pressing === null) {
      this.pressing = event.pointerId;
      this.receiver.press(at, event);
    }
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.at(event);
    const finger = this.fingers.get(event.pointerId);
    if (finger && this.fingers.size > 1) return this.#pinch(event.pointerId, at);
    if (finger) this.fingers.set(event.pointerId, at);
    if (this.panning?.id === event.pointerId) {
      this.receiver.pan(at.x - this.panning.at.x, at.y - this.panning.at.y);
      this.panning.at = at;
    } else if (this.pressing === event.pointerId) {
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [event]) this.receiver.drag(this.at(one), event);
    } else if (event.pointerType !== 'touch' && this.pressing === null) {
      this.receiver.hover(at, event);
    }
  }

  /** @param {number} id @param {XY} at */
  #pinch(id, at) {
    const [first, second] = [...this.fingers.keys()];
    const other = this.fingers.get(/** @type {number} */ (id === first ? second : first));
    const before = /** @type {XY} */ (this.fingers.get(id));
    this.fingers.set(id, at);
    if (!other || (id !== first && id !== second)) return;
    const away = Math.hypot(before.x - other.x, before.y - other.y);
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    this.receiver.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (away > 1) this.receiver.zoom(Math.hypot(at.x - other.x, at.y - other.y) / away, middle);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.fingers.delete(event.pointerId);
    if (this.panning?.id === event.pointerId) {
      this.panning = null;
      this.stage.classList.remove('dx-panning');
    } else if (this.pressing === event.pointerId) {
      this.pressing = null;
      this.receiver.release(this.at(event), event);
    }
  }

  /** @param {PointerEvent} event */
  #lost(event) {
    this.fingers.delete(event.pointerId);
    if (this.pressing === event.pointerId) this.receiver.cancel();
    if (this.pressing === event.pointerId) this.pressing = null;
    if (this.panning?.id === event.pointerId) this.panning = null;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (this.receiver.wheel() === 'ctrl' && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? this.stage.clientHeight : 1;
    if (event.shiftKey) return this.receiver.pan(-(event.deltaX || event.deltaY) * unit, 0);
    // a trackpad's pinch comes as small steps with ctrlKey
    const speed = event.ctrlKey ? SPEED * 6 : SPEED;
    this.receiver.zoom(Math.exp(-event.deltaY * unit * speed), this.at(event));
  }
}
