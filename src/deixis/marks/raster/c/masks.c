/* Masks from their run lengths, filled or as a line along their outermost pixels: see ../masks.py. */

#include "raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILL_BAND = 65536, RIM_BAND = 131072, WIDEST = 90 }; /* squares fit 15 bits */
enum { BLOCK = 32 };                                        /* columns that are looked at together */

/* Where outside and inside take turns, column by column, and what of the picture holds any. */
typedef struct {
    const int64_t *ends;
    int64_t num_ends, height;
    int64_t left, right, first, last;
} Runs;

static Runs runs_of(const int64_t *ends, int64_t num_ends, int64_t height)
{
    Runs runs = {ends, num_ends, height, INT64_MAX, 0, INT64_MAX, 0};
    for (int64_t i = 0; i + 1 < num_ends; i += 2) {
        int64_t start = ends[i], stop = ends[i + 1];
        if (stop <= start)
            continue;
        int64_t column = start / height, last_column = (stop - 1) / height;
        int is_whole = last_column > column;
        runs.left = least(runs.left, column);
        runs.right = most(runs.right, last_column + 1);
        runs.first = least(runs.first, is_whole ? 0 : start - column * height);
        runs.last = most(runs.last, is_whole ? height : stop - column * height);
    }
    return runs;
}

/* Columns from left on, rows top..bottom-1; it may reach a pixel beyond the picture. */
typedef struct {
    int64_t left, top, width, bottom;
} Window;

/* Each row becomes what differs from the one above it, added up. */
WIDE static void add_up(uint8_t *restrict row, const uint8_t *restrict above, int64_t width)
{
    for (int64_t i = 0; i < width; i++)
        row[i] ^= above[i];
}

/* 1 for the mask's pixels in a window that holds all its columns. */
static void fill(const Runs *runs, const Window *window, uint8_t *inside)
{
    int64_t width = window->width, rows = window->bottom - window->top;
    memset(inside, 0, (size_t)(width * rows));
    for (int64_t i = 0; i + 1 < runs->num_ends; i += 2) {
        int64_t start = runs->ends[i], stop = runs->ends[i + 1];
        for (int64_t column = start / runs->height; column * runs->height < stop; column++) {
            int64_t from = most(start - column * runs->height, 0);
            int64_t to = least(stop - column * runs->height, runs->height);
            int64_t first = most(from, window->top), last = least(to, window->bottom);
            if (first >= last)
                continue;
            inside[(first - window->top) * width + column - window->left] ^= 1;
            if (last < window->bottom)
                inside[(last - window->top) * width + column - window->left] ^= 1;
        }
    }
    for (int64_t row = 1; row < rows; row++)
        add_up(inside + row * width, inside + (row - 1) * width, width);
}

static int blend_filled(const Canvas *canvas, const Runs *runs)
{
    int64_t width = runs->right - runs->left, rows = most(1, FILL_BAND / width);
    rows = least(rows, runs->last - runs->first);
    uint8_t *inside = malloc((size_t)(width * rows));
    if (!inside)
        return NO_MEMORY;
    for (int64_t top = runs->first; top < runs->last; top += rows) {
        int64_t bottom = least(top + rows, runs->last);
        Window window = {runs->left, top, width, bottom};
        fill(runs, &window, inside);
        for (int64_t y = top; y < bottom; y++) {
            const uint8_t *row = inside + (y - top) * width;
            for (int64_t x = 0; x < width;) {
                const uint8_t *begin = memchr(row + x, 1, (size_t)(width - x));
                if (!begin)
                    break;
                const uint8_t *end = memchr(begin, 0, (size_t)(row + width - begin));
                end = end ? end : row + width;
                blend_run(canvas, y, runs->left + (begin - row), end - begin, FULL);
                x = end - row;
            }
        }
    }
    free(inside);
    return DONE;
}

/* A band of rows above..below-1 of columns left..left+width-1, and what is made of them. Rows of
   numbers are `padded` to whole blocks. */
typedef struct {
    int64_t margin, left, width, padded, num_blocks, above, below;
    uint8_t *inside;    /* with a pixel more on every side */
    uint8_t *outermost; /* of one row */
    uint8_t *reached;   /* 1 for a block of a row in which an outermost pixel of it is near */
    uint8_t *num_near;  /* of each block, so many rows within the margin are reached */
    int16_t *squares;   /* along rows, to the nearest outermost pixel */
    int16_t *around;    /* the same for a row with one such pixel, from margin before it on */
    int16_t *nearest;   /* the same for one row, along rows and columns */
    uint16_t *coverage; /* of one row */
    uint16_t *levels;   /* coverage by squared distance, of one line after the other */
    int64_t num_levels;
} Band;

