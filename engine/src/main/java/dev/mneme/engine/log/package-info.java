/// The node's write-ahead log: one for all its shards, one fsync for all that they have queued.
@NullMarked
package dev.mneme.engine.log;

import org.jspecify.annotations.NullMarked;
