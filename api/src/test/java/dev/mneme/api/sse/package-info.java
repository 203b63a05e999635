@NullMarked
package dev.mneme.api.sse;

import org.jspecify.annotations.NullMarked;
