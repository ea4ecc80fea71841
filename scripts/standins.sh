#!/usr/bin/env bash
# usage: scripts/standins.sh up|down     (root on Debian)
# For build machines without a container engine or an image registry.
# up    starts an engine if none is running, installing Debian's if it is missing, and provides every base image of the
#       stacks: pulled or, failing that, built locally under the same tag (a stand-in) from Debian's packages and this
#       machine's .NET SDK. A label holds the stand-in's recipe.
# down  stops an engine that `up` started.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
LABEL=rinha.stand-in
# DATA keeps images and volumes; RUN has the pid and sockets of this boot.
DATA=/var/lib/rinha-engine RUN=/run/rinha-engine
TREE=$DATA/stand-in

die() { echo "rinha: $*" >&2 && exit 1; }

install() {
  apt-get update -qq </dev/null >&2 || echo 'apt-get update failed; using the existing package lists' >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2 ||
    die "apt-get could not install $*"
}

need() { command -v "$1" >/dev/null || install "$2"; }

engine_answers() { docker version >/dev/null 2>&1; }

engine_start() {
  local deadline=$((SECONDS + 30))
  need dockerd docker.io
  mkdir -p "$DATA/docker" "$RUN"
  # The userland proxy would open a second connection for each one from this host: a minute of 340/s uses up half of the
  # ports, and finding a free one takes milliseconds.
  setsid dockerd --userland-proxy=false --data-root "$DATA/docker" --exec-root "$RUN/exec" \
    --pidfile "$RUN/dockerd.pid" </dev/null >"$RUN/dockerd.log" 2>&1 &
  until engine_answers; do
    kill -0 $! 2>/dev/null || die "dockerd did not start: $(tail -n 1 "$RUN/dockerd.log")"
    ((SECONDS < deadline)) || die "dockerd is not responding: $(tail -n 1 "$RUN/dockerd.log")"
    sleep 0.1
  done
}

engine_stop() {
  local pid deadline=$((SECONDS + 30))
  pid=$(cat "$RUN/dockerd.pid" 2>/dev/null) || return 0
  kill -TERM "$pid" || true
  while kill -0 "$pid" 2>/dev/null; do
    ((SECONDS < deadline)) || die "dockerd, pid $pid, does not stop"
    sleep 0.1
  done
  # dockerd leaves its data directory and its containers' network namespaces mounted.
  awk -v run="$RUN/" -v data="$DATA/" 'index($2, run) == 1 || index($2, data) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r umount
  rm -rf -- "$RUN"
}

# Every base image with its tag, from the files that name them.
base_images() {
  sed -n 's/^ARG \(SDK\|RUNTIME\)_IMAGE=//p' "$ROOT/Dockerfile.aot"
  sed -nE 's/^ *image: ([a-z]+:.*)/\1/p' "$ROOT"/compose.yaml "$ROOT"/stacks/*/compose.yaml
}

# A checksum of a stand-in's inputs: this file, the distribution and the SDK.
recipe() { cat "${BASH_SOURCE[0]}" /etc/os-release <(cd "$ROOT" && dotnet --version) | cksum | tr ' ' -; }

label_of() { docker image inspect -f "{{index .Config.Labels \"$LABEL\"}}" "$1" 2>/dev/null; }

# make IMAGE WHY: WHY is the error of the pull.
make() {
  echo "cannot pull $1 ($2): building a stand-in from Debian's packages"
  tree
  case $1 in
    */sdk:*) make_sdk "$1" ;;
    */runtime-deps:*) make_runtime "$1" ;;
    nginx:*) tar -c -C "$TREE" --exclude=./var/cache --exclude=./var/lib/apt --exclude=./usr/share/doc . | import "$1" ;;
    caddy:*) make_caddy "$1" ;;
    postgres:*) make_postgres "$1" ;;
    *) die "cannot pull $1 ($2), and there is no recipe for it" ;;
  esac >/dev/null || die "building the stand-in for $1 failed"
}

# Bootstraps a small Debian with what all images need, once for all of them.
tree() {
  [[ ! -d $TREE ]] || return 0
  need debootstrap debootstrap
  rm -rf -- "$TREE.new"
  mkdir -p "$DATA"
  debootstrap --variant=minbase --include=busybox,ca-certificates,libnginx-mod-stream,libssl3,nginx-light,zlib1g \
    "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$TREE.new" >"$DATA/debootstrap.log" 2>&1 ||
    die "debootstrap failed: $(tail -n 1 "$DATA/debootstrap.log")"
  # The build must trust the same certificates as this machine.
  cp -L /etc/ssl/certs/ca-certificates.crt "$TREE.new/etc/ssl/certs/ca-certificates.crt"
  # The real images' users, and busybox' wget as in nginx's image.
  printf 'nginx:x:101:101::/nonexistent:/bin/false\napp:x:1654:1654::/home/app:/bin/false\n' >>"$TREE.new/etc/passwd"
  printf 'postgres:x:999:999::/var/lib/postgresql:/bin/false\n' >>"$TREE.new/etc/passwd"
  printf 'nginx:x:101:\npostgres:x:999:\napp:x:1654:\n' >>"$TREE.new/etc/group"
  ln -s busybox "$TREE.new/usr/bin/wget"
  mv "$TREE.new" "$TREE"
}

