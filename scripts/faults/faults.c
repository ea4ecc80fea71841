/*
 * Preloaded into the unmodified server (LD_PRELOAD), injects faults at chosen points: kills or stops the process
 * between two steps of a transaction, fails writes, shifts the clock, and logs writes for a power-loss replay. Needs
 * glibc 2.31.
 *
 * FAULT_CONTROL names a 4096-byte file, one per process, read on every call (enum word).
 * FAULT_LOG names a file to append records to, one system call each (struct record); processes may share it.
 * DATABASE_URL, the server's own setting, selects the files: the database, its "-wal" and its "-journal".
 */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE /* It would define these functions inline. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum word { POINT, COUNTDOWN, ACTION, HITS, WRITE_ERRNO, SYNC_ERRNO, EVERY, FAILED };
enum { CONTROL_BYTES = 4096, CLOCK_AT = 64, ACTION_KILL = 1, ACTION_STOP = 2 };
enum { DESCRIPTORS = 65536, MAGIC = 0x46524C47, SQLITE_OK = 0, SQLITE_DONE = 101, SQLITE_TRACE_STMT = 1 };

enum point {
  NOWHERE,
  AFTER_BEGIN,    /* holding the write lock */
  AFTER_UPDATE,   /* of an accepted post, before its INSERT */
  AFTER_COMMIT,   /* before any answer */
  BEFORE_BEGIN,   /* inside the gate */
  IN_CHECKPOINT,  /* before a write or sync of a checkpoint */
  IN_SCHEMA,      /* before a statement, write, sync or unlink that creates an empty ledger */
  IN_RESET,       /* before each statement of a reset, and after the last */
};

enum file { DATABASE, WAL, JOURNAL, OTHER };
enum kind { WRITE = 1, TRUNCATE, SYNC_BEGIN, SYNC_END, UNLINK, CREATE };

/* A record of FAULT_LOG, little-endian; the data of a WRITE follows it. */
struct record {
  uint32_t magic, kind, file, pid;
  int64_t offset; /* of a WRITE; the new length for TRUNCATE */
  int64_t length; /* of the following data */
  uint64_t sync;  /* pairs the SYNC_BEGIN and SYNC_END of one call */
};
_Static_assert(sizeof(struct record) == 40, "the log's readers expect 40 bytes");

static const char *database_name = "rinha.db";
static __thread int in_checkpoint, in_schema;

static int32_t *control;
static int log_descriptor = -1;
static uint8_t files[DESCRIPTORS]; /* 1 + enum file; 0 for any other */

static void *next_symbol(void *handle, const char *name) {
  static void *(*real)(void *, const char *);
  __typeof__(real) found = __atomic_load_n(&real, __ATOMIC_RELAXED);
  /* dlsym's version: in libc since 2.34, before that the architecture's first glibc (x64, arm64). */
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
  for (size_t index = 0; !found && index < sizeof versions / sizeof *versions; index++) {
    found = dlvsym(RTLD_NEXT, "dlsym", versions[index]);
  }
  if (!found) {
    abort();
  }
  __atomic_store_n(&real, found, __ATOMIC_RELAXED);
  return found(handle, name);
}

