/// The hub's events: Redis publish and subscribe, by Lettuce.
@NullMarked
package dev.mneme.hub.redis;

import org.jspecify.annotations.NullMarked;
