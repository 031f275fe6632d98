/* Counts what a thread allocates, for tests that promise that nothing is. */
#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

/* Whether allocations are counted here: with glibc. */
int espalier_counts_allocations(void);

/* The calls of malloc and its kin by this thread since the program started. */
long espalier_allocation_count(void);

#endif
