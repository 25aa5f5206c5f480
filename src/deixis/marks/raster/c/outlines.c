/* Closed outlines, scanline by scanline: see ../outline.py, ../scan.py and ../intervals.py. */

#include "raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LARGEST = 134217728.0; /* 1/256 pixels; beyond it Python counts */
enum { CROSSINGS = 1 << 17, BAND = 1 << 17, FEW = 4096, FEW_SIDES = 64 };

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

/* An edge as a band's scanlines cross it, from `first` to before `past`: `start`, and so much farther
   on each; 1 where it leads down, else -1. */
typedef struct {
    double start, stride;
    int64_t first;
    int32_t past, turn;
} Side;

/* One band of rows: its scanlines' crossings, and the changes of coverage along one row. */
typedef struct {
    int64_t top, lines, step, shift;
    int64_t first_word, past_word; /* of `changed`, that any row can reach */
    double width;                  /* in 1/256 pixels */
    int32_t weight;                /* of a scanline */
    size_t *ends;                  /* per scanline, one past the last side that begins there */
    Side *sides;                   /* by the scanlines where they begin */
    size_t num, next;              /* that cross the line at work; that begins next */
    size_t *crossed;               /* those that cross it */
    double *places;                /* and where */
    int32_t *changes;              /* per pixel of the row; all 0 between rows */
    uint64_t *changed;             /* a bit a pixel */
} Band;

static Side side_of(const Band *band, const Edge *edge)
{
    int64_t ahead = band->step / 2 - 1 - band->top * FINE;
    double slope = (double)(edge->x1 - edge->x0) / (double)(edge->y1 - edge->y0);
    double above = (double)(band->top * FINE + band->step / 2 - edge->y0);
    return (Side){
        .start = (double)edge->x0 + above * slope,
        .stride = slope * (double)band->step,
        .first = most((edge->y0 + ahead) >> band->shift, 0),
        .past = (int32_t)least((edge->y1 + ahead) >> band->shift, band->lines),
        .turn = edge->leads_down ? 1 : -1,
    };
}

/* They are counted, and what none of the lines crosses is left out. */
static void put_by_beginnings(Band *band, const Edges *edges, Side *found)
{
    size_t num = 0;
    memset(band->ends, 0, ((size_t)band->lines + 1) * sizeof(size_t));
    for (size_t i = 0; i < edges->count; i++) {
        found[num] = side_of(band, edges->edges + i);
        if (found[num].first < found[num].past)
            band->ends[found[num++].first + 1]++;
    }
    for (int64_t line = 0; line < band->lines; line++)
        band->ends[line + 1] += band->ends[line];
    for (size_t i = 0; i < num; i++)
        band->sides[band->ends[found[i].first]++] = found[i];
}

static inline double reached(const Side *side, int64_t line)
{
    return side->stride * (double)line + side->start;
}

static inline int64_t rounded(const Band *band, double place)
{
    return lrint(place < 0 ? 0 : place > band->width ? band->width : place);
}

/* The crossings of a line go from left to right; mostly they lie as on the line before. */
static void put_in_order(const Band *band, int64_t line)
{
    size_t num = band->num, gap = 1, *restrict crossed = band->crossed;
    double *restrict places = band->places;
    for (size_t i = 0; i < num; i++)
        places[i] = reached(band->sides + crossed[i], line);
    while (num > FEW_SIDES && gap < num / 3)
        gap = 3 * gap + 1;
    for (; gap; gap /= 3)
        for (size_t i = gap; i < num; i++) {
            double place = places[i];
            if (places[i - gap] <= place)
                continue;
            size_t side = crossed[i], j = i;
            for (; j >= gap && places[j - gap] > place; j -= gap) {
                places[j] = places[j - gap];
                crossed[j] = crossed[j - gap];
            }
            places[j] = place;
            crossed[j] = side;
        }
}

/* What an edge at a place leaves for the pixel after its own. */
static inline int32_t rest_of(const Band *band, int64_t place)
{
    return (int32_t)(((place & (FINE - 1)) * band->weight + FINE / 2) >> 8);
}

static inline void change_pixel(const Band *band, int64_t pixel, int32_t here, int32_t after)
{
    int64_t bit = pixel & 63;
    band->changes[pixel] += here;
    band->changes[pixel + 1] += after;
    uint64_t *word = band->changed + (pixel >> 6);
    if ((*word >> bit & 3) == 3) /* mostly so: the scanline above was changed there too */
        return;
    *word |= (uint64_t)3 << bit;
    if (bit == 63)
        word[1] |= 1;
}

