# Sets JAVA_HOME to a JDK of at least version 25, unless it is one already. Sourced by ./mvnw and ./mneme.
mneme_jdk_ok() {
  [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 1
  mneme_v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${mneme_v:-0}" -ge 25 ]
}
if ! mneme_jdk_ok "${JAVA_HOME:-/nonexistent}"; then
  mneme_path=$(command -v javac 2>/dev/null) && mneme_path=$(dirname "$(dirname "$(readlink -f "$mneme_path" 2>/dev/null || echo "$mneme_path")")")
  for mneme_dir in "$mneme_path" "${JAVA25_HOME:-}" "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_arm64:-}" /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/openjdk* "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* "${HOME:-}"/.local/share/mise/installs/java/* /opt/*jdk* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec; do
    if [ -n "$mneme_dir" ] && mneme_jdk_ok "$mneme_dir"; then
      JAVA_HOME=$mneme_dir
      export JAVA_HOME
      break
    fi
  done
fi
