/* Upright ellipses: see ../oval.py, whose names and roundings these are. */

#include "raster.h"

#include <math.h>
#include <stdlib.h>

enum { DENSE = 8192, PIECE = 65536, CELL = 8, LANES = 8 };
static const double SPARE = 1.0, BULGE = 0.15, LONGEST = 3.0, THICKEST = 0.4, THINNEST = 0.25;

typedef struct {
    double cx, cy, rx, ry, width;
    int is_filled;
} Oval;

/* What one pixel's coverage is made with; all in single precision. */
typedef struct {
    float by_x, by_y, round, grow_x, grow_y, reach;
    int is_circle, is_filled;
} Coefficients;

static Coefficients coefficients_of(const Oval *oval)
{
    double rx = oval->rx > THINNEST ? oval->rx : THINNEST;
    double ry = oval->ry > THINNEST ? oval->ry : THINNEST;
    return (Coefficients){
        .by_x = (float)(1 / rx),
        .by_y = (float)(1 / ry),
        .round = (float)rx,
        .grow_x = (float)(1 / (rx * rx)),
        .grow_y = (float)(1 / (ry * ry)),
        .reach = (float)((oval->width / 2 + 0.5) * FULL + 0.5),
        .is_circle = rx == ry,
        .is_filled = oval->is_filled,
    };
}

/* Coverage of pixels whose centres lie so far across and down from the ellipse's. */
WIDE static void cover_row(
    const Coefficients *with, const float *restrict across, float down,
    int64_t count, uint16_t *restrict coverage
)
{
    float v = down * with->by_y;
    v *= v;
    v += (float)1e-12; /* keeps the centre out of a division by zero */
    float grown = v * with->grow_y;
    int is_filled = with->is_filled;
    for (int64_t i = 0; i < count; i++) {
        float u = across[i] * with->by_x;
        u *= u;
        float distance = u + v;
        if (with->is_circle) {
            distance = (sqrtf(distance) - 1.0f) * with->round;
        } else {
            distance -= sqrtf(distance);
            distance /= sqrtf(u * with->grow_x + grown);
        }
        distance = is_filled ? distance : fabsf(distance);
        distance = distance * (float)-FULL + with->reach;
        distance = distance > 0.0f ? distance : 0.0f;
        distance = distance < (float)FULL ? distance : (float)FULL;
        coverage[i] = (uint16_t)(int32_t)distance;
    }
}

/* One row at work, and its pixels' places. */
typedef struct {
    float *across;
    uint16_t *coverage;
    int64_t left, right;
} Row;

static void blend_part(
    const Canvas *canvas, const Coefficients *with, const Row *row,
    int64_t y, float down, int64_t first, int64_t past
)
{
    if (past <= first)
        return;
    int64_t padded = (past - first + LANES - 1) / LANES * LANES; /* what is beyond is not used */
    cover_row(with, row->across + (first - row->left), down, padded, row->coverage);
    blend_row(canvas, y, first, past - first, row->coverage);
}

/* How far a row reaches into an ellipse, from its middle. */
static float half_of(double rx, double ry, float down)
{
    float square = down * down * (float)(-(rx / ry) * (rx / ry)) + (float)(rx * rx);
    return sqrtf(square > 0.0f ? square : 0.0f);
}

/* Rounded as cells of the picture's memory are, of which `shift` pixels lie before the row. */
static void measure_cells(const Row *row, float middle, int64_t shift)
{
    for (int64_t x = row->left; x < row->right + LANES; x++) {
        int64_t column = (x + shift) & (CELL - 1);
        row->across[x - row->left] = (float)column + ((float)(x - column) + middle);
    }
}

static void measure_block(const Row *row, float middle)
{
    for (int64_t x = row->left; x < row->right + LANES; x++)
        row->across[x - row->left] = (float)(x - row->left) + middle;
}

/* The rows of an ellipse, and how far beyond its line is looked. */
typedef struct {
    const Canvas *canvas;
    const Oval *oval;
    Coefficients with;
    double reach;
    int is_slender, is_open;
} Work;

