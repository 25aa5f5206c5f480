/* Closed outlines, scanline by scanline: see ../outline.py, ../scan.py and ../intervals.py. */

#include "raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LARGEST = 134217728.0; /* 1/256 pixels; beyond it Python counts */
enum { CROSSINGS = 1 << 17, BAND = 1 << 17, FEW = 4096 };

static int has_room(Edges *edges, size_t more)
{
    if (edges->count + more <= edges->room)
        return 1;
    size_t room = 2 * edges->room + more + 64;
    Edge *grown = realloc(edges->edges, room * sizeof(Edge));
    if (!grown) {
        edges->state = NO_MEMORY;
        return 0;
    }
    edges->edges = grown;
    edges->room = room;
    return 1;
}

void add_outline(Edges *edges, const double *corners, size_t count)
{
    if (edges->state == DONE && !count)
        edges->state = NOT_FOR_US;
    if (edges->state != DONE || !has_room(edges, count))
        return;
    Edge *added = edges->edges + edges->count;
    uint64_t area = 0; /* may wrap around, as numpy's does */
    int64_t from_x = 0, from_y = 0, ax = 0, ay = 0;
    for (size_t i = 0; i <= count; i++) { /* the first corner once more, to close it */
        double x = corners[2 * (i % count)] * FINE, y = corners[2 * (i % count) + 1] * FINE;
        if (!(fabs(x) < LARGEST && fabs(y) < LARGEST)) {
            edges->state = NOT_FOR_US;
            return;
        }
        int64_t bx = lrint(x), by = lrint(y);
        if (i == 0) {
            from_x = bx;
            from_y = by;
        } else {
            area += (uint64_t)((ax - from_x) * (by - from_y) - (bx - from_x) * (ay - from_y));
            if (ay < by)
                *added++ = (Edge){ax, ay, bx, by, 1};
            else if (by < ay)
                *added++ = (Edge){bx, by, ax, ay, 0};
        }
        ax = bx;
        ay = by;
    }
    if ((int64_t)area < 0)
        for (Edge *edge = edges->edges + edges->count; edge < added; edge++)
            edge->leads_down = !edge->leads_down;
    edges->count = (size_t)(added - edges->edges);
}

/* The rows that outlines reach, the columns, and how a row is cut. */
typedef struct {
    int64_t top, bottom, left, right, scanlines;
} Extent;

static Extent extent_of(const Edges *edges, const Canvas *canvas)
{
    Extent found = {INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, 4};
    for (size_t i = 0; i < edges->count; i++) {
        const Edge *edge = edges->edges + i;
        found.top = least(found.top, edge->y0);
        found.bottom = most(found.bottom, edge->y1);
        found.left = least(found.left, least(edge->x0, edge->x1));
        found.right = most(found.right, most(edge->x0, edge->x1));
    }
    found.top = most(0, found.top >> 8);
    found.bottom = least(canvas->height, ((found.bottom - 1) >> 8) + 1);
    found.left = most(0, found.left >> 8);
    found.right = least(canvas->width, (found.right >> 8) + 1);
    int64_t rows = found.bottom - found.top;
    found.scanlines = rows <= 32 ? 16 : rows <= 128 ? 8 : 4;
    return found;
}

/* As many as ../scan.py takes: where a band begins is where its places are rounded from. */
static int64_t rows_at_once(const Edges *edges, const Extent *extent, const Canvas *canvas)
{
    int64_t rows = extent->bottom - extent->top, tall = 0;
    int64_t across = extent->right - extent->left;
    int are_few = rows * extent->scanlines * (int64_t)edges->count <= CROSSINGS;
    if (are_few && (rows * canvas->width <= BAND || rows * across <= BAND))
        return rows;
    for (size_t i = 0; i < edges->count; i++) {
        const Edge *edge = edges->edges + i;
        int64_t low = least(edge->y1, extent->bottom * FINE);
        tall += most(0, low - most(edge->y0, extent->top * FINE));
    }
    int64_t crossings = tall * extent->scanlines / FINE / rows + 1;
    return most(1, least(BAND / most(across, 1), CROSSINGS / crossings));
}

