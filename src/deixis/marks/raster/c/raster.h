/* The rasteriser's quick half: what the Python files beside this folder do, to the same bytes.

   Whole numbers from 1/256 of a pixel on; before that + - * / and roots of IEEE numbers, never
   fused, in the order in which the Python files write them. Nothing is kept between calls. */

#ifndef DEIXIS_RASTER_H
#define DEIXIS_RASTER_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>

#if FLT_EVAL_METHOD != 0
#error "floating numbers are not kept to their own precision here"
#endif

/* Made twice, once for processors with wider registers; the numbers are the same. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

enum { DONE = 0, NOT_FOR_US = -1, NO_MEMORY = -2 }; /* after NOT_FOR_US no pixel is changed */
enum { FINE = 256, FULL = 256, CHUNK = 16 };        /* parts of a pixel; whole coverage; pixels */

#define FARTHEST 134217728.0                        /* pixels: 2^27 */

/* What only these files call is called straight. */
#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* A picture of height x width x 3 bytes, and the ink laid over it; strength is 0..256. */
typedef struct {
    uint8_t *pixels;
    int64_t width, height;
    uint32_t strength;
    uint16_t ink[3];
    uint16_t added[3 * CHUNK]; /* ink times strength, for CHUNK pixels */
    uint8_t opaque[3 * CHUNK];
} Canvas;

/* Whether a caller's canvas can be drawn on at all; strengths and sides are looked at, not pixels. */
int is_sound(const uint8_t *pixels, int64_t width, int64_t height, int64_t rgb, int64_t strength);

/* Whether a number is one, and near enough to be worked with; beyond it Python decides. */
static inline int is_near(double number) { return number > -FARTHEST && number < FARTHEST; }

Canvas canvas_of(uint8_t *pixels, int64_t width, int64_t height, int64_t rgb, int64_t strength);

/* Blend `count` pixels from column x of row y on, all covered alike (0..256). */
void blend_run(const Canvas *canvas, int64_t y, int64_t x, int64_t count, uint32_t coverage);

/* Blend a row's pixels from column x on, each by its own coverage. */
void blend_row(
    const Canvas *canvas, int64_t y, int64_t x, int64_t count, const uint16_t *coverage
);

/* Sides of outlines in 1/256 pixels, from above to below. */
typedef struct {
    int64_t x0, y0, x1, y1, leads_down;
} Edge;

typedef struct {
    Edge *edges;
    size_t count, room;
    int state; /* DONE, or why it cannot go on */
} Edges;

/* Add a closed outline of x, y, x, y, … in pixels. */
void add_outline(Edges *edges, const double *corners, size_t count);

/* Add what a round pen covers; `disc` is a circle of radius 1 as an outline. */
typedef struct {
    double radius;
    int is_closed;
    const double *disc;
    size_t disc_corners;
} Pen;

void add_path(Edges *edges, const double *places, size_t count, const Pen *pen);

/* Blend what any of the outlines encloses; the edges are put in another order. */
int blend_edges(const Canvas *canvas, Edges *edges);

/* The kinds of inks, and one of them with how it is laid, as ../packed.py packs both. */
enum { FRAME, OVAL, OUTLINES, MASK };

typedef struct {
    int64_t kind, rgb, strength;
    int64_t whole[5];     /* what a kind counts */
    double real[5];       /* what it measures */
    const void *lists[3]; /* what it has any number of */
} Layer;

/* One layer on a canvas of its own, which is sound; NOT_FOR_US where Python has to. */
int blend_oval(const Canvas *canvas, const Layer *layer);
int blend_mask(const Canvas *canvas, const Layer *layer);

/* Two lines around one mask, the second over the first. */
int are_rims_of_one(const Layer *two);
int blend_rims(const Canvas *two, const Layer *layers);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
