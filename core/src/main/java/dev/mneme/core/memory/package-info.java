/// The use cases of memories: add, read, search, change and delete them, and keep all embeddings of an owner in one
/// space.
@NullMarked
package dev.mneme.core.memory;

import org.jspecify.annotations.NullMarked;
