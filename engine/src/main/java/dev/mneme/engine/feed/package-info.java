/// Recent changes and who waits for them.
@NullMarked
package dev.mneme.engine.feed;

import org.jspecify.annotations.NullMarked;
