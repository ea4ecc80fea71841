/* What the control file says, the points, and the log. */
#include "faults.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

const char *database_name = "rinha.db";
__thread int in_checkpoint, in_schema;

static int32_t *control;
static int log_descriptor = -1;

typedef void *(*dlsym_function)(void *, const char *);

void *next_symbol(void *handle, const char *name) {
  static dlsym_function real;
  dlsym_function found = __atomic_load_n(&real, __ATOMIC_RELAXED);
  /* 2.34 moved it into libc; before, it had the version of the architecture's first glibc: x64, arm64. */
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
  for (size_t index = 0; !found && index < sizeof versions / sizeof *versions; index++) {
    found = (dlsym_function)dlvsym(RTLD_NEXT, "dlsym", versions[index]);
  }
  if (!found) {
    abort();
  }
  __atomic_store_n(&real, found, __ATOMIC_RELAXED);
  return found(handle, name);
}

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

int is_armed(enum point point) {
  return word(POINT) == (int32_t)point;
}

/* The signal goes to this thread: it does not run on while another one takes it. */
void pass(enum point point) {
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

int is_failing(enum word which) {
  static uint32_t calls;
  int error = word(which), every = word(EVERY);
  if (error == 0 || (every > 1 && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % (uint32_t)every != 0)) {
    return 0;
  }
  __atomic_fetch_add(&control[FAILED], 1, __ATOMIC_ACQ_REL);
  errno = error;
  return 1;
}

void note(enum kind kind, enum file file, int64_t offset, const void *data, int64_t length, uint64_t sync) {
  if (log_descriptor < 0 || file == OTHER) {
    return;
  }
  int saved = errno;
  struct record record = {MAGIC, kind, file, (uint32_t)getpid(), offset, length, sync};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)data, (size_t)length}};
  if (writev(log_descriptor, parts, length ? 2 : 1) != (ssize_t)(sizeof record + (size_t)length)) {
    abort(); /* A log with a hole would prove the wrong thing. */
  }
  errno = saved;
}

int64_t clock_offset(void) {
  return control ? __atomic_load_n((int64_t *)((char *)control + CLOCK_AT), __ATOMIC_ACQUIRE) : 0;
}
