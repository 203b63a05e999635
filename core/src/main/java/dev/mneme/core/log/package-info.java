/// Keeps log lines few, however often their cause comes.
@NullMarked
package dev.mneme.core.log;

import org.jspecify.annotations.NullMarked;
