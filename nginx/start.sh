#!/bin/sh
# Starts nginx, in a container or as the package's service, with the parts of nginx.conf that its environment asks for
# (docs/operations/settings.md); passes its arguments on. NGINX_TLS, NGINX_METRICS: on, from a compose file. RINHA_HOST and
# all others but RINHA_LIMIT are the package's: a container listens on every address, at the ports of the template.
set -eu
fail() { echo "$1" >&2 && exit 2; }
number() { case $2 in *[!0-9]* | 0* | '') fail "$1: expected $3, not '$2'" ;; esac; }

# A sed script that replaces the template's addresses by this machine's own and $1: HOST PORT TEMPLATE-PORT.
listen() {
  number "$4" "$2" 'a port'
  case $1 in
    *[!0-9a-fA-F.:]*) fail "RINHA_HOST: expected an IP address, not '$1'" ;;
    ::) hosts='0.0.0.0 [::]' ;;
    0.0.0.0) hosts='0.0.0.0 [::1]' ;;
    127.0.0.1 | ::1) hosts='127.0.0.1 [::1]' ;;
    *:*) hosts="127.0.0.1 [::1] [$1]" ;;
    *) hosts="127.0.0.1 $1 [::1]" ;;
  esac
  [ -e /proc/self/net/if_inet6 ] || hosts=${hosts%% \[*}
  for host in $hosts; do lines="${lines:-}\\1listen $host:$2\\2\\n"; done
  printf '%s\n' "/^ *listen \[::\]:$3 /d; s/^( *)listen $3( .*)$/${lines%??}/"
}

limit=${RINHA_LIMIT:-off} metrics=${RINHA_METRICS_PORT:-off} parts=none http= https=
[ -z "${RINHA_TLS_DIR:-}" ] || NGINX_TLS=on
[ "$metrics" = off ] || NGINX_METRICS=on
[ "$limit" = off ] || { number RINHA_LIMIT "$limit" 'off or a whole number' && parts="$parts|limit"; }
[ "${NGINX_TLS:-off}" = off ] || parts="$parts|tls"
[ "${NGINX_METRICS:-off}" = off ] || parts="$parts|metrics"
template=${NGINX_TEMPLATE:-/etc/nginx/nginx.conf}
if grep -q '^stream {' "$template"; then
  [ "$limit" = off ] || fail 'RINHA_LIMIT counts requests, and this nginx sees connections only (stacks/README.md)'
  ! nginx -V 2>&1 | grep -q -e '--with-stream=dynamic' || parts="$parts|module"
fi
if [ -n "${RINHA_HOST:-}" ]; then
  [ -n "${RINHA_TLS_DIR:-}" ] && http=127.0.0.1 || http=$RINHA_HOST # With TLS, http is for this machine only.
  http=$(listen "$http" "${RINHA_PORT:-9999}" 9999 RINHA_PORT)
  https=$(listen "$RINHA_HOST" "${RINHA_TLS_PORT:-9443}" 9443 RINHA_TLS_PORT)
  [ "$metrics" = off ] || number RINHA_METRICS_PORT "$metrics" 'off or a port'
  metrics=127.0.0.1:$metrics
else
  metrics=9998
fi
files=$(ulimit -Hn) tmp=${TMPDIR:-/tmp}
[ "$files" != unlimited ] && [ "$files" -lt 32768 ] || files=32768
[ "$limit" != off ] || limit=100
sed -E "s/^( *)#($parts): /\\1/; s/rate=100r/rate=${limit}r/; s/burst=200 /burst=$((2 * limit)) /
s/^(worker_rlimit_nofile) 32768/\\1 $files/; s/^( *worker_connections) 16384/\\1 $((files / 2))/; s/listen 127.0.0.1:9998/listen $metrics/
s|/etc/nginx/tls/|${RINHA_TLS_DIR:-/etc/nginx/tls}/|; s|/etc/nginx/rinha.d/|${RINHA_NGINX_DIR:-/etc/nginx/rinha.d}/|
$http
$https" "$template" >"$tmp/nginx.conf"
exec nginx -e stderr -p "$tmp/" -c "$tmp/nginx.conf" -g 'daemon off;' "$@"