/* The real function behind a wrapper. */
#define NEXT(name)                                                        \
  ({                                                                      \
    static __typeof__(&name) real_;                                       \
    __typeof__(&name) found_ = __atomic_load_n(&real_, __ATOMIC_RELAXED); \
    if (!found_) {                                                        \
      found_ = (__typeof__(&name))next_symbol(RTLD_NEXT, #name);          \
      __atomic_store_n(&real_, found_, __ATOMIC_RELAXED);                 \
    }                                                                     \
    found_;                                                               \
  })

__attribute__((constructor)) static void start(void) {
  const char *url = getenv("DATABASE_URL");
  if (url && *url) {
    const char *slash = strrchr(url, '/');
    database_name = slash ? slash + 1 : url;
  }
  const char *path = getenv("FAULT_CONTROL");
  int descriptor = path ? NEXT(open)(path, O_RDWR | O_CLOEXEC) : -1;
  if (descriptor >= 0) {
    void *mapped = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    control = mapped == MAP_FAILED ? NULL : mapped;
    NEXT(close)(descriptor);
  }
  path = getenv("FAULT_LOG");
  if (path) {
    log_descriptor = NEXT(open)(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  }
}

static int32_t word(enum word index) {
  return control ? __atomic_load_n(&control[index], __ATOMIC_ACQUIRE) : 0;
}

static int is_armed(enum point point) {
  return word(POINT) == (int32_t)point;
}

/* Counts down an armed point; at 0, acts. The signal goes to this thread, so that it stops here. */
static void pass(enum point point) {
  if (!is_armed(point) || __atomic_fetch_sub(&control[COUNTDOWN], 1, __ATOMIC_ACQ_REL) != 1) {
    return;
  }
  int action = word(ACTION);
  __atomic_store_n(&control[POINT], NOWHERE, __ATOMIC_RELEASE);
  __atomic_fetch_add(&control[HITS], 1, __ATOMIC_ACQ_REL);
  if (action == ACTION_KILL || action == ACTION_STOP) {
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), action == ACTION_KILL ? SIGKILL : SIGSTOP);
  }
}

/* Returns whether to fail this write or sync, with errno set. */
static int is_failing(enum word which) {
  static uint32_t calls;
  int error = word(which), every = word(EVERY);
  if (error == 0 || (every > 1 && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % (uint32_t)every != 0)) {
    return 0;
  }
  __atomic_fetch_add(&control[FAILED], 1, __ATOMIC_ACQ_REL);
  errno = error;
  return 1;
}

static void append_record(enum kind kind, enum file file, int64_t offset, const void *data, int64_t length,
                          uint64_t sync) {
  if (log_descriptor < 0 || file == OTHER) {
    return;
  }
  int saved = errno;
  struct record record = {MAGIC, kind, file, (uint32_t)getpid(), offset, length, sync};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)data, (size_t)length}};
  if (writev(log_descriptor, parts, length ? 2 : 1) != (ssize_t)(sizeof record + (size_t)length)) {
    abort(); /* A gap in the log would make the replay wrong. */
  }
  errno = saved;
}

/* Wrappers of the system calls on SQLite's files, and of the clock. SQLite uses neither pwritev nor fallocate. */
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

/* Passes the points before a change of a data file. */
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

