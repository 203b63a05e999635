/// Where a command runs: its streams, its exit status, and the files that it writes.
@NullMarked
package dev.mneme.cli.terminal;

import org.jspecify.annotations.NullMarked;
