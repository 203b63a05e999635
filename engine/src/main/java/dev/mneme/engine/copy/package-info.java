/// Copies of owners whose truth lies elsewhere: what a node of a hub holds of the owners in use.
@NullMarked
package dev.mneme.engine.copy;

import org.jspecify.annotations.NullMarked;
