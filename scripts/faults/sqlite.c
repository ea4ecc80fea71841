/*
 * The server looks up SQLite's functions with dlsym, which is replaced here, and gets some with a wrapper around them.
 * They are not exported under their own names: SQLite's calls to itself would land here, too.
 */
#include "faults.h"
#include <string.h>

enum { SQLITE_OK = 0, SQLITE_DONE = 101, SQLITE_TRACE_STMT = 1 };

typedef int (*step_function)(void *statement);
typedef int (*exec_function)(void *database, const char *sql, void *callback, void *context, char **error);
typedef int (*checkpoint_function)(void *database, const char *name, int mode, int *wal_pages, int *moved);
typedef const char *(*sql_function)(void *statement);
typedef void *(*database_function)(void *statement);
typedef int (*changes_function)(void *database);
typedef int (*trace_callback)(unsigned int what, void *context, void *statement, void *text);
typedef int (*trace_function)(void *database, unsigned int what, trace_callback callback, void *context);

static step_function real_step;
static exec_function real_exec;
static checkpoint_function real_checkpoint;
static sql_function real_sql;
static database_function real_database;
static changes_function real_changes;
static trace_function real_trace;

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
    in_schema = 1; /* This first makes an empty file a database. */
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
    in_schema = 0; /* The ledger is made, and now connections are opened to work with it. */
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
    real_sql = (sql_function)next_symbol(handle, "sqlite3_sql");
    real_database = (database_function)next_symbol(handle, "sqlite3_db_handle");
    real_changes = (changes_function)next_symbol(handle, "sqlite3_changes");
    real_step = (step_function)found;
    return real_sql && real_database && real_changes ? (void *)step : found;
  }
  if (strcmp(name, "sqlite3_exec") == 0) {
    real_trace = (trace_function)next_symbol(handle, "sqlite3_trace_v2");
    real_exec = (exec_function)found;
    return real_trace ? (void *)exec : found;
  }
  if (strcmp(name, "sqlite3_wal_checkpoint_v2") == 0) {
    real_checkpoint = (checkpoint_function)found;
    return (void *)checkpoint;
  }
  return found;
}