/* One band of rows: the crossings of each scanline, and the changes of coverage along one row. */
typedef struct {
    int64_t top, lines, step, shift;
    int64_t first_word, past_word; /* of `changed`, that any row can reach */
    int64_t *ends;      /* per scanline, one past its last crossing */
    int64_t *crossings; /* place times two, and 1 where the edge leads down */
    int32_t *changes;   /* per pixel of the row; all 0 between rows */
    uint64_t *changed;  /* a bit a pixel */
} Band;

static void lines_of(const Band *band, const Edge *edge, int64_t *first, int64_t *past)
{
    int64_t ahead = band->step / 2 - 1 - band->top * FINE;
    *first = most((edge->y0 + ahead) >> band->shift, 0);
    *past = least((edge->y1 + ahead) >> band->shift, band->lines);
}

/* Leaves in `ends` where each scanline's crossings begin. */
static size_t count_crossings(const Band *band, const Edges *edges)
{
    int64_t first, past, more = 0, total = 0;
    memset(band->ends, 0, ((size_t)band->lines + 1) * sizeof(int64_t));
    for (size_t i = 0; i < edges->count; i++) {
        lines_of(band, edges->edges + i, &first, &past);
        if (first < past) {
            band->ends[first]++;
            band->ends[past]--;
        }
    }
    for (int64_t line = 0; line < band->lines; line++) {
        more += band->ends[line];
        band->ends[line] = total;
        total += more;
    }
    return (size_t)total;
}

static void find_crossings(const Band *band, const Edges *edges, double width)
{
    int64_t first, past, *restrict ends = band->ends, *restrict crossings = band->crossings;
    for (size_t i = 0; i < edges->count; i++) {
        const Edge *edge = edges->edges + i;
        lines_of(band, edge, &first, &past);
        if (first >= past)
            continue;
        int64_t leads_down = edge->leads_down;
        double slope = (double)(edge->x1 - edge->x0) / (double)(edge->y1 - edge->y0);
        double ahead = (double)(band->top * FINE + band->step / 2 - edge->y0);
        double start = (double)edge->x0 + ahead * slope, stride = slope * (double)band->step;
        for (int64_t line = first; line < past; line++) {
            double place = stride * (double)line + start;
            place = place < 0 ? 0 : place > width ? width : place;
            crossings[ends[line]++] = 2 * (int64_t)lrint(place) + leads_down;
        }
    }
}

static int by_number(const void *one, const void *two)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;
    return (a > b) - (a < b);
}

static inline void put_in_order(int64_t *crossings, int64_t count)
{
    if (count > 64) {
        qsort(crossings, (size_t)count, sizeof(int64_t), by_number);
        return;
    }
    for (int64_t i = 1; i < count; i++) {
        int64_t taken = crossings[i], j = i;
        for (; j && crossings[j - 1] > taken; j--)
            crossings[j] = crossings[j - 1];
        crossings[j] = taken;
    }
}

/* An edge at a place changes the coverage of its pixel, and leaves a rest for the next. */
static inline void change_at(const Band *band, int64_t place, int32_t weight, int32_t sign)
{
    int64_t pixel = place >> 8, bit = pixel & 63;
    int32_t rest = (int32_t)(((place & (FINE - 1)) * weight + FINE / 2) >> 8);
    band->changes[pixel] += sign * (weight - rest);
    band->changes[pixel + 1] += sign * rest;
    uint64_t *word = band->changed + (pixel >> 6);
    if ((*word >> bit & 3) == 3) /* mostly so: the scanline above was changed there too */
        return;
    *word |= (uint64_t)3 << bit;
    if (bit == 63)
        word[1] |= 1;
}

static void cover_line(const Band *band, int64_t *crossings, int64_t count, int32_t weight)
{
    int64_t around = 0, start = 0;
    put_in_order(crossings, count);
    for (int64_t i = 0; i < count; i++) {
        if (around == 0)
            start = crossings[i] >> 1;
        around += (crossings[i] & 1) * 2 - 1;
        if (around == 0 && crossings[i] >> 1 > start) {
            change_at(band, start, weight, 1);
            change_at(band, crossings[i] >> 1, weight, -1);
        }
    }
}

