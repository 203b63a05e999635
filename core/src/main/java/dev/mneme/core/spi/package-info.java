/// The ports: interfaces that other modules implement for the core.
@NullMarked
package dev.mneme.core.spi;

import org.jspecify.annotations.NullMarked;
