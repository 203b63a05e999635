/// Wires the parts of a server together, starts and stops them in order, and reports their state.
@NullMarked
package dev.mneme.server;

import org.jspecify.annotations.NullMarked;
