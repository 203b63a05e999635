/// Makes memories of conversations with a language model, in the background.
@NullMarked
package dev.mneme.core.extraction;

import org.jspecify.annotations.NullMarked;