# import IMAGE CHANGE…: an image from the tar archive on the standard input.
import() {
  local image=$1 change
  local -a changes=(--change "LABEL $LABEL=$(recipe)")
  shift
  for change in "$@"; do changes+=(--change "$change"); done
  docker import "${changes[@]}" - "$image"
}

# The tree and this machine's SDK, under its path here.
make_sdk() {
  local dotnet
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  tar -c -C "$TREE" . -C / "${dotnet#/}" | import "$1" \
    "ENV PATH=$dotnet:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1' \
    "ENV NUGET_CERT_REVOCATION_MODE=${NUGET_CERT_REVOCATION_MODE:-online}"
}

# Only what a native program needs: libraries, certificates and user names. No shell, no programs.
make_runtime() {
  {
    printf '%s\n' tmp etc/passwd etc/group etc/os-release usr/lib/os-release etc/ssl/certs/ca-certificates.crt lib lib64
    chroot "$TREE" dpkg -L libc6 libgcc-s1 libssl3 zlib1g | sed -n 's#^/\(lib.*\.so.*\)#usr/\1#p; s#^/\(usr/lib.*\.so.*\)#\1#p'
  } | tar -c -C "$TREE" --no-recursion -T - | import "$1" 'USER 1654' 'ENV APP_UID=1654'
}

# The tree and this machine's Caddy, with the file capability that the real image sets.
make_caddy() {
  local program=$TREE.parts/usr/bin/caddy
  need caddy caddy
  need setcap libcap2-bin
  rm -rf -- "$TREE.parts"
  command install -D "$(command -v caddy)" "$program"
  setcap cap_net_bind_service=+ep "$program"
  tar -c --xattrs --xattrs-include=security.capability -C "$TREE" . -C "$TREE.parts" usr/bin/caddy | import "$1"
}

# The tree, this machine's PostgreSQL with its libraries, and a minimal entrypoint.
make_postgres() {
  local parts=$TREE.parts bin library
  bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
  [[ -n $bin ]] || { install postgresql && bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | tail -n 1); }
  # Assembled in a hard-linked copy, since an import refuses an archive that names a directory twice.
  rm -rf -- "$parts"
  cp -al "$TREE" "$parts"
  (cd / && cp -a --parents "${bin%/bin}" "$("$bin/pg_config" --sharedir)" "$parts")
  mkdir -p "$parts/var/lib/postgresql/data" "$parts/docker-entrypoint-initdb.d"
  chown -R 999:999 "$parts/var/lib/postgresql"
  ldd "$bin"/{postgres,initdb,psql,pg_isready} | sed -nE 's#.* => (/[^ ]+) .*#\1#p' | sort -u |
    while read -r library; do
      # /lib must stay a link to /usr/lib.
      [[ $library == /usr/* ]] || library=/usr$library
      [[ -e $parts$library ]] || { mkdir -p "$parts${library%/*}" && cp -L "$library" "$parts$library"; }
    done
  cat >"$parts/usr/local/bin/docker-entrypoint.sh" <<'SH'
#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb -D "$PGDATA" --username=postgres --auth="$POSTGRES_HOST_AUTH_METHOD" --encoding=UTF8
  cat /docker-entrypoint-initdb.d/*.sql | postgres --single -D "$PGDATA" -c exit_on_error=on postgres
fi
exec "$@"
SH
  chmod 0755 "$parts/usr/local/bin/docker-entrypoint.sh"
  tar -c -C "$parts" . | import "$1" 'ENV PGDATA=/var/lib/postgresql/data' \
    "ENV PATH=$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" 'ENTRYPOINT ["docker-entrypoint.sh"]'
}

if ((EUID != 0)) || ! command -v apt-get >/dev/null; then die 'stand-ins need root on Debian'; fi
case ${1:-} in
  up)
    need docker docker.io
    engine_answers || engine_start
    docker compose version >/dev/null 2>&1 || need docker-compose docker-compose
    while read -r image; do
      present=$(docker image inspect -f present "$image" 2>/dev/null) || present=''
      [[ -z $present || -n $(label_of "$image") ]] || continue
      if why=$(docker pull --quiet "$image" 2>&1 >/dev/null); then
        echo "pulled $image"
      elif [[ $(label_of "$image") == "$(recipe)" ]]; then
        echo "STAND-IN for $image, which cannot be pulled: built from Debian's packages"
      else
        make "$image" "${why##*: }"
      fi
    done < <(base_images | sort -u)
    rm -rf -- "$TREE" "$TREE.new" "$TREE.parts"
    ;;
  down) engine_stop ;;
  *) sed -n '2,7s/^# //p' "${BASH_SOURCE[0]}" && exit 2 ;;
esac
