/// What all live connections have in common, whichever door they came through: limits, signs of life, their end.
@NullMarked
package dev.mneme.api.live;

import org.jspecify.annotations.NullMarked;