/* 1 where a pixel has a neighbour out of the mask; `inside` has a border of its own. */
WIDE static void find_outermost(const Band *band, int64_t row, uint8_t *restrict outermost)
{
    int64_t stride = band->width + 2;
    const uint8_t *at = band->inside + (row + 1) * stride + 1;
    for (int64_t i = 0; i < band->width; i++)
        outermost[i] = at[i] & (uint8_t)~(at[i - 1] & at[i + 1] & at[i - stride] & at[i + stride]);
}

WIDE static void take_nearer(
    int16_t *restrict nearest, const int16_t *restrict squares, int64_t width
)
{
    for (int64_t i = 0; i < width; i++)
        nearest[i] = squares[i] < nearest[i] ? squares[i] : nearest[i];
}

static int16_t beyond(const Band *band)
{
    return (int16_t)((band->margin + 1) * (band->margin + 1));
}

static void measure_rows(const Band *band)
{
    int64_t margin = band->margin, rows = band->below - band->above;
    memset(band->reached, 0, (size_t)(rows * band->num_blocks));
    for (int64_t row = 0; row < rows; row++) {
        int16_t *along = band->squares + row * band->padded;
        uint8_t *reached = band->reached + row * band->num_blocks;
        for (int64_t i = 0; i < band->padded; i++)
            along[i] = beyond(band);
        find_outermost(band, row, band->outermost);
        const uint8_t *begin = band->outermost, *end = begin + band->width, *at = begin;
        while (at < end && (at = memchr(at, 1, (size_t)(end - at)))) {
            int64_t first = most(0, at - begin - margin);
            int64_t past = least(band->width, at - begin + margin + 1);
            const int16_t *around = band->around + margin + first - (at - begin);
            take_nearer(along + first, around, past - first);
            for (int64_t block = first / BLOCK; block <= (past - 1) / BLOCK; block++)
                reached[block] = 1;
            at++;
        }
    }
}