static Work work_of(const Canvas *canvas, const Oval *oval)
{
    double short_axis = oval->rx < oval->ry ? oval->rx : oval->ry;
    double long_axis = oval->rx < oval->ry ? oval->ry : oval->rx;
    double spread = 1 + BULGE * (long_axis / short_axis - 1);
    double reach = oval->width / 2 * spread + 0.5 + SPARE;
    int is_thin = oval->width / 2 <= THICKEST * short_axis && long_axis <= LONGEST * short_axis;
    return (Work){
        .canvas = canvas,
        .oval = oval,
        .with = coefficients_of(oval),
        .reach = reach,
        .is_slender = !oval->is_filled && is_thin,
        .is_open = short_axis > reach,
    };
}

static int64_t within(double place, int64_t low, int64_t high)
{
    return place < (double)low ? low : place > (double)high ? high : (int64_t)place;
}

/* Of a slender ring only what lies between an ellipse a little larger and one smaller. */
static void blend_line(const Work *work, const Row *row, int64_t y, float down)
{
    const Oval *oval = work->oval;
    double outer = half_of(oval->rx + work->reach, oval->ry + work->reach, down), inner = 0;
    if (!work->is_slender) {
        blend_part(work->canvas, &work->with, row, y, down, row->left, row->right);
        return;
    }
    if (work->is_open)
        inner = half_of(oval->rx - work->reach, oval->ry - work->reach, down);
    double edges[4] = {oval->cx - outer, oval->cx - inner, oval->cx + inner, oval->cx + outer};
    int64_t past = row->left;
    for (int i = 0; i < 4; i += 2) {
        int64_t first = within(edges[i], row->left, row->right - 1);
        int64_t last = within(edges[i + 1], row->left, row->right - 1);
        first = first > past ? first : past;
        past = last + 1;
        blend_part(work->canvas, &work->with, row, y, down, first, past);
    }
}

static void blend_cells(const Work *work, const Row *row, int64_t top, int64_t bottom)
{
    float middle = (float)(0.5 - work->oval->cx);
    int64_t known = -1;
    for (int64_t y = top; y < bottom; y++) {
        int64_t shift = (y * work->canvas->width) & (CELL - 1);
        if (shift != known)
            measure_cells(row, middle, known = shift);
        blend_line(work, row, y, (float)(y - top) + (float)((double)top + 0.5 - work->oval->cy));
    }
}

static void blend_blocks(const Work *work, const Row *row, int64_t top, int64_t bottom)
{
    measure_block(row, (float)((double)row->left + 0.5 - work->oval->cx));
    int64_t rows = PIECE / (row->right - row->left);
    rows = rows > 1 ? rows : 1;
    for (int64_t y = top; y < bottom; y++) {
        int64_t first = top + (y - top) / rows * rows;
        float middle = (float)((double)first + 0.5 - work->oval->cy);
        blend_line(work, row, y, (float)(y - first) + middle);
    }
}

/* Its centre, half axes and line; and whether it is filled. */
int blend_oval(const Canvas *canvas, const Layer *layer)
{
    const double *real = layer->real;
    double cx = real[0], cy = real[1], rx = real[2], ry = real[3], line = real[4];
    if (!(is_near(cx) && is_near(cy) && is_near(rx) && is_near(ry) && is_near(line)))
        return NOT_FOR_US;
    if (rx < 0 || ry < 0 || line < 0)
        return NOT_FOR_US;
    Oval oval = {cx, cy, rx, ry, line, layer->whole[0] != 0};
    int64_t width = canvas->width, height = canvas->height;
    double reach = line / 2 + 0.5;
    int64_t left = within(floor(cx - rx - reach), 0, width);
    int64_t right = within(ceil(cx + rx + reach), 0, width);
    int64_t top = within(floor(cy - ry - reach), 0, height);
    int64_t bottom = within(ceil(cy + ry + reach), 0, height);
    if (right <= left || bottom <= top)
        return DONE;
    size_t count = (size_t)(right - left) + LANES;
    float *across = malloc(count * (sizeof(float) + sizeof(uint16_t)));
    if (!across)
        return NO_MEMORY;
    Row row = {across, (uint16_t *)(across + count), left, right};
    int is_aligned = width % CELL == 0 || (left >= CELL && right + CELL <= width);
    Work work = work_of(canvas, &oval);
    if ((right - left) * (bottom - top) > DENSE && is_aligned && work.is_slender)
        blend_cells(&work, &row, top, bottom);
    else
        blend_blocks(&work, &row, top, bottom);
    free(across);
    return DONE;
}
