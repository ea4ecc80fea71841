# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# nginx/nginx.conf is written for a container; this makes it one for this machine.

# The user of nginx's workers when root starts it. Debian has www-data, others nginx.
nginx_user() {
  local user
  for user in www-data nginx nobody; do
    id -u "$user" >/dev/null 2>&1 && echo "$user" && return
  done
  return 1
}

# sockets_directory: makes a directory for the APIs' sockets, says where, and leaves it to the caller. Short: the path of
# a unix socket has 107 bytes. Started by root, nginx's workers are another user and pass through.
sockets_directory() {
  local directory
  directory=$(mktemp -d "$SOCKETS_PARENT/rinha-XXXXXX")
  ((EUID != 0)) || { chgrp "$(id -g "$(nginx_user)")" "$directory" && chmod 0710 "$directory"; } || return 1
  echo "$directory"
}

# Sets NGINX to the command, and NGINX_RUN to it with what only a running one needs. Without -e, which came with 1.19.5,
# nginx looks for its compiled-in log file first.
nginx_command() {
  local user
  NGINX=(nginx)
  ! nginx -h 2>&1 | grep -q '^ *-e ' || NGINX+=(-e stderr)
  NGINX_RUN=("${NGINX[@]}" -g 'daemon off;')
  if ((EUID == 0)); then
    user=$(nginx_user) || die 'none of the users www-data, nginx and nobody exists'
    NGINX_RUN=("${NGINX[@]}" -g "daemon off; user $user $(id -gn "$user");")
  fi
}

# What switches the template's blocks on, for sed.
NGINX_EDITS=()

nginx_limits_on() {
  NGINX_EDITS+=(-e 's/^\( *\)#limit: /\1/')
}

# nginx_tls_on DIRECTORY PORT: with DIRECTORY/tls.crt and tls.key. Without TLS only this machine is served then.
nginx_tls_on() {
  local file
  for file in "$1/tls.crt" "$1/tls.key"; do
    [[ -r $file ]] || die "$file cannot be read (docs/open-network.md says how to make one)"
  done
  NGINX_EDITS+=(-e 's/^\( *\)#tls: /\1/' -e "s#/etc/nginx/tls/#$(realpath "$1")/#"
    -e "s/^\( *listen \(\[::\]:\)\?\)9443\b/\1$2/"
    -e 's/^\( *listen \)\([0-9]* backlog\)/\1127.0.0.1:\2/' -e 's/^\( *listen \[::\)\(\]:[0-9]* backlog\)/\11\2/')
}

# nginx_tcp FILE PORT PORT: in a rendered configuration, the two APIs at ports of 127.0.0.1 instead of their sockets.
nginx_tcp() {
  sed -i -e "s#^\( *server \)unix:[^ ]*/api01\.sock #\1127.0.0.1:$2 #" \
    -e "s#^\( *server \)unix:[^ ]*/api02\.sock #\1127.0.0.1:$3 #" "$1"
  [[ $(grep -c "^ *server 127\.0\.0\.1:\($2\|$3\) " "$1") == 2 ]] ||
    die "$1 could not be changed: its upstreams are not where they are expected"
}

# nginx_render TEMPLATE DIRECTORY PORT: the configuration on stdout, the APIs' sockets inside DIRECTORY.
nginx_render() {
  local template=$1 directory=$2 port=$3 rendered
  local -a edits=(-e "s#/run/rinha/#$directory/#g" -e "s/^\( *listen \(\[::\]:\)\?\)9999\b/\1$port/"
    "${NGINX_EDITS[@]}")
  [[ -e /proc/net/if_inet6 ]] || edits+=(-e '/listen \[::\]/d')
  rendered=$(sed "${edits[@]}" "$template")

  # A template that has drifted away from these edits must not start something else than was asked for.
  if grep -q '/run/rinha' <<<"$rendered" ||
    ! grep -q "^ *listen \(127.0.0.1:\)\?$port\b" <<<"$rendered" ||
    [[ $(grep -c '/run/rinha/' "$template") != $(grep -c "$directory/" <<<"$rendered") ]]; then
    die "$template could not be rendered: its paths or its port are not where they are expected"
  fi
  printf '%s\n' "$rendered"
}
