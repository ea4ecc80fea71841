/* The system calls of SQLite's files, and the clock. It imports neither pwritev nor fallocate. */
#include "faults.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536 };

static uint8_t files[DESCRIPTORS]; /* 1 + enum file; 0 is none of ours */

static enum file file_of_path(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  size_t length = strlen(database_name);
  if (strncmp(name, database_name, length) != 0) {
    return OTHER;
  }
  name += length;
  return *name == 0 ? DATABASE : strcmp(name, "-wal") == 0 ? WAL : strcmp(name, "-journal") == 0 ? JOURNAL : OTHER;
}

static enum file file_of(int descriptor) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS) {
    return OTHER;
  }
  uint8_t entry = __atomic_load_n(&files[descriptor], __ATOMIC_ACQUIRE);
  return entry == 0 ? OTHER : (enum file)(entry - 1);
}

static void set_file(int descriptor, enum file file) {
  if (descriptor >= 0 && descriptor < DESCRIPTORS) {
    __atomic_store_n(&files[descriptor], file == OTHER ? 0 : file + 1, __ATOMIC_RELEASE);
  }
}

/* Before a data file is changed: the points that lie there. */
static void pass_change(enum file file) {
  if (file != OTHER) {
    if (in_checkpoint) {
      pass(IN_CHECKPOINT);
    }
    if (in_schema) {
      pass(IN_SCHEMA);
    }
  }
}

/* Opens so that it is known whether the call, and no other process, has made the file. */
static int open_data(enum file file, int directory, const char *path, int flags, mode_t mode) {
  for (;;) {
    int descriptor = NEXT(openat)(directory, path, flags & ~(O_CREAT | O_EXCL));
    if (descriptor < 0 && errno == ENOENT && (flags & O_CREAT)) {
      descriptor = NEXT(openat)(directory, path, flags | O_EXCL, mode);
      if (descriptor < 0 && errno == EEXIST && !(flags & O_EXCL)) {
        continue;
      }
      if (descriptor >= 0) {
        note(CREATE, file, 0, NULL, 0, 0);
      }
    } else if (descriptor >= 0 && (flags & O_CREAT) && (flags & O_EXCL)) {
      NEXT(close)(descriptor);
      errno = EEXIST;
      return -1;
    }
    set_file(descriptor, file);
    return descriptor;
  }
}

#define MODE_OF(flags, last)                       \
  ({                                               \
    mode_t mode_ = 0;                              \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
      va_list rest_;                               \
      va_start(rest_, last);                       \
      mode_ = (mode_t)va_arg(rest_, unsigned int); \
      va_end(rest_);                               \
    }                                              \
    mode_;                                         \
  })

static int open_any(int directory, const char *path, int flags, mode_t mode) {
  enum file file = file_of_path(path);
  return file == OTHER ? NEXT(openat)(directory, path, flags, mode) : open_data(file, directory, path, flags, mode);
}

int open(const char *path, int flags, ...) {
  return open_any(AT_FDCWD, path, flags, MODE_OF(flags, flags));
}

int open64(const char *path, int flags, ...) {
  return open_any(AT_FDCWD, path, flags | O_LARGEFILE, MODE_OF(flags, flags));
}

int openat(int directory, const char *path, int flags, ...) {
  return open_any(directory, path, flags, MODE_OF(flags, flags));
}

int openat64(int directory, const char *path, int flags, ...) {
  return open_any(directory, path, flags | O_LARGEFILE, MODE_OF(flags, flags));
}

int close(int descriptor) {
  set_file(descriptor, OTHER); /* First: afterwards the number may be another file's. */
  return NEXT(close)(descriptor);
}

int unlink(const char *path) {
  enum file file = file_of_path(path);
  pass_change(file);
  int result = NEXT(unlink)(path);
  if (result == 0) {
    note(UNLINK, file, 0, NULL, 0, 0);
  }
  return result;
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
  enum file file = file_of(descriptor);
  pass_change(file);
  if (file != OTHER && is_failing(WRITE_ERRNO)) {
    return -1;
  }
  ssize_t written = NEXT(pwrite64)(descriptor, data, length, offset);
  if (written > 0) {
    note(WRITE, file, offset, data, written, 0);
  }
  return written;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
  return pwrite64(descriptor, data, length, offset);
}

ssize_t write(int descriptor, const void *data, size_t length) {
  enum file file = file_of(descriptor);
  pass_change(file);
  if (file != OTHER && is_failing(WRITE_ERRNO)) {
    return -1;
  }
  ssize_t written = NEXT(write)(descriptor, data, length);
  if (written > 0 && file != OTHER) {
    note(WRITE, file, lseek(descriptor, 0, SEEK_CUR) - written, data, written, 0);
  }
  return written;
}

int ftruncate64(int descriptor, off64_t length) {
  enum file file = file_of(descriptor);
  pass_change(file);
  if (file != OTHER && is_failing(WRITE_ERRNO)) {
    return -1;
  }
  int result = NEXT(ftruncate64)(descriptor, length);
  if (result == 0) {
    note(TRUNCATE, file, length, NULL, 0, 0);
  }
  return result;
}

int ftruncate(int descriptor, off_t length) {
  return ftruncate64(descriptor, length);
}

static int sync_with(int descriptor, int (*real)(int)) {
  static uint32_t syncs;
  enum file file = file_of(descriptor);
  if (file == OTHER) {
    return real(descriptor);
  }
  pass_change(file);
  if (is_failing(SYNC_ERRNO)) {
    return -1;
  }
  uint64_t number = (uint64_t)getpid() << 32 | __atomic_add_fetch(&syncs, 1, __ATOMIC_RELAXED);
  note(SYNC_BEGIN, file, 0, NULL, 0, number);
  int result = real(descriptor);
  if (result == 0) {
    note(SYNC_END, file, 0, NULL, 0, number);
  }
  return result;
}

int fsync(int descriptor) {
  return sync_with(descriptor, NEXT(fsync));
}

int fdatasync(int descriptor) {
  return sync_with(descriptor, NEXT(fdatasync));
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = NEXT(clock_gettime)(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) {
    time->tv_sec += clock_offset();
  }
  return result;
}
