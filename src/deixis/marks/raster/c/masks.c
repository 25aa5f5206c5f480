/* Masks from their run lengths, filled or as a line along their outermost pixels: see ../masks.py. */

#include "raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILL_BAND = 65536, RIM_BAND = 131072, WIDEST = 90 }; /* squares fit 15 bits */

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

/* 1 for the mask's pixels in a window that holds all its columns. */
static void fill(const Runs *runs, const Window *window, uint8_t *inside)
{
    int64_t width = window->width;
    memset(inside, 0, (size_t)(width * (window->bottom - window->top)));
    for (int64_t i = 0; i + 1 < runs->num_ends; i += 2) {
        int64_t start = runs->ends[i], stop = runs->ends[i + 1];
        for (int64_t column = start / runs->height; column * runs->height < stop; column++) {
            int64_t from = most(start - column * runs->height, 0);
            int64_t to = least(stop - column * runs->height, runs->height);
            int64_t first = most(from, window->top), last = least(to, window->bottom);
            for (int64_t row = first; row < last; row++)
                inside[(row - window->top) * width + column - window->left] = 1;
        }
    }
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

/* A band of rows above..below-1 of columns left..left+width-1, and what is made of them. */
typedef struct {
    int64_t margin, left, width, above, below;
    uint8_t *inside;    /* with a pixel more on every side */
    uint8_t *outermost; /* of one row */
    int16_t *squares;   /* along rows, to the nearest outermost pixel */
    int16_t *around;    /* the same for a row with one such pixel, from margin before it on */
    int16_t *nearest;   /* the same for one row, along rows and columns */
    uint16_t *coverage; /* of one row */
    uint16_t *levels;   /* coverage by squared distance */
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
    int16_t *restrict nearest, const int16_t *restrict squares, int16_t more, int64_t width
)
{
    for (int64_t i = 0; i < width; i++) {
        int16_t square = (int16_t)(squares[i] + more);
        nearest[i] = square < nearest[i] ? square : nearest[i];
    }
}

static void measure_rows(const Band *band)
{
    int64_t margin = band->margin;
    int16_t beyond = (int16_t)((margin + 1) * (margin + 1));
    for (int64_t row = 0; row < band->below - band->above; row++) {
        int16_t *along = band->squares + row * band->width;
        for (int64_t i = 0; i < band->width; i++)
            along[i] = beyond;
        find_outermost(band, row, band->outermost);
        const uint8_t *begin = band->outermost, *end = begin + band->width, *at = begin;
        while (at < end && (at = memchr(at, 1, (size_t)(end - at)))) {
            int64_t first = most(0, at - begin - margin);
            int64_t past = least(band->width, at - begin + margin + 1);
            const int16_t *around = band->around + margin + first - (at - begin);
            take_nearer(along + first, around, 0, past - first);
            at++;
        }
    }
}

static void blend_near(const Canvas *canvas, const Band *band, int64_t y)
{
    const int16_t *squares = band->squares + (y - band->above) * band->width;
    memcpy(band->nearest, squares, (size_t)band->width * sizeof(int16_t));
    for (int64_t away = 1; away <= band->margin; away++) {
        int16_t more = (int16_t)(away * away);
        if (y - away >= band->above)
            take_nearer(band->nearest, squares - away * band->width, more, band->width);
        if (y + away < band->below)
            take_nearer(band->nearest, squares + away * band->width, more, band->width);
    }
    for (int64_t i = 0; i < band->width; i++)
        band->coverage[i] = band->levels[band->nearest[i]];
    blend_row(canvas, y, band->left, band->width, band->coverage);
}

static void fill_tables(Band *band, double radius)
{
    int64_t far = band->margin + 1;
    for (int64_t away = -band->margin; away <= band->margin; away++)
        band->around[band->margin + away] = (int16_t)(away * away);
    for (int64_t square = 0; square <= 2 * far * far; square++) {
        double level = rint((radius + 0.5 - sqrt((double)square)) * FULL);
        band->levels[square] = (uint16_t)(level < 0 ? 0 : level > FULL ? FULL : level);
    }
}

static int blend_rim(const Canvas *canvas, const Runs *runs, double radius)
{
    Band band = {.margin = (int64_t)ceil(radius + 0.5)};
    int64_t margin = band.margin;
    band.left = most(0, runs->left - margin);
    band.width = least(canvas->width, runs->right + margin) - band.left;
    int64_t first = most(0, runs->first - margin);
    int64_t last = least(canvas->height, runs->last + margin);
    int64_t rows = least(most(2 * margin, RIM_BAND / band.width), last - first);
    size_t most_rows = (size_t)(rows + 2 * margin + 2), width = (size_t)band.width;
    size_t levels = (size_t)(2 * (margin + 1) * (margin + 1) + 1), around = (size_t)margin * 2 + 1;
    size_t numbers = width * (most_rows + 2) + levels + around;
    band.squares = malloc(numbers * 2 + (width + 2) * (most_rows + 2) + width);
    if (!band.squares)
        return NO_MEMORY;
    band.nearest = band.squares + width * most_rows;
    band.coverage = (uint16_t *)band.nearest + width;
    band.levels = band.coverage + width;
    band.around = (int16_t *)band.levels + levels;
    band.inside = (uint8_t *)(band.around + around);
    band.outermost = band.inside + (width + 2) * (most_rows + 2);
    fill_tables(&band, radius);
    for (int64_t top = first; top < last; top += rows) {
        int64_t bottom = least(last, top + rows);
        band.above = most(0, top - margin - 1);
        band.below = least(canvas->height, bottom + margin + 1);
        Window window = {band.left - 1, band.above - 1, band.width + 2, band.below + 1};
        fill(runs, &window, band.inside);
        measure_rows(&band);
        for (int64_t y = top; y < bottom; y++)
            blend_near(canvas, &band, y);
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

/* `ends`: where outside and inside take turns. A radius below 0 fills the mask. */
int deixis_mask(
    uint8_t *pixels, int64_t width, int64_t height, uint32_t rgb, int32_t strength,
    const int64_t *ends, int64_t num_ends, double radius
)
{
    if (!is_sound(pixels, width, height, rgb, strength) || !ends)
        return NOT_FOR_US;
    if (!(radius + 1.5 < WIDEST) || !are_in_order(ends, num_ends, width * height))
        return NOT_FOR_US;
    Canvas canvas = canvas_of(pixels, width, height, rgb, strength);
    Runs runs = runs_of(ends, num_ends, height);
    if (runs.right <= runs.left)
        return DONE;
    if (radius < 0)
        return blend_filled(&canvas, &runs);
    return blend_rim(&canvas, &runs, radius);
}
