/// The use cases of modes: in which mode each instance of a user works.
@NullMarked
package dev.mneme.core.mode;

import org.jspecify.annotations.NullMarked;