static inline void change_at(const Band *band, int64_t place, int32_t sign)
{
    int32_t rest = rest_of(band, place);
    change_pixel(band, place >> 8, sign * (band->weight - rest), sign * rest);
}

static void cover_line(const Band *band)
{
    int64_t start = 0;
    int32_t around = 0;
    for (size_t i = 0; i < band->num; i++) {
        int64_t place = rounded(band, band->places[i]);
        if (around == 0)
            start = place;
        around += band->sides[band->crossed[i]].turn;
        if (around == 0 && place > start) {
            change_at(band, start, 1);
            change_at(band, place, -1);
        }
    }
}

/* Whether sides in order on the line at work are so on all up to `past`. Straight ones that are apart
   on the first and on the last are so between them, by far more than rounding takes. */
static int are_apart(const Band *band, int64_t past)
{
    double last = -INFINITY;
    for (size_t i = 0; i < band->num; i++) {
        double before = last;
        last = reached(band->sides + band->crossed[i], past - 1);
        if (last - before < 1 || (i && band->places[i] - band->places[i - 1] < 1))
            return 0;
    }
    return 1;
}

/* A side changes the coverage on each of these lines. */
static void change_along(const Band *band, const Side *side, int64_t line, int64_t past, int32_t sign)
{
    int64_t pixel = rounded(band, reached(side, line)) >> 8;
    if (rounded(band, reached(side, past - 1)) >> 8 != pixel) {
        for (; line < past; line++)
            change_at(band, rounded(band, reached(side, line)), sign);
        return;
    }
    int32_t whole = (int32_t)(past - line) * band->weight, rest = 0;
    for (; line < past; line++)
        rest += rest_of(band, rounded(band, reached(side, line)));
    change_pixel(band, pixel, sign * (whole - rest), sign * rest);
}

/* Lines that the same sides cross. */
static void cover_lines(const Band *band, int64_t line, int64_t past)
{
    put_in_order(band, line);
    if (past - line == 1 || !are_apart(band, past)) {
        cover_line(band);
        if (++line < past)
            cover_lines(band, line, past);
        return;
    }
    int32_t around = 0;
    for (size_t i = 0; i < band->num; i++) {
        const Side *side = band->sides + band->crossed[i];
        if (around == 0)
            change_along(band, side, line, past, 1);
        around += side->turn;
        if (around == 0)
            change_along(band, side, line, past, -1);
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

/* The sides that this line crosses; the line is told before which no other begins and none ends. */
static int64_t take_crossed(Band *band, int64_t line)
{
    size_t num = 0, all = band->ends[band->lines], *crossed = band->crossed;
    int64_t until = band->lines;
    for (size_t i = 0; i < band->num; i++) {
        size_t side = crossed[i];
        int64_t past = band->sides[side].past;
        crossed[num] = side; /* whether it stays nobody could foresee */
        num += past > line;
        until = past > line ? least(until, past) : until;
    }
    for (; band->next < band->ends[line]; band->next++) {
        crossed[num++] = band->next;
        until = least(until, band->sides[band->next].past);
    }
    band->num = num;
    return band->next < all ? least(until, band->sides[band->next].first) : until;
}

static int blend_band(const Canvas *canvas, const Edges *edges, Band *band, int64_t scanlines)
{
    size_t count = edges->count + 1;
    char *memory = malloc(count * (2 * sizeof(Side) + sizeof(size_t) + sizeof(double)));
    if (!memory)
        return NO_MEMORY;
    band->sides = (Side *)memory;
    band->crossed = (size_t *)(band->sides + 2 * count);
    band->places = (double *)(band->crossed + count);
    band->num = band->next = 0;
    put_by_beginnings(band, edges, band->sides + count);
    int64_t until = 0;
    for (int64_t line = 0, past; line < band->lines; line = past) {
        if (line == until)
            until = take_crossed(band, line);
        int64_t row = line / scanlines;
        past = least(until, (row + 1) * scanlines);
        cover_lines(band, line, past);
        if (past % scanlines == 0)
            blend_changes(band, canvas, band->top + row);
    }
    free(memory);
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
    char *memory = calloc(1, (lines + 1) * sizeof(size_t) + words * 8 + pixels * 4);
    if (!memory)
        return NO_MEMORY;
    Band band = {.step = FINE / count, .ends = (size_t *)memory};
    band.shift = __builtin_ctzll((uint64_t)band.step);
    band.changed = (uint64_t *)(band.ends + lines + 1);
    band.changes = (int32_t *)(band.changed + words);
    band.width = (double)(canvas->width * FINE);
    band.weight = (int32_t)(FULL / count);
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
