/// The search index of one owner, on the heap: words, vectors, token vectors, and the score that is made of them.
///
/// [dev.mneme.engine.index.Formula] has the formula of the score, with the names of its parts.
@NullMarked
package dev.mneme.engine.index;

import org.jspecify.annotations.NullMarked;
