# shellcheck shell=bash
# PostgreSQL from the distribution's package, on a directory of ours: made, started, asked and ended by us alone. It
# listens on a unix socket in a private directory; a port on 127.0.0.1, for whoever wants connections that can be cut,
# takes a password. Its settings, its access rules and its one role are in stacks/postgres/, for containers as well.

readonly POSTGRES_BOUND_S=15

# Sets PG_BIN, the directory of the programs, and PG_AS, what makes a command the database's user: root may not be it.
postgres_need() {
  local settings=/etc/postgresql-common/createcluster.conf
  if ! postgres_find; then
    # Debian's package would make a database of its own and start it; this is how it is told not to.
    if ((EUID == 0)) && command -v apt-get >/dev/null && [[ ! -e $settings ]]; then
      mkdir -p "${settings%/*}"
      echo 'create_main_cluster = false' >"$settings"
    fi
    provide 'PostgreSQL 15' postgresql-15 postgresql
    postgres_find || die 'PostgreSQL 15 is still missing'
  fi
  PG_AS=()
  ((EUID != 0)) || PG_AS=(setpriv --reuid=postgres --regid=postgres --clear-groups)
}

# 15 where it is, otherwise the newest that came after it; Debian keeps them out of the PATH.
postgres_find() {
  local version
  for version in 15 $(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -rn); do
    PG_BIN=/usr/lib/postgresql/$version/bin
    [[ ! $version =~ ^[0-9]+$ || ! -x $PG_BIN/postgres ]] || ((version < 15)) || return 0
  done
  PG_BIN=$(dirname "$(command -v postgres)")
  [[ -x $PG_BIN/postgres && $("$PG_BIN/postgres" --version) =~ \ ([0-9]+) ]] && ((BASH_REMATCH[1] >= 15))
}

# postgres_as PROGRAM ARGUMENT…: one of PostgreSQL's programs, as its user, without the PG… variables of this shell.
postgres_as() {
  (cd / && "${PG_AS[@]}" env -i LC_ALL=C "$PG_BIN/$1" "${@:2}")
}

# postgres_own DIRECTORY…: makes each for the database's user alone. Its parent is there already.
postgres_own() {
  local directory
  for directory in "$@"; do
    mkdir -p "$directory" || die "$directory cannot be made"
    chmod 0700 "$directory"
    ((EUID != 0)) || chown postgres:postgres "$directory"
    "${PG_AS[@]}" test -w "$directory" ||
      die "the user postgres cannot reach $directory: others may not pass through a directory above it"
  done
}

# postgres_create DIRECTORY: the database with the role rinha and its database, unless it is there. It is made beside and
# put in its place, so that one that is there is whole.
postgres_create() {
  local directory=$1 said
  [[ ! -e $directory ]] || return 0
  rm -rf -- "$directory.new"
  postgres_own "$directory.new"
  said=$(postgres_as initdb -D "$directory.new" --username=postgres --auth=trust --encoding=UTF8 --locale=C 2>&1) ||
    die "initdb failed: ${said##*$'\n'}"
  # A server for one client, which needs no socket and ends with its input.
  said=$(postgres_as postgres --single -D "$directory.new" -c exit_on_error=on postgres \
    <"$ROOT/stacks/postgres/rinha.sql" 2>&1) || die "the role rinha could not be made: ${said##*$'\n'}"
  mv -T "$directory.new" "$directory"
}

# postgres_configure DIRECTORY: puts the settings there: the user postgres may not be able to read the repository.
postgres_configure() {
  local file
  for file in postgresql.conf pg_hba.conf; do
    cat "$ROOT/stacks/postgres/$file" >"$1/$file" || die "$1/$file cannot be written"
  done
}

# postgres_command DIRECTORY SOCKETS [PORT]: sets `command` to what becomes the server: on a socket in SOCKETS, and on
# 127.0.0.1:PORT.
postgres_command() {
  command=("${PG_AS[@]}" env -i LC_ALL=C "$PG_BIN/postgres" -D "$1" -c "unix_socket_directories=$2")
  [[ -z ${3:-} ]] || command+=(-c listen_addresses=127.0.0.1 -c "port=$3")
}

# postgres_start DIRECTORY SOCKETS [PORT PASSWORD]: for whoever has no supervisor: makes what is missing, starts it in
# the background, with its log in SOCKETS/log, and returns once it answers. With PORT, rinha may come with PASSWORD.
postgres_start() {
  local directory sockets port=${3:-} password=${4:-} deadline=$((SECONDS + POSTGRES_BOUND_S)) pid
  local -a command
  directory=$(realpath -m "$1") sockets=$(realpath -m "$2")
  postgres_need
  postgres_own "$sockets"
  postgres_create "$directory"
  postgres_configure "$directory"
  postgres_command "$directory" "$sockets" "$port"
  (umask 077 && exec setsid "${command[@]}") </dev/null >>"$sockets/log" 2>&1 &
  pid=$!
  until postgres_answers "$sockets" "$port"; do
    kill -0 "$pid" 2>/dev/null || die "PostgreSQL could not start: $(tail -n 1 "$sockets/log")"
    ((SECONDS < deadline)) || die "PostgreSQL does not answer: $(tail -n 1 "$sockets/log")"
    sleep 0.05
  done
  [[ -z $password ]] || postgres_ask "$sockets" "$port" -q -c "ALTER ROLE rinha PASSWORD '${password//\'/\'\'}'"
}

# postgres_answers SOCKETS [PORT]
postgres_answers() {
  postgres_as pg_isready -q -h "$1" -p "${2:-5432}" -U postgres -d rinha
}

# postgres_ask SOCKETS PORT ARGUMENT…: psql on the database rinha, as the superuser, without anybody's ~/.psqlrc.
postgres_ask() {
  postgres_as psql -X -h "$1" -p "${2:-5432}" -U postgres -d rinha -v ON_ERROR_STOP=1 "${@:3}"
}

# postgres_stop DIRECTORY [fast|immediate]: fast writes what is in memory, immediate leaves that to the next start.
postgres_stop() {
  local directory signal=INT pid deadline=$((SECONDS + POSTGRES_BOUND_S))
  [[ ${2:-fast} != immediate ]] || signal=QUIT
  directory=$(realpath -m "$1")
  { read -r pid <"$directory/postmaster.pid"; } 2>/dev/null || return 0
  # The file of a killed one may be there still, and its number somebody else's.
  ! postgres_pids "$directory" | grep -qx "$pid" || kill "-$signal" "$pid" 2>/dev/null || true
  while [[ -n $(postgres_pids "$directory") ]] && ((SECONDS < deadline)); do
    sleep 0.05
  done
  postgres_kill "$directory"
}

# postgres_pids DIRECTORY: each of its processes leads a session, and is left behind when the first is killed; what they
# have in common is where they work.
postgres_pids() {
  find /proc/[0-9]*/cwd -maxdepth 0 -printf '%h %l\n' 2>/dev/null |
    awk -v directory="$1" '{ pid = $1; sub(/^[^ ]* /, "") } $0 == directory { sub(/^.*\//, "", pid); print pid }' || true
}

# postgres_kill DIRECTORY: returns when none is left: until then no other can start there.
postgres_kill() {
  local pids deadline=$((SECONDS + 3))
  while pids=$(postgres_pids "$1") && [[ -n $pids ]] && ((SECONDS < deadline)); do
    # shellcheck disable=SC2086 # one word each
    kill -KILL $pids 2>/dev/null || true
    sleep 0.02
  done
}
