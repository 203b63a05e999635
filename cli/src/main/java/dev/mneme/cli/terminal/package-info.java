/// Where a command runs: its streams, what it says to the shell, and the files that it writes.
@NullMarked
package dev.mneme.cli.terminal;

import org.jspecify.annotations.NullMarked;
