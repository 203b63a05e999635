/// The store of a node: which shard has what, what may be written, and what concerns several shards.
@NullMarked
package dev.mneme.engine.store;

import org.jspecify.annotations.NullMarked;
