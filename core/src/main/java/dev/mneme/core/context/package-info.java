/// The use cases of contexts, the documents that an assistant keeps at hand for a user.
@NullMarked
package dev.mneme.core.context;

import org.jspecify.annotations.NullMarked;
