/* clock.h - time that only goes forward. Real-time: vDSO reads, no system call on Linux. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

uint64_t hear_now_ns(void);      /* CLOCK_MONOTONIC */
uint64_t hear_cpu_ns(void);      /* CPU time of the whole process */
void hear_sleep_ns(uint64_t ns); /* may end early, at a signal */
#endif
