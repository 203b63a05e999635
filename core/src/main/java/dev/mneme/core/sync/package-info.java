/// What a user's instances tell each other, and what the first generation's desktop calls mean here.
@NullMarked
package dev.mneme.core.sync;

import org.jspecify.annotations.NullMarked;
