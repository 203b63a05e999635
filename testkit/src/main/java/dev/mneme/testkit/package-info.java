/// What the tests of the others are made of: the model of a store, its contract, a clock, seeded histories.
@NullMarked
package dev.mneme.testkit;

import org.jspecify.annotations.NullMarked;
