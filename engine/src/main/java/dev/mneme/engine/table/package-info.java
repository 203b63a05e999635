/// The rows of a shard: keys, formats, and the stores that hold them.
@NullMarked
package dev.mneme.engine.table;

import org.jspecify.annotations.NullMarked;
