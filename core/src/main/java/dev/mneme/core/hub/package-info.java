/// The ports of a hub: a database that several nodes share, and a bus on which they tell each other. What they mean
/// together is ADR 0030.
@NullMarked
package dev.mneme.core.hub;

import org.jspecify.annotations.NullMarked;
