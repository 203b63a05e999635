/// Stored conflicts: what was written and lost, until somebody decides.
@NullMarked
package dev.mneme.core.conflict;

import org.jspecify.annotations.NullMarked;
