/// What is kept of conversations beside the memories. It is below both memories, with which conversations are deleted,
/// and extractions, which make memories of them.
@NullMarked
package dev.mneme.core.conversation;

import org.jspecify.annotations.NullMarked;
