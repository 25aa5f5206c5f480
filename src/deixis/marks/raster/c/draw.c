/* What Python calls: borders of rectangles, and outlines with the paths of a round pen. */

#include "raster.h"

#include <stdlib.h>

int deixis_frame(
    uint8_t *pixels, int64_t width, int64_t height, uint32_t rgb, int32_t strength,
    int64_t x0, int64_t y0, int64_t x1, int64_t y1, int64_t line
)
{
    Canvas canvas = canvas_of(pixels, width, height, rgb, strength);
    for (int64_t y = y0; y < y1; y++) {
        if (2 * line >= x1 - x0 || y < y0 + line || y >= y1 - line) {
            blend_run(&canvas, y, x0, x1 - x0, FULL);
        } else {
            blend_run(&canvas, y, x0, line, FULL);
            blend_run(&canvas, y, x1 - line, line, FULL);
        }
    }
    return DONE;
}

/* `counts` of `num_rings` closed outlines and then of `num_paths` paths, whose corners lie one
   after the other in `places`; all paths have one pen. */
int deixis_outlines(
    uint8_t *pixels, int64_t width, int64_t height, uint32_t rgb, int32_t strength,
    const double *places, const int64_t *counts, int64_t num_rings, int64_t num_paths,
    double radius, int is_closed, const double *disc, int64_t disc_corners
)
{
    Canvas canvas = canvas_of(pixels, width, height, rgb, strength);
    Edges edges = {.state = DONE};
    Pen pen = {radius, is_closed, disc, (size_t)disc_corners};
    for (int64_t i = 0; i < num_rings + num_paths && edges.state == DONE; i++) {
        if (i < num_rings)
            add_outline(&edges, places, (size_t)counts[i]);
        else
            add_path(&edges, places, (size_t)counts[i], &pen);
        places += 2 * counts[i];
    }
    int state = edges.state == DONE ? blend_edges(&canvas, &edges) : edges.state;
    free(edges.edges);
    return state;
}
