/*
 * Loaded before libc (LD_PRELOAD): the wall clock of a process is ahead of the machine's by as many seconds as the file in
 * ASSAY_TEST_CLOCK says, in a 64-bit integer; by none where it cannot be read. Monotonic clocks, and with them timers, go on undisturbed,
 * as when somebody sets a real machine's clock. (libfaketime does the same, but redis-server hangs under it: its allocator asks for
 * the time before libfaketime is ready.)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t none = 0;
static volatile int64_t *ahead = &none;

__attribute__((constructor)) static void open_clock(void) {
  const char *path = getenv("ASSAY_TEST_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) ahead = mapped;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = (int)syscall(SYS_clock_gettime, clock, now);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead;
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *also) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  if (also) *also = exact.tv_sec;
  return exact.tv_sec;
}
