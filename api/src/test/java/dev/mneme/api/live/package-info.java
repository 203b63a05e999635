@NullMarked
package dev.mneme.api.live;

import org.jspecify.annotations.NullMarked;
