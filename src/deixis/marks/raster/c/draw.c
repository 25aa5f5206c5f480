/* What Python calls to draw: a mark's layers, each in its own way. Here are the borders of rectangles,
   and outlines with the paths of a round pen. */

#include "raster.h"

#include <stdlib.h>

/* Of what is taken and given; core/optional_parts.py opens no library of another. */
int deixis_version(void) { return 2; }

/* Its edges, and the width of its line. */
static int blend_frame(const Canvas *canvas, const Layer *layer)
{
    int64_t x0 = layer->whole[0], y0 = layer->whole[1], x1 = layer->whole[2], y1 = layer->whole[3];
    int64_t line = layer->whole[4];
    if (x0 < 0 || y0 < 0 || x1 > canvas->width || y1 > canvas->height || line < 0)
        return NOT_FOR_US;
    if (x1 <= x0 || y1 <= y0)
        return DONE;
    line = least(line, least(canvas->width, canvas->height));
    for (int64_t y = y0; y < y1; y++) {
        if (2 * line >= x1 - x0 || y < y0 + line || y >= y1 - line) {
            blend_run(canvas, y, x0, x1 - x0, FULL);
        } else {
            blend_run(canvas, y, x0, line, FULL);
            blend_run(canvas, y, x1 - line, line, FULL);
        }
    }
    return DONE;
}

static int are_sound(const int64_t *counts, int64_t num_rings, int64_t num_paths, const Pen *pen)
{
    if (num_rings < 0 || num_paths < 0 || (num_rings + num_paths > 0 && !counts))
        return 0;
    for (int64_t i = 0; i < num_rings + num_paths; i++)
        if (counts[i] < 1)
            return 0;
    int is_pen = pen->radius > 0 && is_near(pen->radius) && pen->disc && pen->disc_corners >= 3;
    return !num_paths || is_pen;
}

/* How many places each of so many closed outlines and then of so many paths has; their corners lie
   one after the other. All paths have one pen. */
static int blend_outlines(const Canvas *canvas, const Layer *layer)
{
    int64_t num_rings = layer->whole[0], num_paths = layer->whole[1];
    const double *places = layer->lists[0];
    const int64_t *counts = layer->lists[1];
    Pen pen = {layer->real[0], layer->whole[2] != 0, layer->lists[2], 0};
    pen.disc_corners = layer->whole[3] < 0 ? 0 : (size_t)layer->whole[3];
    if (!are_sound(counts, num_rings, num_paths, &pen))
        return NOT_FOR_US;
    Edges edges = {.state = DONE};
    for (int64_t i = 0; i < num_rings + num_paths && edges.state == DONE; i++) {
        if (i < num_rings)
            add_outline(&edges, places, (size_t)counts[i]);
        else
            add_path(&edges, places, (size_t)counts[i], &pen);
        places += 2 * counts[i];
    }
    int state = edges.state == DONE ? blend_edges(canvas, &edges) : edges.state;
    free(edges.edges);
    return state;
}

static int blend_layer(const Canvas *canvas, const Layer *layer)
{
    switch (layer->kind) {
    case FRAME:
        return blend_frame(canvas, layer);
    case OVAL:
        return blend_oval(canvas, layer);
    case OUTLINES:
        return blend_outlines(canvas, layer);
    case MASK:
        return blend_mask(canvas, layer);
    default:
        return NOT_FOR_US;
    }
}

/* How many of the layers were laid, one over the other: all, or as many as come before one that
   Python has to. */
int64_t deixis_layers(
    uint8_t *pixels, int64_t width, int64_t height, const Layer *layers, int64_t num_layers
)
{
    for (int64_t i = 0; i < num_layers;) {
        int is_pair = i + 1 < num_layers && are_rims_of_one(layers + i);
        Canvas two[2];
        for (int k = 0; k <= is_pair; k++) {
            const Layer *layer = layers + i + k;
            if (!is_sound(pixels, width, height, layer->rgb, layer->strength))
                return i;
            two[k] = canvas_of(pixels, width, height, layer->rgb, layer->strength);
        }
        int state = is_pair ? blend_rims(two, layers + i) : blend_layer(two, layers + i);
        if (state != DONE)
            return state == NO_MEMORY ? NO_MEMORY : i;
        i += 1 + is_pair;
    }
    return num_layers;
}
