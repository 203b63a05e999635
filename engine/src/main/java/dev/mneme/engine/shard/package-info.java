/// One shard's state machine and the thread that owns it; the store that routes among shards.
@NullMarked
package dev.mneme.engine.shard;

import org.jspecify.annotations.NullMarked;