static void blend_changes(const Band *band, const Canvas *canvas, int64_t row)
{
    int64_t from = 0;
    int32_t coverage = 0;
    for (int64_t word = band->first_word; word < band->past_word; word++) {
        uint64_t bits = band->changed[word];
        band->changed[word] = 0;
        for (; bits; bits &= bits - 1) {
            int64_t pixel = word * 64 + __builtin_ctzll(bits);
            if (coverage)
                blend_run(canvas, row, from, pixel - from, (uint32_t)coverage);
            coverage += band->changes[pixel];
            band->changes[pixel] = 0;
            from = pixel;
        }
    }
}

static int blend_band(const Canvas *canvas, const Edges *edges, Band *band, int64_t scanlines)
{
    size_t total = count_crossings(band, edges);
    band->crossings = malloc((total + 1) * sizeof(int64_t));
    if (!band->crossings)
        return NO_MEMORY;
    find_crossings(band, edges, (double)(canvas->width * FINE));
    /* each scanline's counter has moved on to its end */
    for (int64_t line = 0; line < band->lines; line++) {
        int64_t begin = line ? band->ends[line - 1] : 0;
        cover_line(
            band, band->crossings + begin, band->ends[line] - begin, (int32_t)(FULL / scanlines)
        );
        if ((line + 1) % scanlines == 0)
            blend_changes(band, canvas, band->top + line / scanlines);
    }
    free(band->crossings);
    return DONE;
}

static int by_top(const void *one, const void *two)
{
    int64_t a = ((const Edge *)one)->y0, b = ((const Edge *)two)->y0;
    return (a > b) - (a < b);
}

/* Moves the edges that reach into a band to the front, where those of the band before are; the
   rest, from `next` on, lies in order of its upper ends. */
static void take_reaching(Edges *edges, size_t *next, size_t all, int64_t top, int64_t bottom)
{
    size_t kept = 0;
    for (size_t i = 0; i < edges->count; i++)
        if (edges->edges[i].y1 > top * FINE)
            edges->edges[kept++] = edges->edges[i];
    for (; *next < all && edges->edges[*next].y0 < bottom * FINE; (*next)++)
        edges->edges[kept++] = edges->edges[*next];
    edges->count = kept;
}

int blend_edges(const Canvas *canvas, Edges *edges)
{
    if (!edges->count)
        return DONE;
    Extent extent = extent_of(edges, canvas);
    if (extent.bottom <= extent.top)
        return DONE;
    int64_t rows = rows_at_once(edges, &extent, canvas), count = extent.scanlines;
    size_t lines = (size_t)(least(rows, extent.bottom - extent.top) * count);
    size_t pixels = (size_t)canvas->width + 2, words = (pixels + 63) >> 6;
    char *memory = calloc(1, (lines + 1) * sizeof(int64_t) + words * 8 + pixels * 4);
    if (!memory)
        return NO_MEMORY;
    Band band = {.step = FINE / count, .ends = (int64_t *)memory};
    band.shift = __builtin_ctzll((uint64_t)band.step);
    band.changed = (uint64_t *)(band.ends + lines + 1);
    band.changes = (int32_t *)(band.changed + words);
    band.first_word = extent.left >> 6;
    band.past_word = least((int64_t)words, ((extent.right + 2) >> 6) + 1);
    size_t all = edges->count, next = all;
    int is_sorted = extent.top + rows < extent.bottom && all > FEW;
    if (is_sorted) {
        qsort(edges->edges, all, sizeof(Edge), by_top);
        edges->count = next = 0;
    }
    int state = DONE;
    for (int64_t top = extent.top; top < extent.bottom && state == DONE; top += rows) {
        int64_t bottom = least(extent.bottom, top + rows);
        band.top = top;
        band.lines = (bottom - top) * count;
        if (is_sorted)
            take_reaching(edges, &next, all, top, bottom);
        state = blend_band(canvas, edges, &band, count);
    }
    free(memory);
    return state;
}