/* One block of a row, from the rows within the margin that reach it. */
WIDE static void measure_block(const Band *band, int64_t y, int64_t block)
{
    int64_t first = most(band->above, y - band->margin);
    int64_t past = least(band->below, y + band->margin + 1);
    int16_t nearest[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        nearest[i] = beyond(band);
    for (int64_t row = first; row < past; row++) {
        if (!band->reached[(row - band->above) * band->num_blocks + block])
            continue;
        int16_t more = (int16_t)((row - y) * (row - y));
        const int16_t *squares = band->squares + (row - band->above) * band->padded + block * BLOCK;
        for (int i = 0; i < BLOCK; i++) {
            int16_t square = (int16_t)(squares[i] + more);
            nearest[i] = square < nearest[i] ? square : nearest[i];
        }
    }
    memcpy(band->nearest + block * BLOCK, nearest, sizeof nearest);
}

/* The lines over one another where blocks follow each other. */
static void blend_near(const Canvas *lines, int num_lines, const Band *band, int64_t y)
{
    for (int64_t block = 0; block < band->num_blocks;) {
        if (!band->num_near[block]) {
            block++;
            continue;
        }
        int64_t first = block * BLOCK;
        for (; block < band->num_blocks && band->num_near[block]; block++)
            measure_block(band, y, block);
        int64_t past = least(block * BLOCK, band->width);
        for (int i = 0; i < num_lines; i++) {
            const uint16_t *levels = band->levels + i * band->num_levels;
            for (int64_t k = first; k < past; k++)
                band->coverage[k] = levels[band->nearest[k]];
            blend_row(lines + i, y, band->left + first, past - first, band->coverage + first);
        }
    }
}

static void count_near(const Band *band, int64_t row, int change)
{
    if (row < band->above || row >= band->below)
        return;
    const uint8_t *reached = band->reached + (row - band->above) * band->num_blocks;
    for (int64_t block = 0; block < band->num_blocks; block++)
        band->num_near[block] = (uint8_t)(band->num_near[block] + change * reached[block]);
}

static void blend_band(
    const Canvas *lines, int num_lines, const Band *band, int64_t top, int64_t bottom
)
{
    measure_rows(band);
    memset(band->num_near, 0, (size_t)band->num_blocks);
    for (int64_t row = top - band->margin; row < top + band->margin; row++)
        count_near(band, row, 1);
    for (int64_t y = top; y < bottom; y++) {
        count_near(band, y + band->margin, 1);
        blend_near(lines, num_lines, band, y);
        count_near(band, y - band->margin, -1);
    }
}

static void fill_tables(Band *band, const double *radii, int num_lines)
{
    for (int64_t away = -band->margin; away <= band->margin; away++)
        band->around[band->margin + away] = (int16_t)(away * away);
    memset(band->levels, 0, (size_t)(num_lines * band->num_levels) * sizeof(uint16_t));
    for (int64_t square = 0; square <= band->margin * band->margin; square++) {
        double root = sqrt((double)square);
        for (int i = 0; i < num_lines; i++) {
            int64_t level = lrint((radii[i] + 0.5 - root) * FULL);
            band->levels[i * band->num_levels + square] = (uint16_t)least(most(level, 0), FULL);
        }
    }
}

/* All rooms in one piece of memory, that of the squares. */
static int has_rooms(Band *band, int num_lines, int64_t most_rows)
{
    size_t rows = (size_t)most_rows, width = (size_t)band->width, padded = (size_t)band->padded;
    size_t levels = (size_t)(num_lines * band->num_levels), blocks = (size_t)band->num_blocks;
    size_t numbers = padded * (rows + 2) + levels + (size_t)band->margin * 2 + 1;
    band->squares = malloc(numbers * 2 + (width + 2) * (rows + 2) + width + blocks * (rows + 1));
    if (!band->squares)
        return 0;
    band->nearest = band->squares + padded * rows;
    band->coverage = (uint16_t *)band->nearest + padded;
    band->levels = band->coverage + padded;
    band->around = (int16_t *)band->levels + levels;
    band->inside = (uint8_t *)(band->squares + numbers);
    band->outermost = band->inside + (width + 2) * (rows + 2);
    band->reached = band->outermost + width;
    band->num_near = band->reached + blocks * rows;
    return 1;
}

static int blend_lines(
    const Canvas *lines, int num_lines, const Runs *runs, const double *radii
)
{
    double widest = num_lines > 1 && radii[1] > radii[0] ? radii[1] : radii[0];
    int64_t margin = (int64_t)ceil(widest + 0.5);
    Band band = {.margin = margin, .left = most(0, runs->left - margin)};
    band.width = least(lines->width, runs->right + margin) - band.left;
    band.num_blocks = (band.width + BLOCK - 1) / BLOCK;
    band.padded = band.num_blocks * BLOCK;
    band.num_levels = 2 * (margin + 1) * (margin + 1) + 1;
    int64_t first = most(0, runs->first - margin);
    int64_t last = least(lines->height, runs->last + margin);
    int64_t rows = least(most(2 * margin, RIM_BAND / band.width), last - first);
    if (!has_rooms(&band, num_lines, rows + 2 * margin + 2))
        return NO_MEMORY;
    fill_tables(&band, radii, num_lines);
    for (int64_t top = first; top < last; top += rows) {
        int64_t bottom = least(last, top + rows);
        band.above = most(0, top - margin - 1);
        band.below = least(lines->height, bottom + margin + 1);
        Window window = {band.left - 1, band.above - 1, band.width + 2, band.below + 1};
        fill(runs, &window, band.inside);
        blend_band(lines, num_lines, &band, top, bottom);
    }
    free(band.squares);
    return DONE;
}

static int are_in_order(const int64_t *ends, int64_t num_ends, int64_t num_pixels)
{
    int64_t before = 0;
    for (int64_t i = 0; i < num_ends; i++) {
        if (ends[i] < before)
            return 0;
        before = ends[i];
    }
    return before <= num_pixels;
}

/* Where outside and inside take turns, and the radius of a line; one below 0 fills the mask. */
static int is_mask(const Canvas *canvas, const Layer *layer)
{
    const int64_t *ends = layer->lists[0];
    int is_thin = layer->real[0] + 1.5 < WIDEST;
    return is_thin && ends && are_in_order(ends, layer->whole[0], canvas->width * canvas->height);
}

int blend_mask(const Canvas *canvas, const Layer *layer)
{
    if (!is_mask(canvas, layer))
        return NOT_FOR_US;
    Runs runs = runs_of(layer->lists[0], layer->whole[0], canvas->height);
    if (runs.right <= runs.left)
        return DONE;
    if (layer->real[0] < 0)
        return blend_filled(canvas, &runs);
    return blend_lines(canvas, 1, &runs, layer->real);
}

int are_rims_of_one(const Layer *two)
{
    int are_rims = two[0].kind == MASK && two[1].kind == MASK;
    int are_around = are_rims && two[0].real[0] >= 0 && two[1].real[0] >= 0;
    int is_one = two[0].lists[0] == two[1].lists[0] && two[0].whole[0] == two[1].whole[0];
    return are_around && is_one;
}

int blend_rims(const Canvas *two, const Layer *layers)
{
    if (!is_mask(two, layers) || !is_mask(two, layers + 1))
        return NOT_FOR_US;
    Runs runs = runs_of(layers->lists[0], layers->whole[0], two->height);
    double radii[2] = {layers[0].real[0], layers[1].real[0]};
    return runs.right <= runs.left ? DONE : blend_lines(two, 2, &runs, radii);
}
