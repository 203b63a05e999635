/// What every live connection has in common, whichever door it came through: limits, liveness, its end.
@NullMarked
package dev.mneme.api.live;

import org.jspecify.annotations.NullMarked;
