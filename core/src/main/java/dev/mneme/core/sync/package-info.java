/// What a user's instances tell each other, and the calls of the first generation's desktop.
@NullMarked
package dev.mneme.core.sync;

import org.jspecify.annotations.NullMarked;
