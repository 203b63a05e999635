/// Which server a command asks, with which key, and what its answers mean to a person.
@NullMarked
package dev.mneme.cli.connection;

import org.jspecify.annotations.NullMarked;
