@NullMarked
package dev.mneme.api.mem0;

import org.jspecify.annotations.NullMarked;
