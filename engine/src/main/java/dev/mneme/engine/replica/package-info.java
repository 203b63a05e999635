/// One replica of a shard: what is agreed comes in, and goes to rows, search index and feed.
@NullMarked
package dev.mneme.engine.replica;

import org.jspecify.annotations.NullMarked;
