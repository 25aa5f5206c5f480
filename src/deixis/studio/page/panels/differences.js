/** @file Which words of an answer are not in another one, and how far two answers' regions agree. */

/** @import {Region} from '../canvas/types.js' */

const MOST = 1500; // words that are compared

/** @param {string} text @returns {string[]} words and the blanks between them, which join to the text */
export function pieces(text) {
  return text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]+/gu) ?? [];
}

/**
 * The pieces of a text, each with whether it differs from the other text.
 * @param {string} text @param {string} other
 * @returns {{piece: string, isWord: boolean, differs: boolean}[]}
 */
export function compared(text, other) {
  const own = pieces(text);
  const words = own.filter(isWord).slice(0, MOST);
  const same = common(words.map(plain), pieces(other).filter(isWord).slice(0, MOST).map(plain));
  let at = 0;
  return own.map((piece) => ({ piece, isWord: isWord(piece), differs: isWord(piece) && at < MOST && !same.has(at++) }));
}

/** @param {string} piece */
const isWord = (piece) => /[\p{L}\p{N}]/u.test(piece);

/** @param {string} word */
const plain = (word) => word.toLowerCase();

/** The places in `own` of a longest common subsequence. @param {string[]} own @param {string[]} other */
function common(own, other) {
  const width = other.length + 1;
  const lengths = new Uint16Array((own.length + 1) * width);
  for (let i = own.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      lengths[i * width + j] = own[i] === other[j]
        ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const found = new Set();
  for (let i = 0, j = 0; i < own.length && j < other.length;) {
    if (own[i] === other[j]) {
      found.add(i);
      i++;
      j++;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return found;
}

/** The shared part of two boxes, 0 to 1. @param {number[]} one @param {number[]} other */
export function overlap(one, other) {
  const [a0 = 0, a1 = 0, a2 = 0, a3 = 0] = one;
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = other;
  const width = Math.min(a2, b2) - Math.max(a0, b0);
  const height = Math.min(a3, b3) - Math.max(a1, b1);
  const both = Math.max(0, width) * Math.max(0, height);
  const all = (a2 - a0) * (a3 - a1) + (b2 - b0) * (b3 - b1) - both;
  return all > 0 ? both / all : 0;
}
