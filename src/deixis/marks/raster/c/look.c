/* Which colour stands out most from what lies around a mark: see ../../surroundings.py and
   ../../standing_out.py, whose places, bins and sums these are. */

#include "raster.h"

#include <math.h>

enum { LEVEL_BITS = 4, COLOURS = 16 }; /* a bin has so many costs, those of no colour are 0 */

typedef struct {
    const uint8_t *pixels, *costs;
    int64_t width, height;
    const double *circle; /* `around` places about each place, times `reach` */
    int64_t around;
    double reach;
    uint32_t totals[COLOURS];
} Look;

static void look_around(Look *look, double x, double y)
{
    for (int64_t i = 0; i < look->around; i++) {
        double column = x + look->circle[2 * i] * look->reach;
        double row = y + look->circle[2 * i + 1] * look->reach;
        int is_across = column >= 0 && column < (double)look->width;
        if (!is_across || !(row >= 0 && row < (double)look->height))
            continue;
        const uint8_t *at = look->pixels + ((int64_t)row * look->width + (int64_t)column) * 3;
        uint32_t shift = 8 - LEVEL_BITS, bin = at[0] >> shift;
        bin = bin << LEVEL_BITS | at[1] >> shift;
        bin = bin << LEVEL_BITS | at[2] >> shift;
        const uint8_t *costs = look->costs + bin * COLOURS;
        for (int colour = 0; colour < COLOURS; colour++)
            look->totals[colour] += costs[colour];
    }
}

/* The first of the free colours, as bits, that costs least. */
static int cheapest(const Look *look, uint32_t free_colours)
{
    int found = NOT_FOR_US;
    for (int colour = 0; colour < COLOURS; colour++)
        if (free_colours >> colour & 1 && (found < 0 || look->totals[colour] < look->totals[found]))
            found = colour;
    return found;
}

static double length_of(const double *from)
{
    double across = from[2] - from[0], down = from[3] - from[1];
    return sqrt(across * across + down * down);
}

/* At even distances along all paths of two places and more. */
static void look_along(
    Look *look, const double *places, const int64_t *counts, int64_t num_paths, int64_t num_places
)
{
    double total = 0;
    const double *at = places;
    for (int64_t i = 0; i < num_paths; at += 2 * counts[i++])
        for (int64_t k = 0; k + 1 < counts[i]; k++)
            total += length_of(at + 2 * k);
    double step = total / (double)num_places, upto = 0;
    int64_t done = 0;
    at = places;
    for (int64_t i = 0; i < num_paths; at += 2 * counts[i++]) {
        for (int64_t k = 0; k + 1 < counts[i]; k++) {
            const double *from = at + 2 * k;
            double length = length_of(from);
            upto += length;
            for (; done < num_places && ((double)done + 0.5) * step <= upto; done++) {
                double share = ((double)done + 0.5) * step - upto + length;
                share /= length > 1e-9 ? length : 1e-9;
                look_around(
                    look, from[0] + (from[2] - from[0]) * share,
                    from[1] + (from[3] - from[1]) * share
                );
            }
        }
    }
}

static int is_sound_look(const uint8_t *pixels, int64_t width, int64_t height, const Look *look)
{
    return is_sound(pixels, width, height, 0, 0) && look->costs && look->circle && look->around > 0;
}

/* Along `num_paths` paths of `counts` places, each of two places at least. */
int deixis_look_along(
    const uint8_t *pixels, int64_t width, int64_t height, const double *places,
    const int64_t *counts, int64_t num_paths, int64_t num_places, double reach,
    const double *circle, int64_t around, const uint8_t *costs, uint32_t free_colours
)
{
    Look look = {pixels, costs, width, height, circle, around, reach, {0}};
    if (!is_sound_look(pixels, width, height, &look) || !places || !counts || num_paths < 1)
        return NOT_FOR_US;
    for (int64_t i = 0; i < num_paths; i++)
        if (counts[i] < 2)
            return NOT_FOR_US;
    look_along(&look, places, counts, num_paths, num_places);
    return cheapest(&look, free_colours);
}

/* About places, which are moved and made larger. */
int deixis_look_at(
    const uint8_t *pixels, int64_t width, int64_t height, const double *places, int64_t num_places,
    double x, double y, double times_x, double times_y, double reach, const double *circle,
    int64_t around, const uint8_t *costs, uint32_t free_colours
)
{
    Look look = {pixels, costs, width, height, circle, around, reach, {0}};
    if (!is_sound_look(pixels, width, height, &look) || (num_places && !places))
        return NOT_FOR_US;
    for (int64_t i = 0; i < num_places; i++)
        look_around(&look, places[2 * i] * times_x + x, places[2 * i + 1] * times_y + y);
    return cheapest(&look, free_colours);
}
