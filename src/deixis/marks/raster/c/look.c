/* Which colour stands out most from what lies around a mark: see ../../surroundings.py and
   ../../standing_out.py, whose places, bins and sums these are. */

#include "raster.h"

#include <math.h>
#include <string.h>

enum { LEVEL_BITS = 4, AT_ONCE = 256, COLOURS = 16 }; /* a bin has so many costs, those of no colour are 0 */

/* What is asked, as ../packed.py packs it. */
typedef struct {
    const double *places;
    const int64_t *counts;             /* places of each path; none where they lie about … */
    int64_t num;                       /* paths, or places */
    double x, y, times_x, times_y;     /* … and are moved and made larger */
    double reach;
    const double *circle;              /* `around` places about each place, times `reach` */
    int64_t around;
    const uint8_t *costs;
    int64_t num_places, free_colours; /* so many along all paths; as bits */
} Asked;

typedef struct {
    const uint8_t *pixels;
    int64_t width, height;
    const Asked *asked;
    int64_t num_bins; /* not yet in the totals: what is read from far away is asked for together */
    uint16_t bins[AT_ONCE];
    uint32_t totals[COLOURS];
} Look;

/* A bin's costs are two words of eight bytes; sums of at most AT_ONCE bins fit 16 bits, four of which
   are in one word. */
static void add_costs(
    const uint8_t *restrict costs, const uint16_t *restrict bins, int64_t num_bins,
    uint32_t *restrict totals
)
{
    const uint64_t every_other = 0x00ff00ff00ff00ff;
    uint64_t sums[2][2] = {{0}}; /* of each word: its bytes 0, 2, 4, 6 and its bytes 1, 3, 5, 7 */
    for (int64_t i = 0; i < num_bins; i++) {
        uint64_t words[2];
        memcpy(words, costs + bins[i] * COLOURS, COLOURS);
        for (int k = 0; k < 2; k++) {
            sums[k][0] += words[k] & every_other;
            sums[k][1] += words[k] >> 8 & every_other;
        }
    }
    const uint16_t is_little = 1;
    int first_byte = *(const uint8_t *)&is_little ? 0 : COLOURS / 2 - 1;
    for (int colour = 0; colour < COLOURS; colour++) {
        int byte = colour % (COLOURS / 2) ^ first_byte;
        totals[colour] += sums[colour / (COLOURS / 2)][byte & 1] >> (byte / 2 * 16) & 0xffff;
    }
}

static void look_around(Look *look, double x, double y)
{
    const double *circle = look->asked->circle, reach = look->asked->reach;
    double width = (double)look->width, height = (double)look->height;
    int64_t around = look->asked->around, num_bins = look->num_bins;
    for (int64_t i = 0; i < around; i++) {
        double column = x + circle[2 * i] * reach;
        double row = y + circle[2 * i + 1] * reach;
        if (!(column >= 0 && column < width && row >= 0 && row < height))
            continue;
        const uint8_t *at = look->pixels + ((int64_t)row * look->width + (int64_t)column) * 3;
        uint32_t shift = 8 - LEVEL_BITS, bin = at[0] >> shift;
        bin = bin << LEVEL_BITS | at[1] >> shift;
        bin = bin << LEVEL_BITS | at[2] >> shift;
        look->bins[num_bins++] = (uint16_t)bin;
        if (num_bins == AT_ONCE) {
            add_costs(look->asked->costs, look->bins, num_bins, look->totals);
            num_bins = 0;
        }
    }
    look->num_bins = num_bins;
}

/* The first of the free colours, as bits, that costs least. */
static int cheapest(Look *look)
{
    add_costs(look->asked->costs, look->bins, look->num_bins, look->totals);
    int found = NOT_FOR_US;
    for (int colour = 0; colour < COLOURS; colour++)
        if (look->asked->free_colours >> colour & 1 &&
            (found < 0 || look->totals[colour] < look->totals[found]))
            found = colour;
    return found;
}

static double length_of(const double *from)
{
    double across = from[2] - from[0], down = from[3] - from[1];
    return sqrt(across * across + down * down);
}

/* At even distances along all paths of two places and more. */
static void look_along(Look *look)
{
    const double *places = look->asked->places;
    const int64_t *counts = look->asked->counts;
    int64_t num_paths = look->asked->num, num_places = look->asked->num_places;
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

static int is_sound_look(const Look *look)
{
    const Asked *asked = look->asked;
    int is_picture = is_sound(look->pixels, look->width, look->height, 0, 0);
    if (!is_picture || !asked->costs || !asked->circle || asked->around < 1)
        return 0;
    if (!asked->counts)
        return asked->places || asked->num < 1;
    for (int64_t i = 0; i < asked->num; i++)
        if (asked->counts[i] < 2)
            return 0;
    return asked->places && asked->num > 0;
}

/* The number of the colour, or NOT_FOR_US. */
int deixis_look(const uint8_t *pixels, int64_t width, int64_t height, const Asked *asked)
{
    Look look = {.pixels = pixels, .width = width, .height = height, .asked = asked};
    if (!is_sound_look(&look))
        return NOT_FOR_US;
    if (asked->counts) {
        look_along(&look);
        return cheapest(&look);
    }
    for (int64_t i = 0; i < asked->num; i++)
        look_around(
            &look, asked->places[2 * i] * asked->times_x + asked->x,
            asked->places[2 * i + 1] * asked->times_y + asked->y
        );
    return cheapest(&look);
}
