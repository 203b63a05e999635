/// The use cases of modes: which mode each instance of a user is in.
@NullMarked
package dev.mneme.core.mode;

import org.jspecify.annotations.NullMarked;
