/// Who waits, and who is next: fair turns and limits for work that is asked for faster than it can be done.
@NullMarked
package dev.mneme.core.queue;

import org.jspecify.annotations.NullMarked;
