/* Blending: out = (in * (256 - w) + ink * w) / 256, rounded down, w = coverage * strength. */

#include "raster.h"

#include <string.h>

int is_sound(const uint8_t *pixels, int64_t width, int64_t height, int64_t rgb, int64_t strength)
{
    int is_picture = pixels && width > 0 && height > 0 && width < 1 << 30 && height < 1 << 30;
    return is_picture && rgb >= 0 && rgb < 1 << 24 && strength >= 0 && strength <= FULL;
}

Canvas canvas_of(uint8_t *pixels, int64_t width, int64_t height, int64_t rgb, int64_t strength)
{
    Canvas canvas = {.pixels = pixels, .width = width, .height = height};
    canvas.strength = (uint32_t)strength;
    for (int i = 0; i < 3; i++)
        canvas.ink[i] = (rgb >> (16 - 8 * i)) & 255;
    for (int i = 0; i < 3 * CHUNK; i++) {
        canvas.added[i] = (uint16_t)(canvas.ink[i % 3] * canvas.strength);
        canvas.opaque[i] = (uint8_t)canvas.ink[i % 3];
    }
    return canvas;
}

static void blend_few(uint8_t *at, int64_t count, const uint16_t *ink, uint32_t weight)
{
    uint32_t kept = FULL - weight;
    uint32_t red = ink[0] * weight, green = ink[1] * weight, blue = ink[2] * weight;
    for (int64_t i = 0; i < count; i++, at += 3) {
        at[0] = (uint8_t)((at[0] * kept + red) >> 8);
        at[1] = (uint8_t)((at[1] * kept + green) >> 8);
        at[2] = (uint8_t)((at[2] * kept + blue) >> 8);
    }
}

static void blend_chunk(uint8_t *restrict at, const uint16_t *restrict added, uint16_t kept)
{
    for (int i = 0; i < 3 * CHUNK; i++)
        at[i] = (uint8_t)((uint16_t)(at[i] * kept + added[i]) >> 8);
}

void blend_run(const Canvas *canvas, int64_t y, int64_t x, int64_t count, uint32_t coverage)
{
    uint32_t weight = (coverage * canvas->strength + FULL / 2) >> 8;
    uint8_t *at = canvas->pixels + (y * canvas->width + x) * 3;
    if (count == 1) { /* most of a line's edge */
        blend_few(at, 1, canvas->ink, weight);
        return;
    }
    if (weight == FULL) {
        for (; count >= CHUNK; count -= CHUNK, at += 3 * CHUNK)
            memcpy(at, canvas->opaque, 3 * CHUNK);
        memcpy(at, canvas->opaque, (size_t)count * 3);
        return;
    }
    if (coverage == FULL)
        for (; count >= CHUNK; count -= CHUNK, at += 3 * CHUNK)
            blend_chunk(at, canvas->added, (uint16_t)(FULL - weight));
    blend_few(at, count, canvas->ink, weight);
}

void blend_row(
    const Canvas *canvas, int64_t y, int64_t x, int64_t count, const uint16_t *coverage
)
{
    uint8_t *row = canvas->pixels + (y * canvas->width + x) * 3;
    for (int64_t first = 0; first < count;) {
        uint16_t level = coverage[first];
        if (level && level < FULL) { /* an edge's pixels differ */
            uint32_t weight = (level * canvas->strength + FULL / 2) >> 8;
            blend_few(row + 3 * first++, 1, canvas->ink, weight);
            continue;
        }
        int64_t last = first + 1;
        uint64_t four = level * 0x0001000100010001u, there;
        for (; last + 4 <= count; last += 4) {
            memcpy(&there, coverage + last, sizeof there);
            if (there != four)
                break;
        }
        while (last < count && coverage[last] == level)
            last++;
        if (level)
            blend_run(canvas, y, x + first, last - first, level);
        first = last;
    }
}
