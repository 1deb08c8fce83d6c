// Preloaded into a program (LD_PRELOAD), writes down in MIROIR_TRACE, in their order, all writes to and syncs of the SQLite file at
// MIROIR_TRACE_DB, of its write-ahead log, of their folder, and all that the program writes to its standard output. Linux.
//
// A record: operation (1 byte: W write, T truncate, S sync), file (1 byte: 0 database, 1 log, 2 folder, 3 standard output), 2 bytes of
// nothing, length of the data (4 bytes), offset or size (8 bytes), the data of a write. Numbers as the machine has them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4
#define OTHER FILES
#define UNKNOWN 255
#define MAX_FD 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char names[FILES - 1][PATH_MAX];
static unsigned char kinds[MAX_FD];
static int trace = -1;

__attribute__((constructor)) static void start(void) {
  const char *database = getenv("MIROIR_TRACE_DB"), *path = getenv("MIROIR_TRACE");
  memset(kinds, UNKNOWN, sizeof kinds);
  if (database == NULL || path == NULL) return;
  snprintf(names[0], PATH_MAX, "%s", database);
  snprintf(names[1], PATH_MAX, "%s-wal", database);
  snprintf(names[2], PATH_MAX, "%s", database);
  *strrchr(names[2], '/') = 0;
  trace = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int kind_of(int fd) {
  if (trace < 0 || fd < 0 || fd >= MAX_FD) return OTHER;
  if (fd == 1) return 3;
  if (kinds[fd] != UNKNOWN) return kinds[fd];
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  int kind = OTHER;
  if (length > 0) {
    path[length] = 0;
    for (int i = 0; i < FILES - 1; i++)
      if (strcmp(path, names[i]) == 0) kind = i;
  }
  return kinds[fd] = kind;
}

static void record(char operation, int kind, uint64_t offset, const void *data, uint32_t length) {
  struct { char operation, kind, nothing[2]; uint32_t length; uint64_t offset; } head = {operation, kind, {0, 0}, length, offset};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)data, length}};
  if (syscall(SYS_writev, trace, parts, length > 0 ? 2 : 1) != (ssize_t)(sizeof head + length)) abort();
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// What is traced happens under the lock: the order of the records is the order of what they record.
static ssize_t traced_write(int fd, const void *data, size_t size, off64_t offset, ssize_t (*go)(int, const void *, size_t, off64_t)) {
  int kind = kind_of(fd);
  if (kind == OTHER) return go(fd, data, size, offset);
  pthread_mutex_lock(&lock);
  off64_t at = offset >= 0 ? offset : kind == 3 ? 0 : lseek64(fd, 0, SEEK_CUR);
  ssize_t written = go(fd, data, size, offset);
  if (written > 0) record('W', kind, at, data, written);
  pthread_mutex_unlock(&lock);
  return written;
}

static ssize_t go_write(int fd, const void *data, size_t size, off64_t offset) { REAL(write); return real(fd, data, size); }
static ssize_t go_pwrite(int fd, const void *data, size_t size, off64_t offset) { REAL(pwrite64); return real(fd, data, size, offset); }
ssize_t write(int fd, const void *data, size_t size) { return traced_write(fd, data, size, -1, go_write); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return traced_write(fd, data, size, offset, go_pwrite); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return traced_write(fd, data, size, offset, go_pwrite); }

static int traced(char operation, int fd, off64_t size, int (*go)(int, off64_t)) {
  int kind = kind_of(fd);
  if (kind == OTHER) return go(fd, size);
  pthread_mutex_lock(&lock);
  int result = go(fd, size);
  if (result == 0) record(operation, kind, size, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

static int go_fsync(int fd, off64_t size) { REAL(fsync); return real(fd); }
static int go_fdatasync(int fd, off64_t size) { REAL(fdatasync); return real(fd); }
static int go_truncate(int fd, off64_t size) { REAL(ftruncate64); return real(fd, size); }
int fsync(int fd) { return traced('S', fd, 0, go_fsync); }
int fdatasync(int fd) { return traced('S', fd, 0, go_fdatasync); }
int ftruncate(int fd, off_t size) { return traced('T', fd, size, go_truncate); }
int ftruncate64(int fd, off64_t size) { return traced('T', fd, size, go_truncate); }

// The number may be another file's next.
int close(int fd) {
  REAL(close);
  if (fd >= 0 && fd < MAX_FD) kinds[fd] = UNKNOWN;
  return real(fd);
}
