/* What Python calls: borders of rectangles, and outlines with the paths of a round pen. */

#include "raster.h"

#include <stdlib.h>

/* Of what is taken and given; core/optional_parts.py opens no library of another. */
int deixis_version(void) { return 1; }

int deixis_frame(
    uint8_t *pixels, int64_t width, int64_t height, uint32_t rgb, int32_t strength,
    int64_t x0, int64_t y0, int64_t x1, int64_t y1, int64_t line
)
{
    if (!is_sound(pixels, width, height, rgb, strength))
        return NOT_FOR_US;
    if (x0 < 0 || y0 < 0 || x1 > width || y1 > height || line < 0)
        return NOT_FOR_US;
    if (x1 <= x0 || y1 <= y0)
        return DONE;
    line = least(line, least(width, height));
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

/* `counts` of `num_rings` closed outlines and then of `num_paths` paths, whose corners lie one
   after the other in `places`; all paths have one pen. */
int deixis_outlines(
    uint8_t *pixels, int64_t width, int64_t height, uint32_t rgb, int32_t strength,
    const double *places, const int64_t *counts, int64_t num_rings, int64_t num_paths,
    double radius, int is_closed, const double *disc, int64_t disc_corners
)
{
    Pen pen = {radius, is_closed, disc, disc_corners < 0 ? 0 : (size_t)disc_corners};
    if (!is_sound(pixels, width, height, rgb, strength))
        return NOT_FOR_US;
    if (!are_sound(counts, num_rings, num_paths, &pen))
        return NOT_FOR_US;
    Canvas canvas = canvas_of(pixels, width, height, rgb, strength);
    Edges edges = {.state = DONE};
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
