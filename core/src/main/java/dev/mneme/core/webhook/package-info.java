/// Tells other servers about changes.
@NullMarked
package dev.mneme.core.webhook;

import org.jspecify.annotations.NullMarked;