/* Opens a file such that the log has CREATE only if this call created it. */
static int open_data(enum file file, int directory, const char *path, int flags, mode_t mode) {
  for (;;) {
    int descriptor = NEXT(openat)(directory, path, flags & ~(O_CREAT | O_EXCL));
    if (descriptor < 0 && errno == ENOENT && (flags & O_CREAT)) {
      descriptor = NEXT(openat)(directory, path, flags | O_EXCL, mode);
      if (descriptor < 0 && errno == EEXIST && !(flags & O_EXCL)) {
        continue;
      }
      if (descriptor >= 0) {
        append_record(CREATE, file, 0, NULL, 0, 0);
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
  set_file(descriptor, OTHER); /* First: afterwards the descriptor may be reused. */
  return NEXT(close)(descriptor);
}

int unlink(const char *path) {
  enum file file = file_of_path(path);
  pass_change(file);
  int result = NEXT(unlink)(path);
  if (result == 0) {
    append_record(UNLINK, file, 0, NULL, 0, 0);
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
    append_record(WRITE, file, offset, data, written, 0);
  }
  return written;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) __attribute__((alias("pwrite64")));

ssize_t write(int descriptor, const void *data, size_t length) {
  enum file file = file_of(descriptor);
  pass_change(file);
  if (file != OTHER && is_failing(WRITE_ERRNO)) {
    return -1;
  }
  ssize_t written = NEXT(write)(descriptor, data, length);
  if (written > 0 && file != OTHER) {
    append_record(WRITE, file, lseek(descriptor, 0, SEEK_CUR) - written, data, written, 0);
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
    append_record(TRUNCATE, file, length, NULL, 0, 0);
  }
  return result;
}

int ftruncate(int descriptor, off_t length) __attribute__((alias("ftruncate64")));

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
  append_record(SYNC_BEGIN, file, 0, NULL, 0, number);
  int result = real(descriptor);
  if (result == 0) {
    append_record(SYNC_END, file, 0, NULL, 0, number);
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
  if (result == 0 && clock == CLOCK_REALTIME && control) {
    time->tv_sec += __atomic_load_n((int64_t *)((char *)control + CLOCK_AT), __ATOMIC_ACQUIRE);
  }
  return result;
}

/*
 * The server looks up SQLite's functions with dlsym, which is replaced here to return wrappers for some of them.
 * Exporting the wrappers under SQLite's names would also catch its internal calls.
 */
static int (*real_step)(void *statement);
static int (*real_exec)(void *database, const char *sql, void *callback, void *context, char **error);
static int (*real_checkpoint)(void *database, const char *name, int mode, int *wal_pages, int *moved);
static const char *(*real_sql)(void *statement);
static void *(*real_database)(void *statement);
static int (*real_changes)(void *database);
static int (*real_trace)(void *, unsigned int, int (*)(unsigned int, void *, void *, void *), void *);

static int starts(const char *sql, const char *prefix) {
  return strncmp(sql, prefix, strlen(prefix)) == 0;
}

static int step(void *statement) {
  const char *sql = real_sql(statement);
  if (!sql) {
    return real_step(statement);
  }
  int begins = starts(sql, "BEGIN IMMEDIATE");
  if (begins) {
    pass(BEFORE_BEGIN);
  } else if (starts(sql, "PRAGMA journal_mode")) {
    in_schema = 1; /* The first statement on an empty file. */
  }
  int result = real_step(statement);
  if (result != SQLITE_DONE) {
    return result;
  }
  if (begins) {
    pass(AFTER_BEGIN);
  } else if (starts(sql, "COMMIT")) {
    pass(AFTER_COMMIT);
  } else if (is_armed(AFTER_UPDATE) && starts(sql, "UPDATE clientes") &&
             real_changes(real_database(statement)) == 1) {
    pass(AFTER_UPDATE);
  }
  return result;
}

static int pass_statement(unsigned int what, void *point, void *statement, void *text) {
  (void)what, (void)statement, (void)text;
  pass((enum point)(intptr_t)point);
  return 0;
}

static int exec(void *database, const char *sql, void *callback, void *context, char **error) {
  if (starts(sql, "PRAGMA temp_store")) {
    in_schema = 0; /* The ledger exists; this opens a working connection. */
  }
  enum point point = starts(sql, "DELETE FROM") ? IN_RESET : in_schema ? IN_SCHEMA : NOWHERE;
  if (point == NOWHERE || !is_armed(point)) {
    return real_exec(database, sql, callback, context, error);
  }
  real_trace(database, SQLITE_TRACE_STMT, pass_statement, (void *)(intptr_t)point);
  int result = real_exec(database, sql, callback, context, error);
  real_trace(database, 0, NULL, NULL);
  if (point == IN_RESET && result == SQLITE_OK) {
    pass(IN_RESET);
  }
  return result;
}

static int checkpoint(void *database, const char *name, int mode, int *wal_pages, int *moved) {
  in_checkpoint = 1;
  int result = real_checkpoint(database, name, mode, wal_pages, moved);
  in_checkpoint = 0;
  return result;
}

void *dlsym(void *handle, const char *name) {
  void *found = next_symbol(handle, name);
  if (!found || !starts(name, "sqlite3_")) {
    return found;
  }
  if (strcmp(name, "sqlite3_step") == 0) {
    real_sql = next_symbol(handle, "sqlite3_sql");
    real_database = next_symbol(handle, "sqlite3_db_handle");
    real_changes = next_symbol(handle, "sqlite3_changes");
    real_step = found;
    return real_sql && real_database && real_changes ? (void *)step : found;
  }
  if (strcmp(name, "sqlite3_exec") == 0) {
    real_trace = next_symbol(handle, "sqlite3_trace_v2");
    real_exec = found;
    return real_trace ? (void *)exec : found;
  }
  if (strcmp(name, "sqlite3_wal_checkpoint_v2") == 0) {
    real_checkpoint = found;
    return (void *)checkpoint;
  }
  return found;
}
