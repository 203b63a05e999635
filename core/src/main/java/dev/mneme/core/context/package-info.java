/// The use cases of contexts: what an assistant keeps at hand for a user.
@NullMarked
package dev.mneme.core.context;

import org.jspecify.annotations.NullMarked;
