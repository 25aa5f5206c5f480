/**
 * @file The types that the canvas' files share. All places are in pixels of the original, upright
 * picture as floats, unless a name says otherwise.
 *
 * @typedef {[number, number]} Pair
 * @typedef {{x: number, y: number}} XY
 * @typedef {{x0: number, y0: number, x1: number, y1: number}} Rect
 *
 * Regions are what deixis.core.region_json writes, with "encoding" beside where one is chosen.
 * @typedef {{deixis?: string, label?: string, text?: string, score?: number, source?: string,
 *   encoding?: string}} Words
 * @typedef {Words & {kind: 'point', point: Pair}} PointRegion
 * @typedef {Words & {kind: 'box', box: [number, number, number, number]}} BoxRegion
 * @typedef {Words & {kind: 'ellipse', ellipse: [number, number, number, number, number]}
 *   } EllipseRegion
 * @typedef {Words & {kind: 'polygon', rings: Pair[][]}} PolygonRegion
 * @typedef {Words & {kind: 'stroke', points: Pair[], width: number}} StrokeRegion
 * @typedef {Words & {kind: 'mask', size: Pair, counts: string}} MaskRegion
 * @typedef {PointRegion | BoxRegion | EllipseRegion | PolygonRegion | StrokeRegion | MaskRegion
 *   } Region
 * @typedef {{[name: string]: Region}} Regions
 *
 * What the canvas keeps of a region: z is its place in the order, the highest on top.
 * @typedef {{region: Region, colour: string, z: number}} Entry
 *
 * @typedef {{id: string, x: number, y: number, role: 'corner' | 'vertex' | 'middle' | 'turn'}} Handle
 * @typedef {{width: number, height: number, url?: string,
 *   tiles?: {url: string, size: number, levels: number}}} Picture
 * @typedef {{name: string, visible?: boolean, regions?: Regions, image?: {url: string, box: number[]},
 *   grid?: {columns: number, rows: number, box: number[]},
 *   style?: {colour?: string, width?: number, opacity?: number, fill?: boolean}}} Layer
 */

export {};
