/// What is kept of conversations beside the memories: it lies below both memories, with which it is deleted, and
/// extractions, which make memories of it.
@NullMarked
package dev.mneme.core.conversation;

import org.jspecify.annotations.NullMarked;
