/* The nearest level of a grid. Adding and taking away 1.5 · 2^23 rounds to a whole number, half to even,
   with two additions that every processor has: between 2^23 and 2^24 floats are whole. */

#define ROUNDER 12582912.0f

/* `value` is a float or a vector of them and may be an output. `lowest` is the first operand of the
   comparison so that NaN passes through. */
#define TO_GRID(value, step, offset, lowest, highest)          \
  do {                                                         \
    value = value / (step) - (offset);                         \
    value = value < (lowest) ? (lowest) : value;               \
    value = value > (highest) ? (highest) : value;             \
    value = (((value + ROUNDER) - ROUNDER) + (offset)) * (step); \
  } while (0)

INLINE void vectorToGrid(const EspalierGrid *grid, Lanes *vector) {
  Lanes value = *vector, step = SPLAT(grid->step), offset = SPLAT(grid->offset);
  Lanes lowest = SPLAT(grid->lowest), highest = SPLAT(grid->highest);
  TO_GRID(value, step, offset, lowest, highest);
  *vector = value;
}
