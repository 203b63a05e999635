/// Which server a command asks, with which key, and what its answers are for a person.
@NullMarked
package dev.mneme.cli.connection;

import org.jspecify.annotations.NullMarked;
