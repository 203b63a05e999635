/// Tells other servers of changes.
@NullMarked
package dev.mneme.core.webhook;

import org.jspecify.annotations.NullMarked;
