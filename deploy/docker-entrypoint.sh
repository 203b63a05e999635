#!/bin/sh
# In a container: `serve` becomes the server, anything else the command line.
set -eu
if [ "${1:-serve}" = serve ]; then
  [ "$#" -eq 0 ] || shift
  # shellcheck disable=SC2086 # flags are words
  exec /opt/java/bin/java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
    -XX:+ExitOnOutOfMemoryError ${MNEME_JAVA_OPTS:--XX:MaxRAMPercentage=60} -jar /opt/mneme/mneme-server.jar "$@"
fi
exec /opt/java/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar /opt/mneme/mneme-cli.jar "$@"
