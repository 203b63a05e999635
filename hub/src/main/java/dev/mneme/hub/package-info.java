/// Owners in use, commits, followers and the outbox of a hub's node.
@NullMarked
package dev.mneme.hub;

import org.jspecify.annotations.NullMarked;
