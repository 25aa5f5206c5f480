/* A round pen's path as outlines: see ../lines.py, whose names these are. */

#include "raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double GENTLE = 0.97, SHORTEST = 1.0 / 64;

typedef struct {
    double x, y;
} XY;

/* What is known of a path with `num` stretches: stretch i leads from places[i] to places[i + 1],
   bend i lies between stretches i and i + 1. */
typedef struct {
    size_t num;
    XY *places, *side, *middle;
    double *lengths, *cosine, *taken;
    char *is_smooth;
} Path;

static XY plus(XY a, XY b) { return (XY){a.x + b.x, a.y + b.y}; }
static XY minus(XY a, XY b) { return (XY){a.x - b.x, a.y - b.y}; }

static double cosine_of(XY before, XY after, double squared)
{
    return (before.x * after.x + before.y * after.y) / squared;
}

static double sine_of(XY before, XY after, double squared)
{
    return (before.x * after.y - before.y * after.x) / squared;
}

static void add_disc(Edges *edges, XY place, const Pen *pen, XY *room)
{
    for (size_t i = 0; i < pen->disc_corners; i++) {
        room[i].x = place.x + pen->disc[2 * i] * pen->radius;
        room[i].y = place.y + pen->disc[2 * i + 1] * pen->radius;
    }
    add_outline(edges, &room->x, pen->disc_corners);
}

static void add_joint(Edges *edges, XY place, XY before, XY after, const Pen *pen, XY *room)
{
    double squared = pen->radius * pen->radius;
    if (cosine_of(before, after, squared) < GENTLE) {
        add_disc(edges, place, pen, room);
        return;
    }
    double outer = sine_of(before, after, squared) > 0 ? -1.0 : 1.0;
    XY wedge[3] = {
        place,
        {place.x + outer * before.x, place.y + outer * before.y},
        {place.x + outer * after.x, place.y + outer * after.y},
    };
    add_outline(edges, &wedge->x, 3);
}

static void measure(Path *path, double radius)
{
    size_t num = path->num;
    for (size_t i = 0; i < num; i++) {
        XY along = minus(path->places[i + 1], path->places[i]);
        path->lengths[i] = sqrt(along.x * along.x + along.y * along.y);
        double scale = radius / path->lengths[i];
        path->side[i] = (XY){-(along.y * scale), along.x * scale};
    }
    double squared = radius * radius;
    for (size_t i = 0; i + 1 < num; i++) {
        double cosine = cosine_of(path->side[i], path->side[i + 1], squared);
        double sine = sine_of(path->side[i], path->side[i + 1], squared);
        double opening = 1 + (cosine > 0 ? cosine : 0);
        path->cosine[i] = cosine;
        path->taken[i] = cosine >= GENTLE ? fabs(sine) / opening * radius : 0;
    }
    for (size_t i = 0; i + 1 < num; i++) {
        double before = (i ? path->taken[i - 1] : 0) + path->taken[i];
        double after = path->taken[i] + (i + 2 < num ? path->taken[i + 1] : 0);
        path->is_smooth[i] = path->cosine[i] >= GENTLE && path->lengths[i] > before
                             && path->lengths[i + 1] > after;
    }
}

/* One outline for the stretches first..last-1, between which all bends are smooth. */
static void add_band(Edges *edges, const Path *path, size_t first, size_t last)
{
    size_t count = last - first + 1;
    for (size_t i = 0; i < count; i++) {
        size_t bend = first + i - 1;
        XY out;
        if (i == 0 || i == count - 1) {
            out = path->side[i == 0 ? first : last - 1];
        } else {
            XY both = plus(path->side[bend], path->side[bend + 1]);
            double opening = 1 + path->cosine[bend];
            out = (XY){both.x / opening, both.y / opening};
        }
        path->middle[i] = plus(path->places[first + i], out);
        path->middle[2 * count - 1 - i] = minus(path->places[first + i], out);
    }
    add_outline(edges, &path->middle->x, 2 * count);
}

static void add_measured(Edges *edges, Path *path, const Pen *pen, XY *room)
{
    size_t num = path->num;
    measure(path, pen->radius);
    size_t first = 0;
    for (size_t i = 0; i < num; i++) {
        if (i + 1 < num && path->is_smooth[i])
            continue;
        add_band(edges, path, first, i + 1);
        first = i + 1;
        if (i + 1 < num)
            add_joint(edges, path->places[i + 1], path->side[i], path->side[i + 1], pen, room);
    }
    if (pen->is_closed) {
        add_joint(edges, path->places[0], path->side[num - 1], path->side[0], pen, room);
        return;
    }
    add_disc(edges, path->places[0], pen, room);
    add_disc(edges, path->places[num], pen, room);
}

static int are_near(XY one, XY two)
{
    return fabs(one.x - two.x) < SHORTEST && fabs(one.y - two.y) < SHORTEST;
}

static size_t keep_distinct(XY *kept, const double *places, size_t count, int is_closed)
{
    size_t num = 0;
    for (size_t i = 0; i < count; i++) {
        XY place = {places[2 * i], places[2 * i + 1]};
        if (!num || !are_near(place, kept[num - 1]))
            kept[num++] = place;
    }
    while (is_closed && num > 1 && are_near(kept[0], kept[num - 1]))
        num--;
    return num;
}

void add_path(Edges *edges, const double *places, size_t count, const Pen *pen)
{
    if (!count) {
        edges->state = NOT_FOR_US;
        return;
    }
    size_t most = count + 1;
    size_t bytes = most * (4 * sizeof(XY) + 3 * sizeof(double) + 1) + pen->disc_corners * sizeof(XY);
    char *memory = malloc(bytes);
    if (!memory) {
        edges->state = NO_MEMORY;
        return;
    }
    Path path = {.places = (XY *)memory};
    path.side = path.places + most;
    path.middle = path.side + most;
    XY *room = path.middle + 2 * most;
    path.lengths = (double *)(room + pen->disc_corners);
    path.cosine = path.lengths + most;
    path.taken = path.cosine + most;
    path.is_smooth = (char *)(path.taken + most);
    size_t num = keep_distinct(path.places, places, count, pen->is_closed);
    if (num == 1) {
        add_disc(edges, path.places[0], pen, room);
    } else {
        if (pen->is_closed)
            path.places[num++] = path.places[0];
        path.num = num - 1;
        add_measured(edges, &path, pen, room);
    }
    free(memory);
}
