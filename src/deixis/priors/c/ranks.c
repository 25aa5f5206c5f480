/* Counting the scores above each picture's own: ../counting.py does the same without this.

   A block of float32 scores is looked through once. What float32 cannot tell from the goal is made
   again in float64 from the embeddings themselves. Nothing is kept between calls. */

#include <stdint.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

enum { DONE = 0, NOT_FOR_US = -1 }; /* after NOT_FOR_US nothing was counted */
enum { RUN = 64, LANES = 8 }; /* scores that are looked through together; sums side by side */

/* Of what is taken and given; core/optional_parts.py opens no library of another. */
int deixis_version(void) { return 2; }

/* The block's embeddings, as they were given, with the inverses of their lengths. */
typedef struct {
    const float *images, *names;
    const double *by_image, *by_name;
    int64_t width;
} Sides;

WIDE static double cosine(const Sides *sides, int64_t image, int64_t name)
{
    const float *left = sides->images + image * sides->width;
    const float *right = sides->names + name * sides->width;
    double sums[LANES] = {0};
    int64_t place = 0;
    for (; place + LANES <= sides->width; place += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += (double)left[place + lane] * (double)right[place + lane];
    for (; place < sides->width; place++)
        sums[0] += (double)left[place] * (double)right[place];
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum * (sides->by_image[image] * sides->by_name[name]);
}

/* How many of a run are above `high`, and how many above `low`. */
WIDE static void look_through(
    const float *scores, int64_t count, float high, float low, int64_t *above, int64_t *reached
)
{
    int32_t highs = 0, lows = 0;
    for (int64_t i = 0; i < count; i++) {
        highs += scores[i] > high;
        lows += scores[i] > low;
    }
    *above = highs;
    *reached = lows;
}

/* Adds to `counts` how many names of a block stand above each picture's own, and half of those
   level with it. `scores` are rows x columns, `stride` apart; `highs` and `lows` are what surely
   stands above a goal, and what surely does not; `own` is each picture's own column, which is no
   rival, or one outside the block. Answers DONE, or NOT_FOR_US where it cannot be told to. */
int deixis_count_above(
    const float *scores, int64_t rows, int64_t columns, int64_t stride, const float *highs,
    const float *lows, const float *images, const float *names, int64_t width,
    const double *by_image, const double *by_name, const double *goals, const int64_t *own,
    double tie, double *counts
)
{
    if (!(scores && highs && lows && images && names && by_image && by_name && goals && own && counts))
        return NOT_FOR_US;
    if (rows < 0 || columns < 0 || width < 0 || stride < columns)
        return NOT_FOR_US;
    Sides sides = {images, names, by_image, by_name, width};
    for (int64_t row = 0; row < rows; row++) {
        const float *line = scores + row * stride;
        int64_t total = 0, num_level = 0;
        for (int64_t start = 0; start < columns; start += RUN) {
            int64_t count = columns - start < RUN ? columns - start : RUN, above, reached;
            look_through(line + start, count, highs[row], lows[row], &above, &reached);
            total += above;
            if (above == reached)
                continue;
            for (int64_t column = start; column < start + count; column++) {
                if (!(line[column] > lows[row]) || line[column] > highs[row] || column == own[row])
                    continue;
                double apart = cosine(&sides, row, column) - goals[row];
                total += apart > tie;
                num_level += apart <= tie && apart >= -tie;
            }
        }
        counts[row] += (double)total + 0.5 * (double)num_level;
    }
    return DONE;
}
