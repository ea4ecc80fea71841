# shellcheck shell=bash
# Stand-ins for the base images, where those cannot be pulled: the same tags, made from Debian's packages and from the
# .NET SDK of this machine. They serve to build and run the stack where no image registry can be reached; they are
# labelled with their recipe, and every run says that it uses them.

readonly STANDIN_LABEL=rinha.stand-in

# standin_is IMAGE [RECIPE]: whether the image of this name is one, and made in this way.
standin_is() {
  local label
  label=$(docker image inspect -f "{{index .Config.Labels \"$STANDIN_LABEL\"}}" "$1" 2>/dev/null) || return 1
  [[ -n $label && (-z ${2:-} || $label == "$2") ]]
}

# What a stand-in is made of: another SDK, distribution or version of this file makes another one.
standin_recipe() {
  cat "$ROOT/scripts/lib/standin.sh" /etc/os-release <(cd "$ROOT" && dotnet --version) | cksum | tr ' ' -
}

# standin_make IMAGE WHY: WHY is what the attempt to pull it said.
standin_make() {
  local image=$1 tree
  if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    die "$image cannot be pulled ($2), and only root on Debian can make a stand-in for it"
  fi
  echo "$image cannot be pulled ($2): making a stand-in from Debian's packages"
  tree=$(standin_tree)
  case $image in
    */sdk:*) standin_sdk "$image" "$tree" ;;
    */runtime-deps:*) standin_runtime "$image" "$tree" ;;
    nginx:*) standin_nginx "$image" "$tree" ;;
    caddy:*) standin_caddy "$image" "$tree" ;;
    postgres:*) standin_postgres "$image" "$tree" ;;
    *) die "$image cannot be pulled ($2), and nobody has said what would stand in for it" ;;
  esac >/dev/null || die "the stand-in for $image could not be made"
}

# The directory of a small Debian with what all the images need, made once for them together.
standin_tree() {
  local tree=$ENGINE_DATA/stand-in
  if [[ ! -d $tree ]]; then
    need debootstrap debootstrap >&2
    rm -rf -- "$tree.new"
    mkdir -p "$ENGINE_DATA"
    debootstrap --variant=minbase --include=busybox,ca-certificates,libssl3,nginx-light,zlib1g \
      "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$tree.new" >"$ENGINE_DATA/debootstrap.log" 2>&1 ||
      die "debootstrap failed: $(tail -n 1 "$ENGINE_DATA/debootstrap.log")"
    # Whatever this machine trusts to reach a package registry, the build must trust as well.
    cp -L /etc/ssl/certs/ca-certificates.crt "$tree.new/etc/ssl/certs/ca-certificates.crt"
    # The users of the real images, and the wget that nginx's has from busybox.
    printf 'nginx:x:101:101::/nonexistent:/bin/false\napp:x:1654:1654::/home/app:/bin/false\n' >>"$tree.new/etc/passwd"
    printf 'postgres:x:999:999::/var/lib/postgresql:/bin/false\n' >>"$tree.new/etc/passwd"
    printf 'nginx:x:101:\npostgres:x:999:\napp:x:1654:\n' >>"$tree.new/etc/group"
    ln -s busybox "$tree.new/usr/bin/wget"
    mv "$tree.new" "$tree"
  fi
  echo "$tree"
}

standin_forget_tree() {
  rm -rf -- "$ENGINE_DATA"/stand-in{,.new,.parts}
}

# standin_import IMAGE CHANGE…: an image from the tar archive on the standard input.
standin_import() {
  local image=$1 change
  local -a changes=(--change "LABEL $STANDIN_LABEL=$(standin_recipe)")
  shift
  for change in "$@"; do changes+=(--change "$change"); done
  docker import "${changes[@]}" - "$image"
}

# The tree and this machine's SDK.
standin_sdk() {
  local dotnet
  need_dotnet
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  # Where it is here, so that nothing has to be moved.
  tar -c -C "$2" . -C / "${dotnet#/}" | standin_import "$1" \
    "ENV PATH=$dotnet:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1' \
    "ENV NUGET_CERT_REVOCATION_MODE=${NUGET_CERT_REVOCATION_MODE:-online}"
}

# Only what a native program needs: the C library and its kin, certificates and names of users. No shell, no programs.
standin_runtime() {
  {
    printf '%s\n' tmp etc/passwd etc/group etc/os-release usr/lib/os-release etc/ssl/certs/ca-certificates.crt lib lib64
    chroot "$2" dpkg -L libc6 libgcc-s1 libssl3 zlib1g | sed -n 's#^/\(lib.*\.so.*\)#usr/\1#p; s#^/\(usr/lib.*\.so.*\)#\1#p'
  } | tar -c -C "$2" --no-recursion -T - | standin_import "$1" 'USER 1654' 'ENV APP_UID=1654'
}

standin_nginx() {
  tar -c -C "$2" --exclude=./var/cache --exclude=./var/lib/apt --exclude=./usr/share/doc . | standin_import "$1"
}

# The tree and this machine's Caddy, one program without libraries, with the right as a file that the image gives it.
standin_caddy() {
  local program=$2.parts/usr/bin/caddy
  need caddy caddy
  need setcap libcap2-bin
  rm -rf -- "$2.parts"
  install -D "$(command -v caddy)" "$program" && setcap cap_net_bind_service=+ep "$program" || return 1
  tar -c --xattrs --xattrs-include=security.capability -C "$2" . -C "$2.parts" usr/bin/caddy | standin_import "$1"
}

# The tree, this machine's PostgreSQL with the libraries it needs, and what of the image's entrypoint is used here.
standin_postgres() {
  local parts=$2.parts library
  postgres_need
  # Put together in a copy, by links: an archive that names a directory twice is refused.
  rm -rf -- "$parts"
  cp -al "$2" "$parts"
  (cd / && cp -a --parents "${PG_BIN%/bin}" "$("$PG_BIN/pg_config" --sharedir)" "$parts")
  mkdir -p "$parts/var/lib/postgresql/data" "$parts/docker-entrypoint-initdb.d"
  chown -R 999:999 "$parts/var/lib/postgresql"
  ldd "$PG_BIN"/{postgres,initdb,psql,pg_isready} | sed -nE 's#.* => (/[^ ]+) .*#\1#p' | sort -u |
    while read -r library; do
      # /lib is a link to /usr/lib in the tree, and has to stay one.
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
  tar -c -C "$parts" . | standin_import "$1" 'ENV PGDATA=/var/lib/postgresql/data' \
    "ENV PATH=$PG_BIN:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" 'ENTRYPOINT ["docker-entrypoint.sh"]'
}
