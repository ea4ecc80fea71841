/*
 * Loaded before the server's own libraries (LD_PRELOAD), this makes faults happen at chosen points of the unmodified
 * program: it ends or stops the process between two steps of a transaction, lets writes fail, turns the clock, and
 * notes what is written when for who wants to replay a loss of power. glibc 2.31 or newer.
 *
 * FAULT_CONTROL names a file of 4096 bytes, one for each process; what is in it is read on every call (enum word).
 * FAULT_LOG names a file to which records are appended, one system call for each (struct record); all processes may
 * share it. DATABASE_URL, the server's own setting, says which files are meant: those of its name, with "-wal" or
 * "-journal" behind it or nothing.
 */
#ifndef RINHA_FAULTS_H
#define RINHA_FAULTS_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#undef _FORTIFY_SOURCE /* Its inline functions have the names that are defined here. */
#include <dlfcn.h>
#include <stdint.h>

/* Nothing but what takes a function's place is to be seen by the program. */
#pragma GCC visibility push(hidden)

enum word { POINT, COUNTDOWN, ACTION, HITS, WRITE_ERRNO, SYNC_ERRNO, EVERY, FAILED };
enum { CONTROL_BYTES = 4096, CLOCK_AT = 64, ACTION_KILL = 1, ACTION_STOP = 2 };

enum point {
  NOWHERE,
  AFTER_BEGIN,    /* the write lock is taken */
  AFTER_UPDATE,   /* of a post that is accepted; its INSERT comes next */
  AFTER_COMMIT,   /* nothing has been answered yet */
  BEFORE_BEGIN,   /* inside the gate */
  IN_CHECKPOINT,  /* before a write or sync of a checkpoint */
  IN_SCHEMA,      /* before a statement, write, sync or unlink while an empty ledger is made */
  IN_RESET,       /* before each of its statements, and after the last */
};

enum file { DATABASE, WAL, JOURNAL, OTHER };
enum kind { WRITE = 1, TRUNCATE, SYNC_BEGIN, SYNC_END, UNLINK, CREATE };

/* What is appended to FAULT_LOG; after a WRITE the data follows. Little-endian, as the processor. */
struct record {
  uint32_t magic, kind, file, pid;
  int64_t offset; /* of a WRITE; the new length for TRUNCATE */
  int64_t length; /* of the data that follows */
  uint64_t sync;  /* the same for the SYNC_BEGIN and the SYNC_END of one call */
};
_Static_assert(sizeof(struct record) == 40, "the log's readers expect 40 bytes");

enum { MAGIC = 0x46524C47 };

extern const char *database_name;
extern __thread int in_checkpoint, in_schema;

void *next_symbol(void *handle, const char *name);

/* The function that would have been called without this library. */
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

int is_armed(enum point point);

/* The process has come to a point. */
void pass(enum point point);

/* Whether a write or sync is to fail now; errno is set then. */
int is_failing(enum word which);

/* Seconds that the clock is ahead. */
int64_t clock_offset(void);

void note(enum kind kind, enum file file, int64_t offset, const void *data, int64_t length, uint64_t sync);

#pragma GCC visibility pop
#endif
