/** @file The types of what panels are told, which no browser loads. */

/** @import {Region} from '../canvas/types.js' */

/**
 * An answer as it grows, and what the server keeps of it.
 * @typedef {Region & {start?: number, end?: number}} Answered
 * @typedef {{sha256: string, url: string, width: number, height: number, as_given: boolean}} SentPicture
 * @typedef {{words: string, system?: string | null, earlier?: {role: string, text: string}[], pictures: SentPicture[],
 *   dialect: string | null, contract: string | null, warnings: string[]}} Sent
 * @typedef {{place: number, model: string, encoding: string, text: string, regions?: Answered[], sent?: Sent,
 *   unread?: {text: string, reason: string}[], cost?: Cost, finish?: string | null, error?: {message: string},
 *   earlier?: {question: string, text: string}[]}} CellRecord
 * @typedef {{seconds?: number, first?: number, tokens?: number, of_answer?: number | null, is_guess?: boolean}} Cost
 *
 * What a model sees of a picture.
 * @typedef {{width: number | null, contrast: number, visible: number, told: string, losses: string[]}} Left
 * @typedef {{box: number[], size: number[]}} Seen
 * @typedef {{marks: {[name: string]: Left}, views: Seen[], grid: {tokens: number, spatial: boolean, views: {columns: number, rows: number, box: number[]}[]} | null,
 *   prompt: Seen | null, why: {[name: string]: string}}} Sight
 */

export {};
