/// The search index of one owner, in the heap: words, vectors, token vectors, and the score that they add up
/// to.
///
/// The score's formula, with the names of its parts, is drawn in [dev.mneme.engine.index.Formula].
@NullMarked
package dev.mneme.engine.index;

import org.jspecify.annotations.NullMarked;
