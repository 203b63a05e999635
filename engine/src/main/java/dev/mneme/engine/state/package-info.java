/// What a log entry does to a shard's rows: pure decisions over the rows and the entry alone, so that
/// every replica that applies the same entries comes to the same rows. [StateMachine] is where to
/// begin.
@NullMarked
package dev.mneme.engine.state;

import org.jspecify.annotations.NullMarked;
