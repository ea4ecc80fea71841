# shellcheck shell=bash
# What the projects are built from: whether it is what the lock files say, and whether anything is known against it.

# Native AOT's compiler is a package of the SDK's own version and of the machine's architecture, so another SDK's lock
# file is another one: it serves to build with, and proves nothing.
locked_with_this_sdk() {
  local version lock=$ROOT/Rinha.Server/packages.lock.json
  version=$(dotnet msbuild "$ROOT/Rinha.Server" -getProperty:BundledNETCoreAppPackageVersion) &&
    grep -A 3 "\"runtime.linux-$(machine_name).Microsoft.DotNet.ILCompiler\": {" "$lock" |
    grep -q "\"resolved\": \"$version\""
}

machine_name() {
  [[ $(uname -m) == aarch64 ]] && echo arm64 || echo x64
}

packages_are_the_locked_ones() {
  mkdir -p "$ROOT/artifacts"
  with_registry_retry "$ROOT/artifacts/restore.log" \
    dotnet restore "$ROOT/Rinha.slnx" --locked-mode --disable-build-servers
}

# A feed without advisories is not told from packages without any, so it is asked first for one that everybody knows.
feed_knows_vulnerabilities() (
  canary=$(mktemp -d)
  trap 'rm -rf -- "$canary"' EXIT
  cat >"$canary/canary.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="12.0.3" /></ItemGroup>
</Project>
XML
  # Outside of the repository, whose versions are managed centrally; the feeds are the user's, as they are there.
  cd "$canary" && [[ $(list_vulnerable canary.csproj) == *Newtonsoft.Json* ]]
)

no_package_is_vulnerable() {
  local output
  output=$(cd "$ROOT" && list_vulnerable Rinha.slnx) || { echo "$output" && return 1; }
  # The word of the command is "has the following vulnerable packages".
  ! grep -A 1000 'following vulnerable packages' <<<"$output"
}

# list_vulnerable PROJECT: what is known, without the addresses of the feeds that were asked.
list_vulnerable() {
  dotnet list "$1" package --vulnerable --include-transitive </dev/null 2>&1 |
    sed '/^ *https\?:/d; /sources were used/d'
}
