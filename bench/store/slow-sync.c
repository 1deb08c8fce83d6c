/* Makes fsync and fdatasync slow and counts them: a disk that takes its time, where the machine's own does not.
   MIROIR_SYNC_US: by how much, in microseconds. MIROIR_SYNC_COUNT: a file whose first 8 bytes are the count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t *count;
static useconds_t pause_us;

__attribute__((constructor)) static void begin(void) {
  const char *us = getenv("MIROIR_SYNC_US"), *path = getenv("MIROIR_SYNC_COUNT");
  pause_us = us ? (useconds_t)atoi(us) : 0;
  int file = path ? open(path, O_RDWR) : -1;
  if (file >= 0) {
    void *at = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) count = at;
    close(file);
  }
}

static int slowly(const char *name, int file) {
  int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (count) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
  if (pause_us) usleep(pause_us);
  return sync(file);
}

int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
